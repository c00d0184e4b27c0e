#include "resolver/crypto/rsa_key_octets.h"

#include <algorithm>

#include "wire/message.h"

namespace tern::resolver::crypto {
namespace {

constexpr size_t kLongLengthOctets = 3;  // a zero octet, then 16 bits

std::span<const uint8_t> WithoutZerosInFront(std::span<const uint8_t> number) {
  const auto first = std::ranges::find_if(number, [](uint8_t octet) { return octet != 0; });
  return number.subspan(static_cast<size_t>(first - number.begin()));
}

bool IsOdd(std::span<const uint8_t> number) { return !number.empty() && number.back() % 2 == 1; }

bool IsOne(std::span<const uint8_t> number) { return number.size() == 1 && number[0] == 1; }

}  // namespace

std::optional<RsaKeyOctets> ReadRsaKey(std::span<const uint8_t> public_key) {
  if (public_key.empty()) return std::nullopt;
  size_t exponent_octets = public_key[0];
  size_t front = 1;
  if (exponent_octets == 0) {
    if (public_key.size() < kLongLengthOctets) return std::nullopt;
    exponent_octets = wire::LoadU16(public_key.data() + 1);
    front = kLongLengthOctets;
  }
  // Whatever needs the long form because of its length is too large.
  if (exponent_octets > 255 || public_key.size() - front < exponent_octets) return std::nullopt;
  const RsaKeyOctets key{WithoutZerosInFront(public_key.subspan(front, exponent_octets)),
                         WithoutZerosInFront(public_key.subspan(front + exponent_octets))};
  if (!IsOdd(key.exponent) || IsOne(key.exponent)) return std::nullopt;
  if (key.exponent.size() > kRsaExponentOctetsMax) return std::nullopt;
  if (!IsOdd(key.modulus) || key.modulus.size() < kRsaModulusOctetsMin) return std::nullopt;
  if (key.modulus.size() > kRsaModulusOctetsMax) return std::nullopt;
  return key;
}

}  // namespace tern::resolver::crypto
