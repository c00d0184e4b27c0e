// Hides addresses by a key, which can tell them again: ipcrypt-deterministic
// (draft-denis-ipcrypt), AES-128 of the 16 octets of an address. Equal addresses stay equal, so
// one client can be followed. Nothing else of the address shows.
//
// Thread: one at a time. Bound: some 100 octets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "resolver/crypto/openssl_objects.h"

namespace tern::resolver::crypto {

inline constexpr size_t kAddressKeyOctets = 16;

class AddressCipher {
 public:
  using Octets = std::array<uint8_t, 16>;

  // Throws std::bad_alloc when memory is short, or when the library has no AES.
  explicit AddressCipher(const std::array<uint8_t, kAddressKeyOctets>& key);

  // An IPv4 address is in its IPv6 form (RFC 4291 section 2.5.5.2).
  Octets Encrypt(const Octets& address);

 private:
  CipherContext context_;
};

}  // namespace tern::resolver::crypto
