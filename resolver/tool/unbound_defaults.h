// In what an operator would notice that ternd's defaults differ from Unbound's.
//
// Thread: any; constants.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tern::resolver::tool {

struct UnboundDefault {
  std::string_view key;      // of tern.yaml
  std::string_view value;    // with which ternd does what Unbound does by default
  std::string_view meaning;  // of ternd's default
  // A file that has one of these options does not leave the matter to the defaults.
  std::vector<std::string_view> options;
  // It matters only in a file that has this option with the value `yes`. Empty: always.
  std::string_view only_with = {};
};

std::span<const UnboundDefault> UnboundDefaults();

}  // namespace tern::resolver::tool
