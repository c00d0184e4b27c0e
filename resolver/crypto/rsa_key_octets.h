// An RSA key in the public key field of a DNSKEY (RFC 3110 section 2): the exponent with its length
// in front, then the modulus.
//
// Thread: any. A value that borrows the field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tern::resolver::crypto {

// RFC 5702 section 2.1 has these bounds for the modulus.
inline constexpr size_t kRsaModulusOctetsMin = 512 / 8;
inline constexpr size_t kRsaModulusOctetsMax = 4096 / 8;
// The work of a verification grows with the exponent. Signers use 3, 65537 or 2^32 + 1. OpenSSL too
// takes at most 64 bits with a large modulus.
inline constexpr size_t kRsaExponentOctetsMax = 8;

struct RsaKeyOctets {
  // Big-endian, without zero octets in front.
  std::span<const uint8_t> exponent;
  std::span<const uint8_t> modulus;
};

// Nothing for octets that are cut off, for numbers out of the bounds, and for an exponent or a
// modulus with which nobody could sign: both are odd, and the exponent is at least 3. RFC 3110
// forbids zero octets in front of the numbers, but other validators read over them, so this does
// too.
std::optional<RsaKeyOctets> ReadRsaKey(std::span<const uint8_t> public_key);

}  // namespace tern::resolver::crypto
