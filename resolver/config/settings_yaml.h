// The configuration in force, for operators: each key with its value, whether that is the default,
// and whether the file says something else.
//
// Thread: any. Bounded by the configuration.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/config/key_spec.h"
#include "resolver/config/value_text.h"

namespace tern::resolver::config {

struct KeyInForce {
  const KeySpec* key = nullptr;
  KeyValue value;
  bool is_default = false;
  // What the file says, when that is something else: because a command has changed the value, or,
  // if `waits`, because the key changes only with a new start.
  std::optional<KeyValue> written;
  bool waits = false;
};

// Of each key that is no map, in the order of the table. `written`: the settings of the file.
std::vector<KeyInForce> KeysInForce(const Settings& in_force, const Settings& written);

// Lines of YAML that ternd reads, with what is to be said of a key as comments. A secret is left
// out.
std::vector<std::string> YamlOf(std::span<const KeyInForce> keys);

}  // namespace tern::resolver::config
