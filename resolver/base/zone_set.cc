#include "resolver/base/zone_set.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "resolver/base/name_tree.h"

namespace tern::resolver {

struct ZoneSet::Index {
  NameTree names;
  std::vector<wire::Name> zones;
  std::vector<bool> is_zone;  // by node number in `names`
};

ZoneSet::ZoneSet(const std::vector<wire::Name>& zones) {
  if (zones.empty()) return;
  auto index = std::make_shared<Index>();
  for (const wire::Name& zone : zones) {
    const uint32_t node = index->names.MakeNode(zone);
    index->is_zone.resize(index->names.size());
    if (index->is_zone[node]) continue;
    index->is_zone[node] = true;
    index->zones.push_back(zone);
  }
  index_ = std::move(index);
}

std::span<const wire::Name> ZoneSet::all() const {
  return index_ == nullptr ? std::span<const wire::Name>() : index_->zones;
}

ZoneSet ZoneSet::With(const std::vector<wire::Name>& more) const {
  if (more.empty()) return *this;
  std::vector<wire::Name> zones(all().begin(), all().end());
  zones.insert(zones.end(), more.begin(), more.end());
  return ZoneSet(zones);
}

bool ZoneSet::Find(wire::NameView name) const {
  bool is_found = false;
  (void)index_->names.Walk(
      name, [&](uint32_t node, size_t) { is_found = is_found || index_->is_zone[node]; });
  return is_found;
}

bool operator==(const ZoneSet& a, const ZoneSet& b) {
  return a.index_ == b.index_ ||
         std::ranges::equal(a.all(), b.all(), [](const wire::Name& one, const wire::Name& other) {
           return one.view().Equals(other);
         });
}

}  // namespace tern::resolver
