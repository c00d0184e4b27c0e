#include "resolver/base/negative_anchors.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/name_tree.h"
#include "wire/concat.h"

namespace tern::resolver {

absl::StatusOr<std::chrono::seconds> ParseAnchorTime(std::string_view text) {
  constexpr std::chrono::hours kMost(24 * 366);
  const auto time = ParseDuration(text);
  if (!time || *time < std::chrono::seconds(1) || *time > kMost) {
    return absl::InvalidArgumentError(
        Concat("expected a duration such as 1h, from 1s to 366d, found ", Quoted(text)));
  }
  return std::chrono::ceil<std::chrono::seconds>(*time);
}

struct NegativeAnchors::Index {
  NameTree zones;
  std::vector<NegativeAnchor> anchors;
  std::vector<uint32_t> anchor_of;  // by node number in `zones`; kNone when there is no anchor
};

NegativeAnchors::NegativeAnchors(std::vector<NegativeAnchor> anchors) {
  if (anchors.empty()) return;
  auto index = std::make_shared<Index>();
  index->anchors = std::move(anchors);
  for (uint32_t i = 0; i < index->anchors.size(); ++i) {
    const uint32_t node = index->zones.MakeNode(index->anchors[i].zone);
    index->anchor_of.resize(index->zones.size(), NameTree::kNone);
    if (index->anchor_of[node] == NameTree::kNone) index->anchor_of[node] = i;
  }
  index->zones.ShrinkToFit();
  index->anchor_of.shrink_to_fit();
  index_ = std::move(index);
}

std::span<const NegativeAnchor> NegativeAnchors::all() const {
  return index_ == nullptr ? std::span<const NegativeAnchor>() : index_->anchors;
}

const NegativeAnchor* NegativeAnchors::Find(wire::NameView name) const {
  const NegativeAnchor* nearest = nullptr;
  (void)index_->zones.Walk(name, [&](uint32_t node, size_t) {
    const uint32_t anchor = index_->anchor_of[node];
    if (anchor != NameTree::kNone) nearest = &index_->anchors[anchor];
  });
  return nearest;
}

bool operator==(const NegativeAnchors& a, const NegativeAnchors& b) {
  return a.index_ == b.index_ || std::ranges::equal(a.all(), b.all());
}

}  // namespace tern::resolver
