// Reads the input as a file of root hints (the first octet is H) or of trust anchors. An error
// names file and line; hints that are accepted are within the bounds that the resolver relies on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/entry.h"
#include "resolver/config/root_hints.h"
#include "resolver/config/trust_anchors.h"
#include "tests/fuzz/property.h"

namespace tern::resolver {
namespace {

// `hints:LINE: what is wrong`, of a line that is there, in print.
void CheckError(std::string_view message, std::string_view text) {
  TERN_FUZZ_PROPERTY(message.starts_with("hints:"));
  size_t at = 6;
  long line = 0;
  for (; at < message.size() && message[at] >= '0' && message[at] <= '9'; ++at) {
    line = line * 10 + (message[at] - '0');
  }
  TERN_FUZZ_PROPERTY(at > 6 && message.substr(at, 2) == ": ");
  TERN_FUZZ_PROPERTY(line >= 1 && line <= 1 + std::count(text.begin(), text.end(), '\n'));
  for (const char c : message) TERN_FUZZ_PROPERTY(c >= 0x20 && c < 0x7f);
}

void CheckHints(const std::vector<RootHint>& hints) {
  TERN_FUZZ_PROPERTY(!hints.empty() && hints.size() <= cache::kNameServersMax);
  for (const RootHint& hint : hints) {
    size_t ipv4 = 0;
    for (const IpAddress& address : hint.addresses) {
      TERN_FUZZ_PROPERTY(address.IsIpv4() || address.IsIpv6());
      ipv4 += address.IsIpv4() ? 1 : 0;
    }
    TERN_FUZZ_PROPERTY(!hint.addresses.empty() && ipv4 <= cache::kAddressesPerServerMax);
    TERN_FUZZ_PROPERTY(hint.addresses.size() - ipv4 <= cache::kAddressesPerServerMax);
  }
}

void Read(bool is_hints, std::string_view text) {
  if (!is_hints) {
    const auto anchors = config::ReadTrustAnchors(text, "hints");
    if (!anchors.ok()) CheckError(std::string(anchors.status().message()), text);
    return;
  }
  const auto hints = config::ParseRootHints(text, "hints");
  if (hints.ok()) {
    CheckHints(*hints);
  } else {
    CheckError(std::string(hints.status().message()), text);
  }
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(octets) + 1, size - 1);
  tern::resolver::Read(octets[0] == 'H', text);
  return 0;
}
