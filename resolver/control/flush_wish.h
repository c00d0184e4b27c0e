// What an operator wants to have forgotten.
//
// Thread: any; values.
#pragma once

#include <optional>

#include "cache/entry.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::control {

struct FlushWish {
  wire::Name name;  // the root with `below`: everything
  bool below = false;
  bool negative = false;  // only what says that something does not exist, and failures
  std::optional<wire::RRType> type = std::nullopt;  // only what says something of this type
};

// Whether the entry says something of the type.
bool Concerns(cache::EntryView entry, wire::RRType type);

// Whether the entry is to go. What denies the whole name says something of each type.
bool Wants(const FlushWish& wish, cache::EntryView entry);

}  // namespace tern::resolver::control
