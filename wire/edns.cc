#include "wire/edns.h"

#include <algorithm>

#include "wire/check.h"

namespace tern::wire {
namespace {

constexpr size_t kOptionHeadOctets = 4;  // code, length
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
  while (!options.empty()) {
    if (options.size() < kOptionHeadOctets) return false;
    const size_t octets = kOptionHeadOctets + LoadU16(options.data() + 2);
    if (options.size() < octets) return false;
    options = options.subspan(octets);
  }
  return true;
}

std::optional<std::span<const uint8_t>> FindOption(const Edns& edns, EdnsOption code) {
  std::span<const uint8_t> left = edns.options;
  while (left.size() >= kOptionHeadOctets) {
    const size_t octets = LoadU16(left.data() + 2);
    if (left.size() - kOptionHeadOctets < octets) break;
    if (LoadU16(left.data()) == static_cast<uint16_t>(code)) {
      return left.subspan(kOptionHeadOctets, octets);
    }
    left = left.subspan(kOptionHeadOctets + octets);
  }
  return std::nullopt;
}

}  // namespace tern::wire
