#include "resolver/tool/unbound_values.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "resolver/base/reverse_name.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
std::optional<uint64_t> ParseUnboundOctets(std::string_view text) {
  uint64_t unit = 1;
  if (!text.empty()) {
    constexpr std::string_view kUnits = "kmg";
    const size_t at = kUnits.find(static_cast<char>(text.back() | 0x20));
    if (at != std::string_view::npos && text.back() > '9') {
      unit = uint64_t{1} << (10 * (at + 1));
      text.remove_suffix(1);
    }
  }
  const auto number = wire::ParseDecimal<uint32_t>(text);
  if (!number) return std::nullopt;
  return *number * unit;
}

std::string UnboundAddress::ToText() const {
  if (interface.empty()) return Endpoint{address, port}.ToText();
  return Concat("[", address.ToText(), "%", interface, "]:", std::to_string(port));
}

std::optional<UnboundAddress> ParseUnboundAddress(std::string_view text, uint16_t port) {
  text = text.substr(0, text.find('#'));
  UnboundAddress read;
  read.port = port;
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    const auto own = wire::ParseDecimal<uint16_t>(text.substr(at + 1));
    if (!own) return std::nullopt;
    read.port = *own;
    text = text.substr(0, at);
  }
  const size_t percent = text.find('%');
  const auto address = IpAddress::Parse(text.substr(0, percent));
  if (!address || read.port == 0) return std::nullopt;
  read.address = *address;
  if (percent != std::string_view::npos) {
    read.interface = text.substr(percent + 1);
    if (!address->IsLinkLocal() || read.interface.empty()) return std::nullopt;
  }
  return read;
}

std::optional<std::string> ParseUnboundPointer(std::string_view text) {
  const std::vector<std::string> words =
      absl::StrSplit(std::string(text), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() < 2 || words.size() > 3) return std::nullopt;
  const auto address = IpAddress::Parse(words[0]);
  const bool has_ttl = words.size() == 3;
  if (!address || (has_ttl && !wire::ParseDecimal<uint32_t>(words[1]))) return std::nullopt;
  const std::string& name = words.back();
  return Concat(wire::ToText(ReverseName(*address)), has_ttl ? " " : "", has_ttl ? words[1] : "",
                " IN PTR ", name, name.ends_with('.') ? "" : ".");
}

bool IsInUnboundZone(std::string_view name, std::string_view zone) {
  const auto below = wire::ParseName(name);
  const auto above = wire::ParseName(zone);
  return below.ok() && above.ok() && below->view().IsSubdomainOf(*above);
}

}  // namespace tern::resolver::tool
