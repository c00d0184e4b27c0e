#include "resolver/policy/local_tree.h"

#include <array>
#include <cstring>

#include "cache/entry.h"
#include "wire/ascii_case.h"

namespace tern::resolver::policy {
namespace {

using wire::RRType;

std::string_view Label(const uint8_t* at) { return {reinterpret_cast<const char*>(at + 1), at[0]}; }

}  // namespace

size_t LocalTree::ChildHash::operator()(const Child& child) const {
  // The operator fills the tree and look-ups do not change it. So nobody can make it slow by
  // choosing labels: no key is needed, only a good spread.
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

bool LocalTree::ChildEqual::operator()(const Child& a, const Child& b) const {
  return a.parent == b.parent && a.label.size() == b.label.size() &&
         wire::EqualIgnoringCase(reinterpret_cast<const uint8_t*>(a.label.data()),
                                 reinterpret_cast<const uint8_t*>(b.label.data()), a.label.size());
}

LocalTree::Child LocalTree::AsChild(uint32_t node) const {
  const Node& n = nodes_[node];
  return {n.parent, {reinterpret_cast<const char*>(octets_.data() + n.label), n.label_octets}};
}

uint32_t LocalTree::FindChild(uint32_t parent, std::string_view label) const {
  const auto found = children_.find(Child{parent, label});
  return found == children_.end() ? kNone : *found;
}

LocalTree::Match LocalTree::Walk(wire::NameView name) const {
  std::array<uint8_t, wire::kLabelsMax> starts;
  size_t labels = 0;
  for (size_t at = 0; name.data()[at] != 0; at += name.data()[at] + size_t{1}) {
    starts[labels++] = static_cast<uint8_t>(at);
  }
  Match match;
  uint32_t node = kRoot;
  size_t walked = 0;
  while (walked < labels) {
    node = FindChild(node, Label(name.data() + starts[labels - walked - 1]));
    if (node == kNone) break;
    ++walked;
    if ((nodes_[node].flags & kCut) != 0) match.zone = kNone;
    if ((nodes_[node].flags & kZone) != 0) {
      match.zone = node;
      match.zone_labels = walked;
    }
  }
  match.node = node;
  return match;
}

uint32_t LocalTree::PutOctets(std::span<const uint8_t> octets) {
  const auto offset = static_cast<uint32_t>(octets_.size());
  octets_.insert(octets_.end(), octets.begin(), octets.end());
  return offset;
}

uint32_t LocalTree::MakeNode(wire::NameView name) {
  if (name.IsRoot()) return kRoot;
  const uint32_t parent = MakeNode(name.Parent());
  const uint32_t found = FindChild(parent, name.FirstLabel());
  if (found != kNone) return found;
  Node node;
  node.parent = parent;
  node.label_octets = name.data()[0];
  node.label = PutOctets({name.data() + 1, node.label_octets});
  nodes_.push_back(node);
  const auto number = static_cast<uint32_t>(nodes_.size() - 1);
  children_.insert(number);
  return number;
}

bool LocalTree::HasType(uint32_t node, RRType type) const {
  for (uint32_t i = nodes_[node].first_record; i != kNone; i = records_[i].next) {
    if (records_[i].type == type) return true;
  }
  return false;
}

bool LocalTree::AddRecord(uint32_t node, RRType type, std::span<const uint8_t> rdata) {
  size_t count = 0;
  uint32_t last = kNone;
  for (uint32_t i = nodes_[node].first_record; i != kNone; i = records_[i].next) {
    const Record& record = records_[i];
    last = i;
    if (record.type != type) continue;
    if (record.rdata_octets == rdata.size() &&
        std::memcmp(octets_.data() + record.rdata, rdata.data(), rdata.size()) == 0) {
      return true;
    }
    ++count;
  }
  if (count >= cache::kRecordsMax) return false;
  const auto number = static_cast<uint32_t>(records_.size());
  records_.push_back({kNone, PutOctets(rdata), static_cast<uint16_t>(rdata.size()), type});
  (last == kNone ? nodes_[node].first_record : records_[last].next) = number;
  return true;
}

void LocalTree::ShrinkToFit() {
  nodes_.shrink_to_fit();
  records_.shrink_to_fit();
  octets_.shrink_to_fit();
}

}  // namespace tern::resolver::policy
