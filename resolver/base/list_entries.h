// The entries by which a block list is tested (RFC 5782 section 5). Each list has those of what it
// lists: addresses or names.
//
// Thread: any; constants and values.
#pragma once

#include <optional>
#include <string_view>

#include "wire/name.h"

namespace tern::resolver {

struct ListEntry {
  std::string_view family;
  std::string_view entry;  // an address, or a label
  bool listed;             // in every list of this family; otherwise in none
};

// Two for each family, the listed one first.
inline constexpr ListEntry kListEntries[] = {
    {"IPv4", "127.0.0.2", true},      {"IPv4", "127.0.0.1", false}, {"IPv6", "::ffff:7f00:2", true},
    {"IPv6", "::ffff:7f00:1", false}, {"names", "TEST", true},      {"names", "INVALID", false},
};

// The name at which the list has the entry. Nothing when such a name is too long.
std::optional<wire::Name> NameInList(std::string_view entry, const wire::Name& zone);

}  // namespace tern::resolver
