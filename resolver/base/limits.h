// Bounds that several rooms have to agree on. What an operator can set stands in the settings
// (resolution_settings.h and others).
//
// Thread: any; constants.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::resolver {

// CNAME links that an answer has room for; resolution.budget.aliases may be less.
inline constexpr int kChainLinksMax = 11;

// Questions under way in a worker; resolution.limits.jobs may be less.
inline constexpr size_t kJobsMax = 8192;

// Seconds that a failure is remembered at most (RFC 9520 section 3.2).
inline constexpr uint32_t kFailureTtlMax = 300;

// Octets of DNS cookies (RFC 7873 section 4).
inline constexpr size_t kClientCookieOctets = 8;
// Of a server cookie, whoever made it (RFC 7873 section 4.2).
inline constexpr size_t kServerCookieOctetsMin = 8;
inline constexpr size_t kServerCookieOctetsMax = 32;
// Of the whole option: the client cookie, and behind it a server cookie.
inline constexpr size_t kCookieOctetsMin = kClientCookieOctets + kServerCookieOctetsMin;
inline constexpr size_t kCookieOctetsMax = kClientCookieOctets + kServerCookieOctetsMax;

// A query to a name server: header, name, type and class, OPT with a cookie.
inline constexpr size_t kUpstreamQueryOctetsMax = 12 + 255 + 4 + 11 + 4 + kCookieOctetsMax;

}  // namespace tern::resolver
