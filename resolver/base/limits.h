// Limits on which several rooms must agree. Limits that an operator can set are in the settings
// (resolution_settings.h and others).
//
// Thread: any; constants.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::resolver {

// The CNAME links that an answer can hold. resolution.budget.aliases may be less.
inline constexpr int kChainLinksMax = 11;

// The questions that a worker resolves at a time. resolution.limits.jobs may be less.
inline constexpr size_t kJobsMax = 8192;

// The octets of replies from upstream that one client query may cause: four of the largest
// messages.
inline constexpr int kUpstreamOctetsMax = 256 << 10;

// What validating the answer to one client query may cost: at most 20 ms of a processor.
// - So many public-key operations.
// - Their cost, in verifications by P-256, of which each takes 40 to 80 us. Other algorithms cost
// up
//   to 11 times as much.
// - Hashes of names and keys. A hash of many iterations counts as several; each takes about 1 us.
inline constexpr int kSignatureChecksMax = 32;
inline constexpr int kValidationWorkMax = 192;
inline constexpr int kValidationHashesMax = 160;
// What a worker verifies before it turns to its clients again, in the same units. One verification
// more may be begun.
inline constexpr int kValidationWorkOfTurn = 16;

// The most seconds for which a failure is remembered (RFC 9520 section 3.2).
inline constexpr uint32_t kFailureTtlMax = 300;

// The octets of a client cookie (RFC 7873 section 4).
inline constexpr size_t kClientCookieOctets = 8;
// The octets of a server cookie, of this server or another (RFC 7873 section 4.2).
inline constexpr size_t kServerCookieOctetsMin = 8;
inline constexpr size_t kServerCookieOctetsMax = 32;
// The octets of a COOKIE option that has a client cookie and a server cookie.
inline constexpr size_t kCookieOctetsMin = kClientCookieOctets + kServerCookieOctetsMin;
inline constexpr size_t kCookieOctetsMax = kClientCookieOctets + kServerCookieOctetsMax;

// The octets of a query to a name server: header, name, type and class, OPT with a cookie.
inline constexpr size_t kUpstreamQueryOctetsMax = 12 + 255 + 4 + 11 + 4 + kCookieOctetsMax;

}  // namespace tern::resolver
