#include "resolver/config/trust_anchors.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "wire/concat.h"
#include "wire/dnssec_records.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

uint16_t TagOf(std::span<const uint8_t> dnskey) {
  const std::optional<wire::DnskeyView> key = wire::ReadDnskey(dnskey);
  return key ? key->KeyTag() : uint16_t{0};
}

}  // namespace

absl::StatusOr<std::vector<TrustAnchor>> ReadTrustAnchors(std::string_view text,
                                                          std::string_view file_name) {
  const auto records = wire::ParseMasterFile(text, file_name);
  if (!records.ok()) return records.status();
  std::map<std::string, TrustAnchor> anchors;
  for (const wire::MasterRecord& record : *records) {
    if (record.type != wire::RRType::kDS && record.type != wire::RRType::kDNSKEY) {
      return absl::InvalidArgumentError(Concat(file_name, ":", record.line,
                                               ": expected DS or DNSKEY records, found ",
                                               wire::ToText(record.type)));
    }
    TrustAnchor& anchor = anchors[wire::ToText(record.owner.view())];
    anchor.zone = record.owner;
    anchor.zone.Lower();
    auto& rdatas = record.type == wire::RRType::kDS ? anchor.ds : anchor.dnskeys;
    rdatas.emplace_back(record.rdata.begin(), record.rdata.end());
  }
  if (records->empty()) {
    return absl::InvalidArgumentError(
        Concat(file_name, ":1: expected at least one DS or DNSKEY record"));
  }
  std::vector<TrustAnchor> read;
  for (auto& [owner, anchor] : anchors) read.push_back(std::move(anchor));
  return read;
}

std::vector<std::string> AnchorTexts(const std::vector<TrustAnchor>& anchors) {
  std::vector<std::string> texts;
  for (const TrustAnchor& anchor : anchors) {
    std::set<uint16_t> tags;
    for (const auto& ds : anchor.ds) tags.insert(wire::LoadU16(ds.data()));
    for (const auto& dnskey : anchor.dnskeys) tags.insert(TagOf(dnskey));
    std::string& text = texts.emplace_back(wire::ToText(anchor.zone.view()));
    for (const uint16_t tag : tags) text += Concat(" ", tag);
  }
  return texts;
}

}  // namespace tern::resolver::config
