#include "resolver/base/name_tree.h"

#include <cstring>
#include <utility>

#include "wire/ascii_case.h"

namespace tern::resolver {

uint32_t NameTree::Hash(const Child& child) {
  // The operator's configuration fills the tree, and look-ups do not change it. So nobody can slow
  // it down by choosing labels. The hash needs a good spread, but no key.
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
  uint64_t hash = (child.parent + 1) * kOdd ^ child.label.size();
  const auto* at = reinterpret_cast<const uint8_t*>(child.label.data());
  size_t left = child.label.size();
  for (; left >= 8; left -= 8, at += 8) {
    hash = (hash ^ wire::LoadLowered(at)) * kOdd;
    hash ^= hash >> 32;
  }
  uint64_t tail = 0;
  std::memcpy(&tail, at, left);
  hash = (hash ^ wire::LowerWord(tail)) * kOdd;
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

bool NameTree::IsChild(uint32_t node, const Child& child) const {
  const Node& n = nodes_[node];
  return n.parent == child.parent && n.label_octets == child.label.size() &&
         wire::EqualIgnoringCase(octets_.data() + n.label,
                                 reinterpret_cast<const uint8_t*>(child.label.data()),
                                 child.label.size());
}

uint32_t NameTree::FindChild(uint32_t parent, std::string_view label) const {
  const Child child = {parent, label};
  const uint32_t hash = Hash(child);
  for (size_t at = hash;; ++at) {
    const Place& place = places_[at & (places_.size() - 1)];
    if (place.node == kNone) return kNone;
    if (place.hash == hash && IsChild(place.node, child)) return place.node;
  }
}

void NameTree::Put(std::vector<Place>* places, Place place) {
  size_t at = place.hash;
  while ((*places)[at & (places->size() - 1)].node != kNone) ++at;
  (*places)[at & (places->size() - 1)] = place;
}

void NameTree::EnsurePlace() {
  if (nodes_.size() <= places_.size() / 4 * 3) return;
  std::vector<Place> larger(places_.size() * 2);
  for (const Place& place : places_) {
    if (place.node != kNone) Put(&larger, place);
  }
  places_ = std::move(larger);
}

uint32_t NameTree::MakeNode(wire::NameView name) {
  if (name.IsRoot()) return kRoot;
  const uint32_t parent = MakeNode(name.Parent());
  const uint32_t found = FindChild(parent, name.FirstLabel());
  if (found != kNone) return found;
  EnsurePlace();
  Node node;
  node.parent = parent;
  node.label_octets = name.data()[0];
  node.label = static_cast<uint32_t>(octets_.size());
  octets_.insert(octets_.end(), name.data() + 1, name.data() + 1 + node.label_octets);
  nodes_.push_back(node);
  const auto number = static_cast<uint32_t>(nodes_.size() - 1);
  Put(&places_, {Hash({parent, name.FirstLabel()}), number});
  return number;
}

void NameTree::ShrinkToFit() {
  nodes_.shrink_to_fit();
  octets_.shrink_to_fit();
}

}  // namespace tern::resolver
