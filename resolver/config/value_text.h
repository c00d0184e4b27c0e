// The value of a key as text, as a file would have it.
//
// Thread: any. Bounded by the value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resolver/config/keys.h"

namespace tern::resolver::config {

struct KeyValue {
  // On one line. Empty for a list, and for a secret that is set.
  std::string text = {};
  bool is_list = false;
  std::vector<std::string> items = {};  // of a list, each on one line
  // What the text does not show: a secret, or what a file that the text names held when it was
  // read. It is only for comparing. It never leaves the process.
  std::string unseen = {};
  bool is_secret = false;  // the text is empty because it is not shown

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

// REQUIRES: `key` is no map, and is not inside an item of a list.
KeyValue ValueOf(const Settings& settings, const KeySpec& key);

// `["a", "b"]`, or the text. `hidden` for a secret.
std::string ToText(const KeyValue& value);

// One item of `forward` or `stub`, of dnssec.negative_trust_anchors, and of local.data, with the
// keys that are not at their default.
std::string ItemText(const StaticZone& zone);
std::string ItemText(const NegativeAnchor& anchor);
std::string ItemText(const policy::LocalRecord& record);

// A text in double quotes, as YAML reads it.
std::string YamlQuoted(std::string_view text);

}  // namespace tern::resolver::config
