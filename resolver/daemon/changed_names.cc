#include "resolver/daemon/changed_names.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "resolver/base/name_tree.h"

namespace tern::resolver::daemon {
namespace {

bool AsksTheSame(const StaticZone& a, const StaticZone& b) {
  return a.to == b.to && a.forward == b.forward && a.first == b.first && a.validate == b.validate;
}

// Finds static zones by name.
class ZonesByName {
 public:
  explicit ZonesByName(const std::vector<StaticZone>& zones) {
    for (const StaticZone& zone : zones) {
      const uint32_t node = names_.MakeNode(zone.zone);
      zone_of_.resize(names_.size());
      zone_of_[node] = &zone;
    }
  }

  const StaticZone* Find(wire::NameView name) const {
    const uint32_t node = names_.Walk(name, [](uint32_t, size_t) {});
    return node < zone_of_.size() ? zone_of_[node] : nullptr;
  }

 private:
  NameTree names_;
  std::vector<const StaticZone*> zone_of_;  // by node; null for a name that is only above a zone
};

void AddZonesOnlyIn(const config::Settings& here, const config::Settings& there,
                    std::vector<wire::Name>* names) {
  const ZonesByName others(there.static_zones);
  for (const StaticZone& zone : here.static_zones) {
    const StaticZone* const other = others.Find(zone.zone);
    if (other == nullptr || !AsksTheSame(zone, *other)) names->push_back(zone.zone);
  }
}

void AddListsOnlyIn(const std::vector<BlockList>& here, const std::vector<BlockList>& there,
                    std::vector<wire::Name>* names) {
  for (const BlockList& list : here) {
    const bool stays = std::ranges::any_of(
        there, [&](const BlockList& same) { return list.zone.view().Equals(same.zone); });
    if (!stays) names->push_back(list.zone);
  }
}

void AddAnchorsOnlyIn(const config::DnssecSettings& here, const config::DnssecSettings& there,
                      std::vector<wire::Name>* names) {
  const bool is_off = here.validation == Validation::kOff;
  if (here.validation != there.validation || (!is_off && here.sha1 != there.sha1)) {
    names->emplace_back();
    return;
  }
  if (is_off) return;
  for (const TrustAnchor& anchor : here.anchors) {
    if (std::ranges::find(there.anchors, anchor) == there.anchors.end()) {
      names->push_back(anchor.zone);
    }
  }
}

}  // namespace

std::vector<wire::Name> ChangedNames(const config::Settings& here, const config::Settings& there) {
  std::vector<wire::Name> names;
  for (const auto& [a, b] : {std::pair(&here, &there), std::pair(&there, &here)}) {
    AddZonesOnlyIn(*a, *b, &names);
    AddListsOnlyIn(a->mail.dnsbl, b->mail.dnsbl, &names);
    AddAnchorsOnlyIn(a->dnssec, b->dnssec, &names);
  }
  return names;
}

}  // namespace tern::resolver::daemon
