#include "resolver/config/trust_anchors.h"

#include "wire/concat.h"
#include "wire/master_file.h"
#include "wire/presentation.h"

namespace tern::resolver::config {

absl::Status CheckTrustAnchors(std::string_view text, std::string_view file_name) {
  const auto records = wire::ParseMasterFile(text, file_name);
  if (!records.ok()) return records.status();
  for (const wire::MasterRecord& record : *records) {
    if (record.type != wire::RRType::kDS && record.type != wire::RRType::kDNSKEY) {
      return absl::InvalidArgumentError(Concat(file_name, ":", record.line,
                                               ": expected DS or DNSKEY records, found ",
                                               wire::ToText(record.type)));
    }
  }
  if (records->empty()) {
    return absl::InvalidArgumentError(
        Concat(file_name, ":1: expected at least one DS or DNSKEY record"));
  }
  return absl::OkStatus();
}

}  // namespace tern::resolver::config
