#include "resolver/policy/name_tree.h"

#include <cstring>

#include "wire/ascii_case.h"

namespace tern::resolver::policy {

size_t NameTree::ChildHash::operator()(const Child& child) const {
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
  return static_cast<size_t>(hash ^ hash >> 32);
}

bool NameTree::ChildEqual::operator()(const Child& a, const Child& b) const {
  return a.parent == b.parent && a.label.size() == b.label.size() &&
         wire::EqualIgnoringCase(reinterpret_cast<const uint8_t*>(a.label.data()),
                                 reinterpret_cast<const uint8_t*>(b.label.data()), a.label.size());
}

NameTree::Child NameTree::AsChild(uint32_t node) const {
  const Node& n = nodes_[node];
  return {n.parent, {reinterpret_cast<const char*>(octets_.data() + n.label), n.label_octets}};
}

uint32_t NameTree::FindChild(uint32_t parent, std::string_view label) const {
  const auto found = children_.find(Child{parent, label});
  return found == children_.end() ? kNone : *found;
}

uint32_t NameTree::MakeNode(wire::NameView name) {
  if (name.IsRoot()) return kRoot;
  const uint32_t parent = MakeNode(name.Parent());
  const uint32_t found = FindChild(parent, name.FirstLabel());
  if (found != kNone) return found;
  Node node;
  node.parent = parent;
  node.label_octets = name.data()[0];
  node.label = static_cast<uint32_t>(octets_.size());
  octets_.insert(octets_.end(), name.data() + 1, name.data() + 1 + node.label_octets);
  nodes_.push_back(node);
  const auto number = static_cast<uint32_t>(nodes_.size() - 1);
  children_.insert(number);
  return number;
}

void NameTree::ShrinkToFit() {
  nodes_.shrink_to_fit();
  octets_.shrink_to_fit();
}

}  // namespace tern::resolver::policy
