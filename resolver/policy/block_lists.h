// The block lists of the configuration (RFC 5782), found by name.
//
// Thread: any; immutable after construction. Copies share one index. Bounded by the list in the
// configuration.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "resolver/base/mail_settings.h"
#include "wire/name.h"

namespace tern::resolver::policy {

class BlockLists {
 public:
  // No lists.
  BlockLists() = default;
  // When two lists have the same name, the first one counts.
  explicit BlockLists(std::vector<BlockList> lists);

  // In the order of the configuration.
  std::span<const BlockList> all() const;

  // The nearest list at or above the name, or null. The list lives as long as any copy of this
  // object.
  // Budget: one probe for each label that the name shares with a list's name, and one more,
  // whatever the number of lists; allocates nothing. Without lists it is one comparison.
  const BlockList* Nearest(wire::NameView name) const {
    return index_ == nullptr ? nullptr : Find(name);
  }

 private:
  struct Index;

  const BlockList* Find(wire::NameView name) const;

  std::shared_ptr<const Index> index_;  // null without lists
};

}  // namespace tern::resolver::policy
