// The input as a tape of small decisions, read once from its start. Behind its end all is 0, so
// that every prefix of an input is an input.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tern::fuzz {

class Tape {
 public:
  explicit Tape(std::span<const uint8_t> octets) : rest_(octets) {}

  bool AtEnd() const { return rest_.empty(); }

  uint8_t Octet() {
    if (rest_.empty()) return 0;
    const uint8_t octet = rest_[0];
    rest_ = rest_.subspan(1);
    return octet;
  }
  // Of one octet: choices up to 256.
  size_t Below(size_t choices) { return Octet() % choices; }
  // One octet in `n` says yes; the end of the tape says no.
  bool Chance(size_t n) { return Octet() % n == n - 1; }

  // At most `count` octets.
  std::span<const uint8_t> Octets(size_t count) {
    const std::span<const uint8_t> taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const uint8_t> rest_;
};

}  // namespace tern::fuzz
