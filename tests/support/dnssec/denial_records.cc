#include "tests/support/dnssec/denial_records.h"

#include <map>
#include <string_view>
#include <utility>

#include "tests/support/dnssec/octets.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

constexpr std::string_view kHashDigits = "0123456789abcdefghijklmnopqrstuv";

}  // namespace

Octets TypeBitmap(const std::set<wire::RRType>& types) {
  std::map<uint8_t, Octets> windows;
  for (const wire::RRType type : types) {
    const auto number = static_cast<uint16_t>(type);
    Octets& bits = windows[static_cast<uint8_t>(number >> 8)];
    const size_t octet = (number & 0xff) / 8;
    if (bits.size() <= octet) bits.resize(octet + 1);
    bits[octet] |= static_cast<uint8_t>(0x80 >> number % 8);
  }
  Octets bitmap;
  for (const auto& [window, bits] : windows) {
    bitmap.push_back(window);
    bitmap.push_back(static_cast<uint8_t>(bits.size()));
    PutOctets(bits, &bitmap);
  }
  return bitmap;
}

std::optional<std::set<wire::RRType>> TypesInBitmap(std::span<const uint8_t> octets) {
  std::set<wire::RRType> types;
  while (!octets.empty()) {
    if (octets.size() < 2 || octets[1] == 0 || octets[1] > 32 || octets.size() < 2u + octets[1]) {
      return std::nullopt;
    }
    for (int i = 0; i < octets[1] * 8; ++i) {
      if ((octets[2 + static_cast<size_t>(i) / 8] & 0x80 >> i % 8) == 0) continue;
      types.insert(static_cast<wire::RRType>(octets[0] << 8 | i));
    }
    octets = octets.subspan(2u + octets[1]);
  }
  return types;
}

std::string HashText(std::span<const uint8_t> hash) {
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const uint8_t octet : hash) {
    bits = bits << 8 | octet;
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += kHashDigits[bits >> count & 31];
    }
  }
  if (count > 0) text += kHashDigits[bits << (5 - count) & 31];
  return text;
}

wire::Name HashedOwner(std::span<const uint8_t> hash, wire::NameView origin) {
  wire::Name name(origin);
  TERN_REQUIRE(name.Prepend(HashText(hash)));
  return name;
}

Octets HashInOwner(wire::NameView owner) {
  Octets hash;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : owner.FirstLabel()) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
    const size_t digit = kHashDigits.find(lower);
    if (digit == std::string_view::npos) return {};
    bits = bits << 5 | static_cast<uint32_t>(digit);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    hash.push_back(static_cast<uint8_t>(bits >> count));
  }
  return hash;
}

Octets Nsec::Rdata() const {
  Octets rdata;
  PutName(next, &rdata);
  PutOctets(TypeBitmap(types), &rdata);
  return rdata;
}

std::optional<Nsec> Nsec::FromRdata(const Octets& rdata) {
  const auto next = wire::NameView::FromWire(rdata);
  if (!next) return std::nullopt;
  auto types = TypesInBitmap(std::span(rdata).subspan(next->size()));
  if (!types) return std::nullopt;
  return Nsec{wire::Name(*next), *std::move(types)};
}

Octets Nsec3::Rdata() const {
  Octets rdata = {algorithm, flags};
  PutU16(iterations, &rdata);
  rdata.push_back(static_cast<uint8_t>(salt.size()));
  PutOctets(salt, &rdata);
  rdata.push_back(static_cast<uint8_t>(next.size()));
  PutOctets(next, &rdata);
  PutOctets(TypeBitmap(types), &rdata);
  return rdata;
}

std::optional<Nsec3> Nsec3::FromRdata(const Octets& rdata) {
  std::span<const uint8_t> left(rdata);
  const auto take = [&left](Octets* into) {
    if (left.empty() || left.size() < 1u + left[0]) return false;
    into->assign(left.begin() + 1, left.begin() + 1 + left[0]);
    left = left.subspan(1u + left[0]);
    return true;
  };
  if (left.size() < 6) return std::nullopt;
  Nsec3 nsec3{.algorithm = left[0], .flags = left[1], .iterations = GetU16(left, 2)};
  left = left.subspan(4);
  if (!take(&nsec3.salt) || !take(&nsec3.next)) return std::nullopt;
  auto types = TypesInBitmap(left);
  if (!types) return std::nullopt;
  nsec3.types = *std::move(types);
  return nsec3;
}

}  // namespace tern::sim
