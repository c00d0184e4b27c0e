// Describes in words what a key takes, for errors and documents.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "resolver/config/keys.h"

namespace tern::resolver::config {

// Names one item of a list and several: `a block of addresses such as ...`, `blocks of addresses`.
// REQUIRES: `kind` is a list of single values.
std::string_view OneItem(KeyKind kind);
std::string_view ManyItems(KeyKind kind);

// What an error says was expected: `a number from 1 to 256`, `auto, true or false`.
std::string Expectation(const KeySpec& key);

}  // namespace tern::resolver::config
