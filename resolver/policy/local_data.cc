#include "resolver/policy/local_data.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include "resolver/policy/local_tree.h"
#include "wire/message.h"

namespace tern::resolver::policy {
namespace {

using wire::RRType;

constexpr uint32_t kNone = LocalTree::kNone;

// The SOA of RFC 6303 section 3: MNAME is the zone itself, RNAME is `nobody.invalid.`.
class ApexSoa {
 public:
  ApexSoa(wire::NameView apex, uint32_t minimum) {
    static constexpr uint8_t kKeeper[] = "\6nobody\7invalid";
    static constexpr uint32_t kSerial = 1;
    static constexpr uint32_t kRefresh = 3600;  // seconds, like the others
    static constexpr uint32_t kRetry = 1200;
    static constexpr uint32_t kExpire = 604800;
    std::memcpy(octets_, apex.data(), apex.size());
    size_ = apex.size();
    std::memcpy(octets_ + size_, kKeeper, sizeof kKeeper);
    size_ += sizeof kKeeper;
    for (const uint32_t field : {kSerial, kRefresh, kRetry, kExpire, minimum}) {
      wire::StoreU32(octets_ + size_, field);
      size_ += 4;
    }
  }
  std::span<const uint8_t> rdata() const { return {octets_, size_}; }

 private:
  uint8_t octets_[wire::kNameOctetsMax + 16 + 20];
  size_t size_ = 0;
};

bool AnswerRRset(const LocalTree& tree, const LocalTree::Node& node, wire::NameView name,
                 RRType type, cache::Instant now, cache::EntryBuilder* builder) {
  if (type == RRType::kANY) type = tree.record(node.first_record).type;
  uint32_t ttl = std::numeric_limits<uint32_t>::max();
  for (uint32_t i = node.first_record; i != kNone; i = tree.record(i).next) {
    if (tree.record(i).type == type) ttl = std::min(ttl, tree.record(i).ttl);
  }
  bool started = false;
  for (uint32_t i = node.first_record; i != kNone; i = tree.record(i).next) {
    const LocalTree::Record& record = tree.record(i);
    if (record.type != type) continue;
    if (!started && !builder->StartRRset(name, type, ttl, now, cache::Rank::kLocal)) return false;
    started = true;
    if (!builder->AddRecord(tree.Rdata(record))) break;
  }
  return started;
}

// The SOA and NS at the apex of a locally served zone (RFC 6303 section 3).
bool AnswerApex(wire::NameView apex, RRType type, cache::Instant now,
                cache::EntryBuilder* builder) {
  if (type == RRType::kANY) type = RRType::kSOA;
  if (type != RRType::kSOA && type != RRType::kNS) return false;
  if (!builder->StartRRset(apex, type, kSpecialTtl, now, cache::Rank::kLocal)) return false;
  return builder->AddRecord(type == RRType::kNS ? apex.octets()
                                                : ApexSoa(apex, kSpecialTtl).rdata());
}

}  // namespace

LocalData::LocalData(std::unique_ptr<const LocalTree> tree)
    : tree_(std::move(tree)), has_own_names_(tree_->has_own_names()) {}

LocalData::~LocalData() = default;

size_t LocalData::node_count() const { return tree_->node_count(); }
uint64_t LocalData::hosts_digest() const { return tree_->hosts_digest(); }

bool LocalData::Has(wire::NameView name) const {
  const LocalTree::Match match = tree_->Walk(name);
  return match.zone != kNone ||
         (match.node != kNone && tree_->node(match.node).first_record != kNone);
}

bool LocalData::Find(wire::NameView name, RRType type, cache::Instant now,
                     cache::EntryBuilder* builder) const {
  LocalTree::Match match = tree_->Walk(name);
  const bool in_zone = match.zone != kNone;
  if (in_zone && match.node == kNone &&
      (tree_->node(match.zone).flags & LocalTree::kLocalhost) != 0) {
    match.node = match.zone;  // RFC 6761 section 6.3: names below localhost. count as localhost.
  }
  const bool has_records = match.node != kNone && tree_->node(match.node).first_record != kNone;
  if (!in_zone && !has_records) return false;

  if (has_records) {
    const LocalTree::Node& node = tree_->node(match.node);
    if (AnswerRRset(*tree_, node, name, type, now, builder)) return true;
    if (AnswerRRset(*tree_, node, name, RRType::kCNAME, now, builder)) return true;
  }
  const wire::NameView apex = in_zone ? name.Suffix(match.zone_labels) : name;
  if (in_zone && name.size() == apex.size() && AnswerApex(apex, type, now, builder)) return true;

  const uint32_t ttl = in_zone ? kSpecialTtl : kHostsTtl;
  const bool started = match.node == kNone ? builder->StartNxDomain(name, apex, ttl, now)
                                           : builder->StartNoData(name, type, apex, ttl, now);
  return started && builder->AddRecord(ApexSoa(apex, ttl).rdata());
}

}  // namespace tern::resolver::policy
