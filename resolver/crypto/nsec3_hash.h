// The hash of a name in NSEC3 (RFC 5155 section 5), and as the label of a hashed owner name
// (section 3.3: base32hex).
//
// Thread: the owner's; each worker has its own.
// Bound: 1 KiB. Work: the iterations that the caller allows, each over at most 275 octets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "resolver/crypto/openssl_objects.h"
#include "wire/name.h"

namespace tern::resolver::crypto {

inline constexpr size_t kNsec3HashOctets = 20;  // SHA-1, the only algorithm: RFC 5155 section 11
inline constexpr size_t kNsec3LabelOctets = 32;
using Nsec3Hash = std::array<uint8_t, kNsec3HashOctets>;

class Nsec3Hasher {
 public:
  // Throws std::bad_alloc when memory is short.
  Nsec3Hasher();
  Nsec3Hasher(const Nsec3Hasher&) = delete;
  Nsec3Hasher& operator=(const Nsec3Hasher&) = delete;

  // The hash of the canonical form of `name`, with `iterations` more than one. Nothing when the
  // library fails or does not have SHA-1.
  // REQUIRES: salt.size() <= 255, as every NSEC3 has it. The caller has a limit for `iterations`.
  [[nodiscard]] std::optional<Nsec3Hash> Hash(wire::NameView name, std::span<const uint8_t> salt,
                                              uint16_t iterations);

 private:
  bool HashOnce(std::span<const uint8_t> octets, uint8_t* out);

  DigestContext context_;
  DigestMethod sha1_;
};

// In lower case, the canonical form.
std::array<char, kNsec3LabelOctets> ToNsec3Label(const Nsec3Hash& hash);

// In any case. Nothing for a label that is no hash of SHA-1.
std::optional<Nsec3Hash> FromNsec3Label(std::string_view label);

}  // namespace tern::resolver::crypto
