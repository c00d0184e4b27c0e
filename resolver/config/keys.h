// The table of the configuration's keys. For each key it holds the kind of value, the value's place
// in Settings, the default and the help. The loader reads a file by this table. The example file,
// the part KEYS of tern.yaml(5) and the JSON schema are printed from it
// (tests/resolver/config/documents.h).
//
// Thread: any; constants.
//
// Invariants, which keys_test.cc checks:
// - A map comes before the keys inside it, and these keys are adjacent.
// - A default, read as the text of a file, gives the value in DefaultSettings().
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "resolver/config/key_spec.h"
#include "resolver/config/settings.h"

namespace tern::resolver::config {

// All keys, in the order of the documents and of error messages.
std::span<const KeySpec> Keys();

// The last word of the path.
std::string_view NameOf(const KeySpec& key);
// Whether it is a key of the items of a list, as `forward[].zone` is.
bool IsOfAnItem(const KeySpec& key);
// The keys directly inside a map. "" is the outermost map; `forward[]` is an item of that list.
std::vector<const KeySpec*> KeysInside(std::string_view map);
// Null when there is no such key.
const KeySpec* FindKey(std::string_view path);

// The paths of the keys that a reload cannot change and whose values differ.
std::vector<std::string_view> FixedKeysThatDiffer(const Settings& before, const Settings& after);
// Gives the keys that a reload cannot change their values in `current`.
void KeepFixedKeys(const Settings& current, Settings* next);

}  // namespace tern::resolver::config
