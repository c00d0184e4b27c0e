#include "resolver/policy/static_zones.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "resolver/base/name_tree.h"

namespace tern::resolver::policy {

struct StaticZones::Index {
  NameTree names;
  std::vector<StaticZone> zones;
  std::vector<uint32_t> zone_of;  // by node number in `names`; kNone when the name has no zone

  const StaticZone* ZoneOf(uint32_t node) const {
    if (node == NameTree::kNone || zone_of[node] == NameTree::kNone) return nullptr;
    return &zones[zone_of[node]];
  }
};

StaticZones::StaticZones(std::vector<StaticZone> zones) {
  if (zones.empty()) return;
  auto index = std::make_shared<Index>();
  index->zones = std::move(zones);
  for (uint32_t i = 0; i < index->zones.size(); ++i) {
    const uint32_t node = index->names.MakeNode(index->zones[i].zone);
    index->zone_of.resize(index->names.size(), NameTree::kNone);
    if (index->zone_of[node] == NameTree::kNone) index->zone_of[node] = i;
  }
  index->names.ShrinkToFit();
  index->zone_of.shrink_to_fit();
  index_ = std::move(index);
}

const std::vector<StaticZone>& StaticZones::all() const {
  static const std::vector<StaticZone> none;
  return index_ == nullptr ? none : index_->zones;
}

const StaticZone* StaticZones::At(wire::NameView name) const {
  if (index_ == nullptr) return nullptr;
  return index_->ZoneOf(index_->names.Walk(name, [](uint32_t, size_t) {}));
}

const StaticZone* StaticZones::Nearest(wire::NameView name, bool use_forward) const {
  if (index_ == nullptr) return nullptr;
  const StaticZone* nearest = nullptr;
  (void)index_->names.Walk(name, [&](uint32_t node, size_t) {
    const StaticZone* zone = index_->ZoneOf(node);
    if (zone != nullptr && (use_forward || !zone->forward)) nearest = zone;
  });
  return nearest;
}

}  // namespace tern::resolver::policy
