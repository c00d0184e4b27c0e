// DNS cookies as this server gives them to its clients: the interoperable server cookies of
// RFC 9018 section 4, which every server with the same secret can make and verify.
//
// Whoever sends a good one has received a reply of ours at its address within the last hour, so
// that address is not forged.
//
// Thread: any; immutable once made. Nothing is kept of a client.
// Budget: 80 ns to verify one and make the next (bench/resolver: BM_CheckCookie).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/base/limits.h"
#include "resolver/base/siphash.h"
#include "resolver/policy/policy_settings.h"

namespace tern::resolver::policy {

// Of the whole option with a cookie of ours.
inline constexpr size_t kOurCookieOctets = kClientCookieOctets + 16;

// An option of another length is malformed (RFC 7873 section 5.2.2).
constexpr bool IsCookieLength(size_t octets) {
  return octets == kClientCookieOctets ||
         (octets >= kCookieOctetsMin && octets <= kCookieOctetsMax);
}

class ServerCookies {
 public:
  // `previous` is what cookies were made with before: they stay good for as long as they are.
  explicit ServerCookies(const CookieSecret& secret,
                         const std::optional<CookieSecret>& previous = std::nullopt);

  // Writes kOurCookieOctets to `out`: the client cookie and a server cookie for the client.
  // `wall_seconds` is Environment::WallSeconds().
  void Make(std::span<const uint8_t, kClientCookieOctets> client_cookie, const IpAddress& client,
            uint32_t wall_seconds, uint8_t* out) const;
  // Whether the option's content ends in a cookie of ours for that client: not older than an hour,
  // and not from more than five minutes ahead (RFC 9018 section 4.3).
  bool Verify(std::span<const uint8_t> cookie, const IpAddress& client,
              uint32_t wall_seconds) const;

 private:
  SipKey secret_;
  std::optional<SipKey> previous_;
};

}  // namespace tern::resolver::policy
