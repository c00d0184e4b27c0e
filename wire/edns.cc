#include "wire/edns.h"

#include <algorithm>

#include "wire/check.h"

namespace tern::wire {
namespace {

constexpr uint16_t kFlagDO = 0x8000;

}  // namespace

ParseError ReadEdns(const RecordView& record, Edns* edns) {
  TERN_REQUIRE(record.type == RRType::kOPT);
  // RFC 6891 section 6.1.2: the owner MUST be the root.
  if (record.owner.uncompressed_size() != 1) return ParseError::kBadRecord;
  if (!AreSoundOptions(record.rdata)) return ParseError::kBadRecord;
  // RFC 6891 section 6.2.3: values below 512 count as 512.
  edns->payload_octets = std::max(record.rrclass, kEdnsPayloadMin);
  edns->extended_rcode = static_cast<uint8_t>(record.ttl >> 24);
  edns->version = static_cast<uint8_t>(record.ttl >> 16);
  edns->dnssec_ok = (record.ttl & kFlagDO) != 0;
  edns->options = record.rdata;
  return ParseError::kNone;
}

bool AreSoundOptions(std::span<const uint8_t> options) {
  OptionCursor cursor(options);
  EdnsOptionView option;
  while (cursor.Next(&option)) {
  }
  return cursor.IsAtEnd();
}

std::optional<std::span<const uint8_t>> FindOption(const Edns& edns, EdnsOption code) {
  OptionCursor cursor(edns.options);
  EdnsOptionView option;
  while (cursor.Next(&option)) {
    if (option.code == code) return option.content;
  }
  return std::nullopt;
}

void OptWriter::AddExtendedError(ExtendedError error, std::string_view text) {
  if (error == ExtendedError::kNone) return;
  text = text.substr(0, kExtendedErrorTextMax);
  PutHead(EdnsOption::kExtendedError, 2 + text.size());
  StoreU16(end_, static_cast<uint16_t>(error));
  end_ += 2;
  Put({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

}  // namespace tern::wire
