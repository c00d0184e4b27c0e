#include "resolver/crypto/nsec3_hash.h"

#include <openssl/evp.h>

#include <cstring>

#include "wire/check.h"

namespace tern::resolver::crypto {
namespace {

constexpr size_t kSaltOctetsMax = 255;
constexpr int kBitsPerDigit = 5;

// RFC 4648 section 7. -1 for what is no digit.
int DigitValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'v') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'V') return digit - 'A' + 10;
  return -1;
}

}  // namespace

Nsec3Hasher::Nsec3Hasher() : context_(MakeDigestContext()), sha1_(FetchDigest("SHA1")) {}

bool Nsec3Hasher::HashOnce(std::span<const uint8_t> octets, uint8_t* out) {
  if (EVP_DigestInit_ex2(context_.get(), sha1_.get(), nullptr) == 1 &&
      EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1 &&
      EVP_DigestFinal_ex(context_.get(), out, nullptr) == 1) {
    return true;
  }
  ForgetLibraryErrors();
  return false;
}

std::optional<Nsec3Hash> Nsec3Hasher::Hash(wire::NameView name, std::span<const uint8_t> salt,
                                           uint16_t iterations) {
  TERN_REQUIRE(salt.size() <= kSaltOctetsMax);
  if (sha1_ == nullptr) return std::nullopt;
  // The name and the salt; later the last hash and the salt.
  uint8_t octets[wire::kNameOctetsMax + kSaltOctetsMax];
  wire::Name canonical(name);
  canonical.Lower();
  const auto put_salt_behind = [&](size_t size) {
    if (!salt.empty()) std::memcpy(octets + size, salt.data(), salt.size());
    return std::span<const uint8_t>(octets, size + salt.size());
  };
  std::memcpy(octets, canonical.data(), canonical.size());
  Nsec3Hash hash;
  if (!HashOnce(put_salt_behind(canonical.size()), hash.data())) return std::nullopt;
  const std::span<const uint8_t> next = put_salt_behind(hash.size());
  for (; iterations > 0; --iterations) {
    std::memcpy(octets, hash.data(), hash.size());
    if (!HashOnce(next, hash.data())) return std::nullopt;
  }
  return hash;
}

std::array<char, kNsec3LabelOctets> ToNsec3Label(const Nsec3Hash& hash) {
  std::array<char, kNsec3LabelOctets> label;
  uint32_t bits = 0;
  int count = 0;
  size_t at = 0;
  for (const uint8_t octet : hash) {
    bits = bits << 8 | octet;
    for (count += 8; count >= kBitsPerDigit; ++at) {
      count -= kBitsPerDigit;
      label[at] = "0123456789abcdefghijklmnopqrstuv"[bits >> count & 31];
    }
  }
  return label;
}

std::optional<Nsec3Hash> FromNsec3Label(std::string_view label) {
  if (label.size() != kNsec3LabelOctets) return std::nullopt;
  Nsec3Hash hash;
  uint32_t bits = 0;
  int count = 0;
  size_t at = 0;
  for (const char digit : label) {
    const int value = DigitValue(digit);
    if (value < 0) return std::nullopt;
    bits = bits << kBitsPerDigit | static_cast<uint32_t>(value);
    count += kBitsPerDigit;
    if (count < 8) continue;
    count -= 8;
    hash[at++] = static_cast<uint8_t>(bits >> count);
  }
  return hash;
}

}  // namespace tern::resolver::crypto
