#include "resolver/policy/local_data.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "resolver/base/error_text.h"
#include "resolver/base/reverse_name.h"
#include "resolver/base/text_file.h"
#include "resolver/policy/hosts_file.h"
#include "resolver/policy/special_names.h"
#include "wire/ascii_case.h"
#include "wire/message.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

using wire::RRType;

constexpr uint8_t kLoopbackIpv4[4] = {127, 0, 0, 1};
constexpr uint8_t kLoopbackIpv6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr uint8_t kLocalhostOctets[] = "\x09localhost";  // the literal's end is the root label

wire::NameView LocalhostName() {
  return wire::NameView::FromValid(kLocalhostOctets, sizeof kLocalhostOctets);
}

std::string_view Label(const uint8_t* at) { return {reinterpret_cast<const char*>(at + 1), at[0]}; }

// The SOA of RFC 6303 section 3: the zone itself is its server, `nobody.invalid.` its keeper.
class ApexSoa {
 public:
  ApexSoa(wire::NameView apex, uint32_t minimum) {
    static constexpr uint8_t kKeeper[] = "\6nobody\7invalid";
    static constexpr uint32_t kSerial = 1;
    static constexpr uint32_t kRefresh = 3600;  // seconds, as the others
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

bool IsReplaced(wire::NameView zone, std::span<const StaticZone> static_zones) {
  return std::any_of(static_zones.begin(), static_zones.end(), [&](const StaticZone& by) {
    return !by.zone.view().IsRoot() && zone.IsSubdomainOf(by.zone);
  });
}

}  // namespace

// Where a name leads in the tree.
struct LocalData::Match {
  uint32_t node = kNone;   // the name's own node
  uint32_t zone = kNone;   // the special zone that it is in
  size_t zone_labels = 0;  // of that zone's name
};

size_t LocalData::ChildHash::operator()(const Child& child) const {
  // The tree is the operator's and look-ups do not change it, so that nobody can make it slow by
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

bool LocalData::ChildEqual::operator()(const Child& a, const Child& b) const {
  return a.parent == b.parent && a.label.size() == b.label.size() &&
         wire::EqualIgnoringCase(reinterpret_cast<const uint8_t*>(a.label.data()),
                                 reinterpret_cast<const uint8_t*>(b.label.data()), a.label.size());
}

LocalData::LocalData() : nodes_(1), children_(0, ChildHash{this}, ChildEqual{this}) {}

LocalData::Child LocalData::AsChild(uint32_t node) const {
  const Node& n = nodes_[node];
  return {n.parent, {reinterpret_cast<const char*>(octets_.data() + n.label), n.label_octets}};
}

uint32_t LocalData::FindChild(uint32_t parent, std::string_view label) const {
  const auto found = children_.find(Child{parent, label});
  return found == children_.end() ? kNone : *found;
}

LocalData::Match LocalData::Walk(wire::NameView name) const {
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

bool LocalData::Has(wire::NameView name) const {
  const Match match = Walk(name);
  return match.zone != kNone || (match.node != kNone && nodes_[match.node].first_record != kNone);
}

bool LocalData::Find(wire::NameView name, RRType type, cache::Seconds now,
                     cache::EntryBuilder* builder) const {
  Match match = Walk(name);
  const bool in_zone = match.zone != kNone;
  if (in_zone && match.node == kNone && (nodes_[match.zone].flags & kLocalhost) != 0) {
    match.node = match.zone;  // RFC 6761 section 6.3: names below localhost. are localhost
  }
  const bool has_records = match.node != kNone && nodes_[match.node].first_record != kNone;
  if (!in_zone && !has_records) return false;

  if (has_records && AnswerRRset(match, name, type, now, builder)) return true;
  const wire::NameView apex = in_zone ? name.Suffix(match.zone_labels) : name;
  if (in_zone && name.size() == apex.size() && AnswerApex(apex, type, now, builder)) return true;

  const uint32_t ttl = in_zone ? kSpecialTtl : kHostsTtl;
  const bool started = match.node == kNone ? builder->StartNxDomain(name, apex, ttl, now)
                                           : builder->StartNoData(name, type, apex, ttl, now);
  return started && builder->AddRecord(ApexSoa(apex, ttl).rdata());
}

bool LocalData::AnswerRRset(const Match& match, wire::NameView name, RRType type,
                            cache::Seconds now, cache::EntryBuilder* builder) const {
  const Node& node = nodes_[match.node];
  if (type == RRType::kANY) type = records_[node.first_record].type;
  const uint32_t ttl = (node.flags & kHosts) != 0 ? kHostsTtl : kSpecialTtl;
  bool started = false;
  for (uint32_t i = node.first_record; i != kNone; i = records_[i].next) {
    const Record& record = records_[i];
    if (record.type != type) continue;
    if (!started && !builder->StartRRset(name, type, ttl, now, cache::Rank::kLocal)) return false;
    started = true;
    if (!builder->AddRecord({octets_.data() + record.rdata, record.rdata_octets})) break;
  }
  return started;
}

// RFC 6303 section 3: SOA and NS at the apex of a locally served zone.
bool LocalData::AnswerApex(wire::NameView apex, RRType type, cache::Seconds now,
                           cache::EntryBuilder* builder) {
  if (type == RRType::kANY) type = RRType::kSOA;
  if (type != RRType::kSOA && type != RRType::kNS) return false;
  if (!builder->StartRRset(apex, type, kSpecialTtl, now, cache::Rank::kLocal)) return false;
  return builder->AddRecord(type == RRType::kNS ? apex.octets()
                                                : ApexSoa(apex, kSpecialTtl).rdata());
}

uint32_t LocalData::PutOctets(std::span<const uint8_t> octets) {
  const auto offset = static_cast<uint32_t>(octets_.size());
  octets_.insert(octets_.end(), octets.begin(), octets.end());
  return offset;
}

uint32_t LocalData::MakeNode(wire::NameView name) {
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

bool LocalData::HasType(uint32_t node, RRType type) const {
  for (uint32_t i = nodes_[node].first_record; i != kNone; i = records_[i].next) {
    if (records_[i].type == type) return true;
  }
  return false;
}

bool LocalData::AddRecord(uint32_t node, RRType type, std::span<const uint8_t> rdata) {
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

void LocalData::AddSpecialNames(std::span<const StaticZone> static_zones) {
  for (const SpecialZone& special : SpecialZones()) {
    const wire::Name zone = *wire::ParseName(special.zone);
    if (IsReplaced(zone, static_zones)) continue;
    const uint32_t node = MakeNode(zone);
    nodes_[node].flags |= kZone;
    if (special.kind == SpecialZoneKind::kLocalhost) {
      nodes_[node].flags |= kLocalhost;
      keeps_localhost_ = true;
      (void)AddRecord(node, RRType::kA, kLoopbackIpv4);
      (void)AddRecord(node, RRType::kAAAA, kLoopbackIpv6);
    }
    for (const StaticZone& inside : static_zones) {
      if (inside.zone.view().IsSubdomainOf(zone)) nodes_[MakeNode(inside.zone)].flags |= kCut;
    }
  }
  for (const SpecialNode& special : SpecialNodes()) {
    const wire::Name name = *wire::ParseName(special.name);
    if (IsReplaced(name, static_zones)) continue;
    const uint32_t node = MakeNode(name);
    if (special.points_to_localhost) {
      (void)AddRecord(node, RRType::kPTR, LocalhostName().octets());
    }
  }
}

absl::Status LocalData::AddHostsFile(const LocalSettings& settings) {
  const auto text = ReadTextFile(settings.hosts_file, kHostsOctetsMax);
  if (!text.ok()) return text.status();
  HostsReader reader(*text, settings.hosts_file);
  HostsLine line;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    const std::span<const uint8_t> rdata(line.address.octets, line.address.size);
    const RRType type = line.address.IsIpv4() ? RRType::kA : RRType::kAAAA;
    for (const wire::Name& name : line.names) {
      if (keeps_localhost_ && name.view().IsSubdomainOf(LocalhostName())) continue;
      const uint32_t node = MakeNode(name);
      nodes_[node].flags |= kHosts;
      if (!AddRecord(node, type, rdata)) {
        return absl::InvalidArgumentError(Concat(settings.hosts_file, ":", line.line,
                                                 ": expected at most ", cache::kRecordsMax,
                                                 " addresses for ", wire::ToText(name)));
      }
    }
    const uint32_t reverse = MakeNode(ReverseName(line.address));
    if (HasType(reverse, RRType::kPTR)) continue;
    nodes_[reverse].flags |= kHosts;
    (void)AddRecord(reverse, RRType::kPTR, line.names.front().view().octets());
  }
}

absl::StatusOr<std::unique_ptr<const LocalData>> LocalData::Build(
    const LocalSettings& settings, std::span<const StaticZone> static_zones) {
  std::unique_ptr<LocalData> local(new LocalData);
  if (settings.special_names) local->AddSpecialNames(static_zones);
  if (!settings.hosts_file.empty()) {
    if (const absl::Status status = local->AddHostsFile(settings); !status.ok()) return status;
  }
  local->nodes_.shrink_to_fit();
  local->records_.shrink_to_fit();
  local->octets_.shrink_to_fit();
  return std::unique_ptr<const LocalData>(std::move(local));
}

}  // namespace tern::resolver::policy
