#include "wire/parse_presentation.h"

#include <optional>

#include "wire/concat.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

absl::Status BadName(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(Concat("`", text, "` is no domain name: ", why));
}

// Collects the labels of a name from the left.
struct LabelBuilder {
  std::string octets;  // whole labels with their length octets
  std::string label;   // the label that is being read

  bool EndLabel() {
    if (label.empty() || label.size() > kLabelOctetsMax) return false;
    octets.push_back(static_cast<char>(label.size()));
    octets += label;
    label.clear();
    return true;
  }
};

}  // namespace

absl::StatusOr<Name> ParseName(std::string_view text, NameView origin) {
  if (text == "@") return Name(origin);
  if (text == ".") return Name();
  if (text.empty()) return BadName(text, "it is empty");
  LabelBuilder builder;
  bool absolute = false;
  for (std::string_view left = text; !left.empty();) {
    bool escaped;
    const std::optional<uint8_t> octet = TakeOctet(&left, &escaped);
    if (!octet) return BadName(text, "an escape is cut off or above 255");
    if (*octet == '.' && !escaped) {
      if (!builder.EndLabel()) return BadName(text, "a label must have 1 to 63 octets");
      absolute = left.empty();
      continue;
    }
    builder.label.push_back(static_cast<char>(*octet));
  }
  if (!absolute && !builder.EndLabel()) {
    return BadName(text, "a label must have 1 to 63 octets");
  }
  Name name;
  if (!name.AssignJoined(AsOctets(builder.octets), absolute ? NameView() : origin)) {
    return BadName(text, "it has more than 255 octets");
  }
  return name;
}

}  // namespace tern::wire
