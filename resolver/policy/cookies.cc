#include "resolver/policy/cookies.h"

#include <cstring>

#include "wire/message.h"

namespace tern::resolver::policy {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kHashOffset = kClientCookieOctets + 8;  // after version, reserved and timestamp
constexpr uint32_t kAgeMax = 3600;                       // seconds; RFC 9018 section 4.3
constexpr uint32_t kAheadMax = 300;

// The hash of RFC 9018 section 4.4: over client cookie, version, reserved, timestamp and the
// client's address.
uint64_t Hash(const SipKey& secret, const uint8_t* cookie, const IpAddress& client) {
  uint8_t message[kHashOffset + sizeof client.octets];
  std::memcpy(message, cookie, kHashOffset);
  std::memcpy(message + kHashOffset, client.octets, sizeof client.octets);
  return SipHash(secret, {message, kHashOffset + client.size});
}

uint64_t LoadHash(const uint8_t* octets) {
  uint64_t hash = 0;
  for (size_t i = 0; i < 8; ++i) hash |= uint64_t{octets[i]} << 8 * i;
  return hash;
}

std::optional<SipKey> KeyOf(const std::optional<CookieSecret>& secret) {
  return secret ? std::optional(SipKey::FromOctets(*secret)) : std::nullopt;
}

}  // namespace

ServerCookies::ServerCookies(const CookieSecret& secret,
                             const std::optional<CookieSecret>& previous)
    : secret_(SipKey::FromOctets(secret)), previous_(KeyOf(previous)) {}

void ServerCookies::Make(std::span<const uint8_t, kClientCookieOctets> client_cookie,
                         const IpAddress& client, uint32_t wall_seconds, uint8_t* out) const {
  std::memcpy(out, client_cookie.data(), kClientCookieOctets);
  uint8_t* const server_cookie = out + kClientCookieOctets;
  wire::StoreU32(server_cookie, uint32_t{kVersion} << 24);  // then three reserved octets of zero
  wire::StoreU32(server_cookie + 4, wall_seconds);
  const uint64_t hash = Hash(secret_, out, client);
  for (size_t i = 0; i < 8; ++i) out[kHashOffset + i] = static_cast<uint8_t>(hash >> 8 * i);
}

bool ServerCookies::Verify(std::span<const uint8_t> cookie, const IpAddress& client,
                           uint32_t wall_seconds) const {
  if (cookie.size() != kOurCookieOctets || cookie[kClientCookieOctets] != kVersion) return false;
  // Serial number arithmetic (RFC 1982), because the 32-bit time wraps in 2106.
  const uint32_t age = wall_seconds - wire::LoadU32(cookie.data() + kClientCookieOctets + 4);
  if (age > kAgeMax && age < 0 - kAheadMax) return false;
  // The hash covers the reserved octets too, whatever their value.
  const uint64_t hash = LoadHash(cookie.data() + kHashOffset);
  return Hash(secret_, cookie.data(), client) == hash ||
         (previous_ && Hash(*previous_, cookie.data(), client) == hash);
}

}  // namespace tern::resolver::policy
