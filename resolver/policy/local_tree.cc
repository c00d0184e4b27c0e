#include "resolver/policy/local_tree.h"

#include <cstring>

#include "cache/entry.h"

namespace tern::resolver::policy {

using wire::RRType;

LocalTree::Match LocalTree::Walk(wire::NameView name) const {
  Match match;
  match.node = names_.Walk(name, [&](uint32_t node, size_t labels) {
    const uint8_t flags = nodes_[node].flags;
    if ((flags & kCut) != 0) match.zone = kNone;
    if ((flags & kZone) != 0) {
      match.zone = node;
      match.zone_labels = labels;
    }
  });
  return match;
}

uint32_t LocalTree::MakeNode(wire::NameView name) {
  const uint32_t node = names_.MakeNode(name);
  nodes_.resize(names_.size());
  return node;
}

uint32_t LocalTree::PutOctets(std::span<const uint8_t> octets) {
  const auto offset = static_cast<uint32_t>(octets_.size());
  octets_.insert(octets_.end(), octets.begin(), octets.end());
  return offset;
}

bool LocalTree::HasType(uint32_t node, RRType type) const {
  for (uint32_t i = nodes_[node].first_record; i != kNone; i = records_[i].next) {
    if (records_[i].type == type) return true;
  }
  return false;
}

bool LocalTree::AddRecord(uint32_t node, RRType type, uint32_t ttl,
                          std::span<const uint8_t> rdata) {
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
  records_.push_back({kNone, PutOctets(rdata), ttl, static_cast<uint16_t>(rdata.size()), type});
  (last == kNone ? nodes_[node].first_record : records_[last].next) = number;
  return true;
}

void LocalTree::ShrinkToFit() {
  names_.ShrinkToFit();
  nodes_.shrink_to_fit();
  records_.shrink_to_fit();
  octets_.shrink_to_fit();
}

}  // namespace tern::resolver::policy
