#include "wire/type_bitmap.h"

#include <cstddef>

namespace tern::wire {
namespace {

constexpr size_t kWindowHeadOctets = 2;  // the window's number, and how many octets follow
constexpr size_t kWindowOctetsMax = 32;

}  // namespace

std::optional<TypeBitmap> TypeBitmap::FromWire(std::span<const uint8_t> octets) {
  int last_window = -1;
  for (std::span<const uint8_t> left = octets; !left.empty();) {
    if (left.size() < kWindowHeadOctets) return std::nullopt;
    const int window = left[0];
    const size_t size = left[1];
    if (window <= last_window || size < 1 || size > kWindowOctetsMax) return std::nullopt;
    if (left.size() < kWindowHeadOctets + size) return std::nullopt;
    if (left[kWindowHeadOctets + size - 1] == 0) return std::nullopt;
    last_window = window;
    left = left.subspan(kWindowHeadOctets + size);
  }
  return TypeBitmap(octets);
}

bool TypeBitmap::Contains(RRType type) const {
  const auto number = static_cast<uint16_t>(type);
  const size_t window = number >> 8;
  const size_t octet = (number & 0xff) / 8;
  for (std::span<const uint8_t> left = octets_; !left.empty() && left[0] <= window;) {
    const size_t size = left[1];
    if (left[0] == window) {
      return octet < size && (left[kWindowHeadOctets + octet] & 0x80 >> number % 8) != 0;
    }
    left = left.subspan(kWindowHeadOctets + size);
  }
  return false;
}

}  // namespace tern::wire
