// What becomes of a `local-zone` of Unbound. ternd has no such zones: it answers the names of
// local.data and of local.special_names, and looks up all others.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/imported_configuration.h"

namespace tern::resolver::tool {

struct UnboundLocalZone {
  std::string name;
  std::string type;  // `static`, `transparent`
};

// The names that the whole file has besides.
struct UnboundLocalNames {
  std::vector<std::string> local_data;    // owners of `local-data`
  std::vector<std::string> static_zones;  // forward and stub zones
};

struct UnboundFate {
  ImportGrade grade = ImportGrade::kMissing;
  std::string_view text;  // why
};

UnboundFate FateOfLocalZone(const UnboundLocalZone& zone, const UnboundLocalNames& names);

}  // namespace tern::resolver::tool
