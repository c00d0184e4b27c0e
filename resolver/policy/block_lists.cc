#include "resolver/policy/block_lists.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "resolver/base/name_tree.h"

namespace tern::resolver::policy {

struct BlockLists::Index {
  NameTree names;
  std::vector<BlockList> lists;
  std::vector<uint32_t> list_of;  // by node number in `names`; kNone when the name has no list
};

BlockLists::BlockLists(std::vector<BlockList> lists) {
  if (lists.empty()) return;
  auto index = std::make_shared<Index>();
  index->lists = std::move(lists);
  for (uint32_t i = 0; i < index->lists.size(); ++i) {
    const uint32_t node = index->names.MakeNode(index->lists[i].zone);
    index->list_of.resize(index->names.size(), NameTree::kNone);
    if (index->list_of[node] == NameTree::kNone) index->list_of[node] = i;
  }
  index->names.ShrinkToFit();
  index->list_of.shrink_to_fit();
  index_ = std::move(index);
}

std::span<const BlockList> BlockLists::all() const {
  return index_ == nullptr ? std::span<const BlockList>() : index_->lists;
}

const BlockList* BlockLists::Find(wire::NameView name) const {
  const BlockList* nearest = nullptr;
  (void)index_->names.Walk(name, [&](uint32_t node, size_t) {
    const uint32_t list = index_->list_of[node];
    if (list != NameTree::kNone) nearest = &index_->lists[list];
  });
  return nearest;
}

}  // namespace tern::resolver::policy
