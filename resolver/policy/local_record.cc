#include "resolver/policy/local_record.h"

#include <algorithm>
#include <map>
#include <utility>

#include "cache/entry.h"
#include "resolver/base/error_text.h"
#include "wire/concat.h"
#include "wire/master_file.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::policy {
namespace {

using wire::RRType;

constexpr std::string_view kSample = "a record such as router.home.arpa. 3600 IN A 192.168.1.1";

bool MayBeLocal(RRType type) {
  switch (type) {
    // They make a zone, and local data is no zone.
    case RRType::kSOA:
    case RRType::kNS:
    case RRType::kDNAME:
    // DNSSEC's.
    case RRType::kDS:
    case RRType::kRRSIG:
    case RRType::kNSEC:
    case RRType::kNSEC3:
    case RRType::kNSEC3PARAM:
    case RRType::kDNSKEY:
    // No records at all (RFC 6895 section 3.1).
    case RRType::kNone:
    case RRType::kOPT:
      return false;
    default:
      return static_cast<uint16_t>(type) < 128 || static_cast<uint16_t>(type) > 255;
  }
}

}  // namespace

absl::StatusOr<LocalRecord> ParseLocalRecord(std::string_view line) {
  const auto expected = [&](std::string_view what) {
    return absl::InvalidArgumentError(Concat("expected ", what, ", found ", Quoted(line)));
  };
  // A file could have directives, and several records.
  if (line.empty() || line.size() > kLocalRecordOctetsMax || line.starts_with('$') ||
      line.starts_with(' ') || line.find_first_of("\t\r\n") != std::string_view::npos) {
    return expected(kSample);
  }
  auto records = wire::ParseMasterFile(line, "", wire::NameView(), kLocalRecordTtl);
  if (!records.ok()) {
    std::string why(records.status().message());
    if (why.starts_with(":1: ")) why.erase(0, 4);
    return absl::InvalidArgumentError(
        Concat("expected ", kSample, ", found ", Quoted(line), ": ", why));
  }
  if (records->size() != 1) return expected(kSample);
  wire::MasterRecord& record = records->front();
  if (record.rrclass != wire::RRClass::kIN) return expected("the class IN");
  if (!MayBeLocal(record.type)) {
    return expected(Concat("a record that is no part of a zone or of DNSSEC, as ",
                           wire::ToText(record.type), " is"));
  }
  return LocalRecord{record.owner, record.type, record.ttl, std::move(record.rdata)};
}

std::string ToText(const LocalRecord& record) {
  return Concat(wire::ToText(record.owner), " ", record.ttl, " IN ", wire::ToText(record.type), " ",
                wire::RdataToText(record.type, record.rdata));
}

std::optional<LocalMistake> FindLocalMistake(std::span<const LocalRecord> records,
                                             bool special_names) {
  struct Seen {
    bool has_alias = false;
    bool has_others = false;
    std::map<RRType, size_t> counts;
  };
  const wire::Name localhost = *wire::ParseName("localhost.");
  std::map<std::string, Seen> names;
  for (size_t i = 0; i < records.size(); ++i) {
    const LocalRecord& record = records[i];
    if (special_names && record.owner.view().IsSubdomainOf(localhost)) {
      return LocalMistake{i, Concat("expected another name: ", wire::ToText(record.owner),
                                    " has the loopback addresses while local.special_names is "
                                    "true")};
    }
    wire::Name lowered = record.owner;
    lowered.Lower();
    Seen& seen = names[wire::ToText(lowered)];
    const bool is_alias = record.type == RRType::kCNAME;
    // RFC 2181 section 10.1
    if (seen.has_alias || (is_alias && seen.has_others)) {
      return LocalMistake{i, Concat("expected no other records of ", wire::ToText(record.owner),
                                    ", because it is an alias (CNAME)")};
    }
    (is_alias ? seen.has_alias : seen.has_others) = true;
    if (++seen.counts[record.type] > cache::kRecordsMax) {
      return LocalMistake{i, Concat("expected at most ", cache::kRecordsMax, " records of ",
                                    wire::ToText(record.owner), " ", wire::ToText(record.type))};
    }
  }
  return std::nullopt;
}

}  // namespace tern::resolver::policy
