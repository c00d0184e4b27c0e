#include "resolver/dnssec/canonical_key.h"

#include <array>

#include "wire/ascii_case.h"

namespace tern::resolver::dnssec {

CanonicalKey::CanonicalKey(wire::NameView zone, wire::NameView name) {
  std::array<uint8_t, wire::kLabelsMax> starts;
  size_t labels = 0;
  const uint8_t* const octets = name.data();
  for (size_t at = 0; name.size() - at > zone.size(); at += octets[at] + size_t{1}) {
    starts[labels++] = static_cast<uint8_t>(at);
  }
  while (labels > 0) {
    const uint8_t* const label = octets + starts[--labels];
    for (size_t i = 1; i <= label[0]; ++i) {
      uint8_t octet = wire::LowerOctet(label[i]);
      if (octet <= 1) {
        octets_[size_++] = 1;
        ++octet;
      }
      octets_[size_++] = static_cast<char>(octet);
    }
    octets_[size_++] = 0;
  }
}

}  // namespace tern::resolver::dnssec
