#include "resolver/policy/local_data_build.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "cache/entry.h"
#include "resolver/base/reverse_name.h"
#include "resolver/base/text_file.h"
#include "resolver/policy/hosts_file.h"
#include "resolver/policy/local_tree.h"
#include "resolver/policy/special_names.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

using wire::RRType;

constexpr uint8_t kLoopbackIpv4[4] = {127, 0, 0, 1};
constexpr uint8_t kLoopbackIpv6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr uint8_t kLocalhostOctets[] = "\x09localhost";  // the literal's final 0 is the root label

wire::NameView LocalhostName() {
  return wire::NameView::FromValid(kLocalhostOctets, sizeof kLocalhostOctets);
}

bool IsReplaced(wire::NameView zone, std::span<const StaticZone> static_zones) {
  return std::any_of(static_zones.begin(), static_zones.end(), [&](const StaticZone& by) {
    return !by.zone.view().IsRoot() && zone.IsSubdomainOf(by.zone);
  });
}

class TreeBuilder {
 public:
  TreeBuilder() : tree_(std::make_unique<LocalTree>()) {}

  void AddSpecialNames(std::span<const StaticZone> static_zones);
  void AddRecords(std::span<const LocalRecord> records);
  absl::Status AddHostsFile(const std::string& path, OddLines* odd_lines);
  std::unique_ptr<const LocalTree> Finish() {
    tree_->ShrinkToFit();
    return std::move(tree_);
  }

 private:
  std::unique_ptr<LocalTree> tree_;
  bool keeps_localhost_ = false;
};

void TreeBuilder::AddSpecialNames(std::span<const StaticZone> static_zones) {
  for (const SpecialZone& special : SpecialZones()) {
    const wire::Name zone = *wire::ParseName(special.zone);
    if (IsReplaced(zone, static_zones)) continue;
    const uint32_t node = tree_->MakeNode(zone);
    tree_->SetFlag(node, LocalTree::kZone);
    if (special.kind == SpecialZoneKind::kLocalhost) {
      tree_->SetFlag(node, LocalTree::kLocalhost);
      keeps_localhost_ = true;
      (void)tree_->AddRecord(node, RRType::kA, kSpecialTtl, kLoopbackIpv4);
      (void)tree_->AddRecord(node, RRType::kAAAA, kSpecialTtl, kLoopbackIpv6);
    }
    for (const StaticZone& inside : static_zones) {
      if (inside.zone.view().IsSubdomainOf(zone))
        tree_->SetFlag(tree_->MakeNode(inside.zone), LocalTree::kCut);
    }
  }
  for (const SpecialNode& special : SpecialNodes()) {
    const wire::Name name = *wire::ParseName(special.name);
    if (IsReplaced(name, static_zones)) continue;
    const uint32_t node = tree_->MakeNode(name);
    if (special.points_to_localhost) {
      (void)tree_->AddRecord(node, RRType::kPTR, kSpecialTtl, LocalhostName().octets());
    }
  }
}

// A name of a special zone that the operator gives records has no others.
void TreeBuilder::AddRecords(std::span<const LocalRecord> records) {
  if (!records.empty()) tree_->SetHasOwnNames();
  for (const LocalRecord& record : records) {
    const uint32_t node = tree_->MakeNode(record.owner);
    if (!tree_->Has(node, LocalTree::kWritten)) tree_->ForgetRecords(node);
    tree_->SetFlag(node, LocalTree::kWritten);
    (void)tree_->AddRecord(node, record.type, record.ttl, record.rdata);
  }
}

absl::Status TreeBuilder::AddHostsFile(const std::string& path, OddLines* odd_lines) {
  const auto text = ReadTextFile(path, kHostsOctetsMax);
  if (!text.ok()) return text.status();
  tree_->SetHasOwnNames();
  tree_->SetHostsDigest(std::hash<std::string>()(*text));
  HostsReader reader(*text, path, odd_lines);
  HostsLine line;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    const std::span<const uint8_t> rdata(line.address.octets, line.address.size);
    const RRType type = line.address.IsIpv4() ? RRType::kA : RRType::kAAAA;
    for (const wire::Name& name : line.names) {
      if (keeps_localhost_ && name.view().IsSubdomainOf(LocalhostName())) continue;
      const uint32_t node = tree_->MakeNode(name);
      if (tree_->Has(node, LocalTree::kWritten)) continue;
      if (!tree_->AddRecord(node, type, kHostsTtl, rdata)) {
        odd_lines->Add(
            path, line.line,
            Concat("expected at most ", cache::kRecordsMax, " addresses for ", wire::ToText(name)));
      }
    }
    const uint32_t reverse = tree_->MakeNode(ReverseName(line.address));
    if (tree_->Has(reverse, LocalTree::kWritten) || tree_->HasType(reverse, RRType::kPTR)) continue;
    (void)tree_->AddRecord(reverse, RRType::kPTR, kHostsTtl, line.names.front().view().octets());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<const LocalData>> BuildLocalData(
    const LocalSettings& settings, std::span<const StaticZone> static_zones,
    std::vector<std::string>* warnings) {
  TreeBuilder builder;
  if (settings.special_names) builder.AddSpecialNames(static_zones);
  builder.AddRecords(settings.data);
  if (!settings.hosts_file.empty()) {
    OddLines odd_lines;
    const absl::Status status = builder.AddHostsFile(settings.hosts_file, &odd_lines);
    if (!status.ok()) return status;
    if (warnings != nullptr) *warnings = odd_lines.Texts();
  }
  return std::make_unique<const LocalData>(builder.Finish());
}

}  // namespace tern::resolver::policy
