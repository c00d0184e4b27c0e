#include "tests/sim/zone.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "wire/check.h"
#include "wire/master_file.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::sim {

absl::StatusOr<std::vector<PlainRecord>> RecordsFromText(std::string_view origin,
                                                         std::string_view text) {
  const absl::StatusOr<wire::Name> name = wire::ParseName(origin);
  if (!name.ok()) return name.status();
  absl::StatusOr<std::vector<wire::MasterRecord>> parsed =
      wire::ParseMasterFile(text, origin, *name);
  if (!parsed.ok()) return parsed.status();
  std::vector<PlainRecord> records;
  for (wire::MasterRecord& record : *parsed) {
    if (!record.owner.view().IsSubdomainOf(*name)) {
      return absl::InvalidArgumentError(std::string(origin) + ":" + std::to_string(record.line) +
                                        ": " + wire::ToText(record.owner.view()) +
                                        " is not in the zone");
    }
    records.push_back(
        {record.owner, record.type, record.rrclass, record.ttl, std::move(record.rdata)});
  }
  return records;
}

std::vector<PlainRecord> RecordsOfText(std::string_view origin, std::string_view text) {
  absl::StatusOr<std::vector<PlainRecord>> records = RecordsFromText(origin, text);
  if (!records.ok()) {
    std::fprintf(stderr, "%s\n", records.status().ToString().c_str());
    std::abort();
  }
  return *std::move(records);
}

absl::StatusOr<Zone> Zone::FromText(std::string_view origin, std::string_view text) {
  const absl::StatusOr<std::vector<PlainRecord>> records = RecordsFromText(origin, text);
  if (!records.ok()) return records.status();
  Zone zone = FromRecords(NameOf(origin), *records);
  const Node* apex = zone.Find(zone.origin_);
  if (apex == nullptr || !apex->contains(wire::RRType::kSOA)) {
    return absl::InvalidArgumentError(std::string(origin) + ": no SOA at the origin");
  }
  return zone;
}

Zone Zone::FromRecords(wire::NameView origin, const std::vector<PlainRecord>& records) {
  Zone zone;
  zone.origin_ = origin;
  for (const PlainRecord& record : records) {
    zone.nodes_[record.owner][record.type].push_back(record);
  }
  return zone;
}

const Zone::Node* Zone::Find(wire::NameView name) const {
  const auto found = nodes_.find(wire::Name(name));
  return found == nodes_.end() ? nullptr : &found->second;
}

bool Zone::HasDescendant(wire::NameView name) const {
  // In canonical order a name's descendants come right after it.
  const auto next = nodes_.upper_bound(wire::Name(name));
  return next != nodes_.end() && next->first.view().IsSubdomainOf(name);
}

PlainRecord Zone::Soa() const { return Find(origin_)->at(wire::RRType::kSOA).front(); }

std::vector<PlainRecord> Zone::RecordsAt(wire::NameView name, wire::RRType type) const {
  const Node* node = Find(name);
  if (node == nullptr || !node->contains(type)) return {};
  return node->at(type);
}

ZoneLookup Zone::FromNode(const Node& node, wire::NameView owner, wire::RRType type) const {
  ZoneLookup result{ZoneMatch::kNoData, {}};
  const auto take = [&](const std::vector<PlainRecord>& records) {
    for (const PlainRecord& record : records) {
      result.records.push_back(record);
      result.records.back().owner = owner;
    }
  };
  if (type == wire::RRType::kANY) {
    for (const auto& [any_type, records] : node) take(records);
  } else if (const auto found = node.find(type); found != node.end()) {
    take(found->second);
  } else if (const auto cname = node.find(wire::RRType::kCNAME); cname != node.end()) {
    take(cname->second);
    result.match = ZoneMatch::kCname;
    return result;
  }
  if (!result.records.empty()) result.match = ZoneMatch::kAnswer;
  return result;
}

ZoneLookup Zone::Lookup(wire::NameView name, wire::RRType type) const {
  TERN_REQUIRE(Covers(name));
  const size_t origin_labels = origin_.view().LabelCount();
  const size_t labels = name.LabelCount();
  size_t closest_encloser = origin_labels;
  for (size_t n = origin_labels; n <= labels; ++n) {
    const wire::NameView at = name.Suffix(n);
    if (!Exists(at)) break;
    closest_encloser = n;
    const Node* node = Find(at);
    if (node == nullptr) continue;
    // A DS record belongs to the parent's side of the cut (RFC 4035 section 3.1.4.1).
    const bool parent_side = n == labels && type == wire::RRType::kDS;
    if (n > origin_labels && node->contains(wire::RRType::kNS) && !parent_side) {
      return {ZoneMatch::kReferral, node->at(wire::RRType::kNS)};
    }
    if (n < labels && node->contains(wire::RRType::kDNAME)) {
      return {ZoneMatch::kDname, node->at(wire::RRType::kDNAME)};
    }
  }
  if (closest_encloser == labels) {
    const Node* node = Find(name);
    return node == nullptr ? ZoneLookup{ZoneMatch::kNoData, {}} : FromNode(*node, name, type);
  }
  // RFC 4592 section 2.2.1: only the wildcard right below the closest encloser counts.
  wire::Name wildcard(name.Suffix(closest_encloser));
  if (wildcard.Prepend("*")) {
    if (const Node* node = Find(wildcard)) return FromNode(*node, name, type);
    if (HasDescendant(wildcard)) return {ZoneMatch::kNoData, {}};
  }
  return {ZoneMatch::kNxDomain, {}};
}

}  // namespace tern::sim
