// Seeded generators of names and octets for property tests, and short ways to write wire format in
// examples. A failing test prints its input. The seed is fixed.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/name.h"
#include "wire/parse_presentation.h"

namespace tern::wire::test {

using Octets = std::vector<uint8_t>;

// From a literal with its NUL octets: `Bytes("\x03www\x00"sv)`.
inline Octets Bytes(std::string_view text) { return Octets(text.begin(), text.end()); }

// REQUIRES: `text` is a name. If it is not, the result is the root.
inline Name N(std::string_view text) { return ParseName(text).value_or(Name()); }

class Generator {
 public:
  explicit Generator(uint32_t seed) : engine_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(engine_() % bound); }
  uint64_t Bits() { return engine_(); }
  uint8_t Octet() { return static_cast<uint8_t>(engine_()); }

  Octets Random(size_t size) {
    Octets octets(size);
    for (uint8_t& octet : octets) octet = Octet();
    return octets;
  }

  // Few letters, digits, and the octets next to the letters, so near misses are common.
  uint8_t LabelOctet() {
    constexpr std::string_view kOctets =
        "abzAZ@[`{-0\x00\xc1\xe1."
        "\x7f"
        "\xff";
    return static_cast<uint8_t>(kOctets[Below(static_cast<uint32_t>(kOctets.size()))]);
  }

  Name RandomName(size_t labels_max = kLabelsMax, size_t label_octets_max = kLabelOctetsMax) {
    Name name;
    const size_t labels = Below(static_cast<uint32_t>(labels_max + 1));
    for (size_t i = 0; i < labels; ++i) {
      std::string label(1 + Below(static_cast<uint32_t>(label_octets_max)), '\0');
      for (char& c : label) c = static_cast<char>(LabelOctet());
      if (!name.Prepend(label)) break;
    }
    return name;
  }

  Name WithRandomCase(NameView name) {
    Name copy(name);
    const uint64_t bits[4] = {Bits(), Bits(), Bits(), Bits()};
    copy.RandomiseCase(bits);
    return copy;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tern::wire::test
