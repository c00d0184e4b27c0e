#include "resolver/tool/unbound_local_zone.h"

#include <algorithm>
#include <iterator>

#include "resolver/tool/unbound_values.h"

namespace tern::resolver::tool {
namespace {

using enum ImportGrade;

// The tops of Unbound's default zones and of ternd's special names.
constexpr std::string_view kTopsOfSpecialNames[] = {"arpa",  "localhost", "test", "invalid",
                                                    "onion", "local",     "alt"};

// A forward or stub zone below a special zone takes its part out of it, and one above replaces it.
// One of the root does not.
bool IsServedElsewhere(const UnboundLocalZone& zone, const UnboundLocalNames& names) {
  return std::any_of(names.static_zones.begin(), names.static_zones.end(), [&](const auto& name) {
    return name != "." && (IsInUnboundZone(name, zone.name) || IsInUnboundZone(zone.name, name));
  });
}

// Of a zone whose names are to be looked up.
UnboundFate FateOfOpenZone(const UnboundLocalZone& zone, const UnboundLocalNames& names) {
  if (IsServedElsewhere(zone, names)) {
    return {kNotNeeded, "the forward or stub zone goes before local names"};
  }
  const bool may_be_special =
      std::any_of(std::begin(kTopsOfSpecialNames), std::end(kTopsOfSpecialNames),
                  [&](std::string_view top) { return IsInUnboundZone(zone.name, top); });
  if (!may_be_special) return {kNotNeeded, "ternd looks up all names that are not in local.data"};
  return {kMissing, "a name of local.special_names is looked up only below a forward or stub zone"};
}

}  // namespace

UnboundFate FateOfLocalZone(const UnboundLocalZone& zone, const UnboundLocalNames& names) {
  const std::string_view type = zone.type;
  const bool has_data =
      std::any_of(names.local_data.begin(), names.local_data.end(),
                  [&](const auto& name) { return IsInUnboundZone(name, zone.name); });
  if (type == "typetransparent" && has_data) {
    return {kMissing, "ternd says NODATA for the types that a name of local.data does not have"};
  }
  if (type == "always_transparent" && has_data) {
    return {kMissing, "remove the zone's names from local.data: Unbound does not use them"};
  }
  if (type == "nodefault" || type.ends_with("transparent")) return FateOfOpenZone(zone, names);
  if (type == "static") {
    return {kMissing, "ternd looks up what is not in local.data, except for local.special_names"};
  }
  if (type == "redirect" || type == "inform_redirect") {
    return {kMissing, "local.data has single names, and nothing for all names below one"};
  }
  if (type == "inform") return {kMissing, "query_log.zones logs the queries for a zone"};
  return {kMissing, "ternd has no lists of blocked zones yet; local.data has single names"};
}

}  // namespace tern::resolver::tool
