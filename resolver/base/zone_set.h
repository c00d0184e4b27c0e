// A set of zones that tells which names lie in them.
//
// A copy shares the zones with its original.
// Thread: any; immutable once made. Bounded by the one that makes it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "wire/name.h"

namespace tern::resolver {

class ZoneSet {
 public:
  // No zones.
  ZoneSet() = default;
  // Throws std::bad_alloc.
  explicit ZoneSet(const std::vector<wire::Name>& zones);

  // In the order in which they were given, each once.
  std::span<const wire::Name> all() const;
  // These and more. Throws std::bad_alloc.
  ZoneSet With(const std::vector<wire::Name>& more) const;
  bool empty() const { return index_ == nullptr; }

  // Whether the name is one of the zones, or below one. ASCII case is ignored.
  // Budget: one probe for each label that the name shares with a zone, and one more, whatever the
  // number of zones; allocates nothing.
  bool Covers(wire::NameView name) const { return index_ != nullptr && Find(name); }

  // Whether both have the same zones in the same order.
  friend bool operator==(const ZoneSet& a, const ZoneSet& b);

 private:
  struct Index;

  bool Find(wire::NameView name) const;

  std::shared_ptr<const Index> index_;  // null without zones
};

}  // namespace tern::resolver
