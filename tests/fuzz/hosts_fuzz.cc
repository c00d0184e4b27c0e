// Reads the input as a hosts file. A warning must name file and line; a line that is accepted
// must hold an address and names.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "resolver/base/reverse_name.h"
#include "resolver/policy/hosts_file.h"
#include "tests/fuzz/property.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using namespace tern::resolver;
  policy::OddLines odd;
  policy::HostsReader reader({reinterpret_cast<const char*>(octets), size}, "hosts", &odd);
  policy::HostsLine line;
  int last = 0;
  while (true) {
    const auto more = reader.Next(&line);
    if (!more.ok()) return 0;
    if (!*more) break;
    TERN_FUZZ_PROPERTY(line.line > last);
    last = line.line;
    TERN_FUZZ_PROPERTY(line.address.IsIpv4() || line.address.IsIpv6());
    TERN_FUZZ_PROPERTY(!line.names.empty());
    for (const tern::wire::Name& name : line.names) {
      const auto again = tern::wire::ParseName(tern::wire::ToText(name));
      TERN_FUZZ_PROPERTY(again.ok() && again->view().EqualsExactly(name));
    }
    const size_t labels = ReverseName(line.address).view().LabelCount();
    TERN_FUZZ_PROPERTY(labels == (line.address.IsIpv4() ? 6u : 34u));
  }
  TERN_FUZZ_PROPERTY(odd.Texts().size() <= policy::OddLines::kShownMax + 1);
  for (const std::string& message : odd.Texts()) {
    TERN_FUZZ_PROPERTY(message.starts_with("hosts:") || message.starts_with("and "));
    for (const char c : message) TERN_FUZZ_PROPERTY(c >= 0x20 && c < 0x7f);
  }
  return 0;
}
