// Makes and verifies the DNS cookies that this server gives to its clients. They are the
// interoperable server cookies of RFC 9018 section 4, so all servers with the same secret can make
// and verify them.
//
// A client with a good cookie has received a reply of ours at its address within the last hour. So
// its address is not forged.
//
// Thread: any; immutable after construction. Bound: no state for each client.
// Budget: 80 ns to verify a cookie and make the next one (bench/resolver: BM_CheckCookie).
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

// The octets of a COOKIE option with a server cookie of ours.
inline constexpr size_t kOurCookieOctets = kClientCookieOctets + 16;

// A COOKIE option of any other length is malformed (RFC 7873 section 5.2.2).
constexpr bool IsCookieLength(size_t octets) {
  return octets == kClientCookieOctets ||
         (octets >= kCookieOctetsMin && octets <= kCookieOctetsMax);
}

class ServerCookies {
 public:
  // `previous` is the secret before this one. Its cookies stay valid until they expire.
  explicit ServerCookies(const CookieSecret& secret,
                         const std::optional<CookieSecret>& previous = std::nullopt);

  // Writes kOurCookieOctets to `out`: the client cookie, then a server cookie for this client.
  // `wall_seconds` is Environment::WallSeconds().
  void Make(std::span<const uint8_t, kClientCookieOctets> client_cookie, const IpAddress& client,
            uint32_t wall_seconds, uint8_t* out) const;
  // True when the option's content ends in a server cookie that we made for this client. The cookie
  // must not be older than an hour, nor more than five minutes in the future
  // (RFC 9018 section 4.3).
  bool Verify(std::span<const uint8_t> cookie, const IpAddress& client,
              uint32_t wall_seconds) const;

 private:
  SipKey secret_;
  std::optional<SipKey> previous_;
};

}  // namespace tern::resolver::policy
