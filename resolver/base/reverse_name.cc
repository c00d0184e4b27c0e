#include "resolver/base/reverse_name.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "wire/check.h"

namespace tern::resolver {
namespace {

constexpr uint8_t kInAddrArpa[] = "\7in-addr\4arpa";
constexpr uint8_t kIp6Arpa[] = "\3ip6\4arpa";
// 32 labels of one digit, then ip6.arpa. with its root label.
constexpr size_t kOctetsMax = 32 * 2 + sizeof kIp6Arpa;

}  // namespace

wire::Name ReverseName(const IpAddress& address) {
  TERN_REQUIRE(address.IsIpv4() || address.IsIpv6());
  uint8_t octets[kOctetsMax];
  size_t size = 0;
  if (address.IsIpv4()) {
    for (size_t i = 4; i-- > 0;) {
      const std::string digits = std::to_string(address.octets[i]);
      octets[size++] = static_cast<uint8_t>(digits.size());
      std::memcpy(octets + size, digits.data(), digits.size());
      size += digits.size();
    }
    std::memcpy(octets + size, kInAddrArpa, sizeof kInAddrArpa);
    size += sizeof kInAddrArpa;
  } else {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (size_t i = 16; i-- > 0;) {
      for (const int nibble : {address.octets[i] & 0xf, address.octets[i] >> 4}) {
        octets[size++] = 1;
        octets[size++] = static_cast<uint8_t>(kDigits[nibble]);
      }
    }
    std::memcpy(octets + size, kIp6Arpa, sizeof kIp6Arpa);
    size += sizeof kIp6Arpa;
  }
  return wire::Name(wire::NameView::FromValid(octets, size));
}

}  // namespace tern::resolver
