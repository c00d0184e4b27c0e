#include "resolver/config/trust_anchors.h"

#include <cstdint>
#include <map>
#include <set>
#include <span>

#include "wire/concat.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/presentation.h"

namespace tern::resolver::config {
namespace {

// RFC 4034 appendix B. Algorithm 1 has another rule, and nobody uses it (RFC 8624).
uint16_t KeyTag(std::span<const uint8_t> dnskey) {
  uint32_t sum = 0;
  for (size_t i = 0; i < dnskey.size(); ++i) {
    sum += i % 2 == 0 ? uint32_t{dnskey[i]} << 8 : dnskey[i];
  }
  return static_cast<uint16_t>(sum + (sum >> 16));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadTrustAnchors(std::string_view text,
                                                          std::string_view file_name) {
  const auto records = wire::ParseMasterFile(text, file_name);
  if (!records.ok()) return records.status();
  std::map<std::string, std::set<uint16_t>> tags;
  for (const wire::MasterRecord& record : *records) {
    if (record.type != wire::RRType::kDS && record.type != wire::RRType::kDNSKEY) {
      return absl::InvalidArgumentError(Concat(file_name, ":", record.line,
                                               ": expected DS or DNSKEY records, found ",
                                               wire::ToText(record.type)));
    }
    tags[wire::ToText(record.owner.view())].insert(record.type == wire::RRType::kDS
                                                       ? wire::LoadU16(record.rdata.data())
                                                       : KeyTag(record.rdata));
  }
  if (records->empty()) {
    return absl::InvalidArgumentError(
        Concat(file_name, ":1: expected at least one DS or DNSKEY record"));
  }
  std::vector<std::string> texts;
  for (const auto& [owner, keys] : tags) {
    std::string& anchor = texts.emplace_back(owner);
    for (const uint16_t key : keys) anchor += Concat(" ", key);
  }
  return texts;
}

}  // namespace tern::resolver::config
