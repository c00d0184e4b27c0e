// EDNS(0): the OPT pseudo record and its options (RFC 6891).
//
// Thread: any; views borrow the packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/message.h"
#include "wire/types.h"

namespace tern::wire {

inline constexpr uint16_t kEdnsPayloadDefault = 1232;  // octets; DNS flag day 2020
inline constexpr uint16_t kEdnsPayloadMin = 512;       // RFC 6891 section 6.2.3

enum class EdnsOption : uint16_t {
  kNSID = 3,
  kClientSubnet = 8,
  kCookie = 10,
  kTcpKeepalive = 11,
  kPadding = 12,
  kExtendedError = 15,
  // From the range for local use (RFC 6891 section 9), see resolver/service: a step by step
  // account of a resolution, asked for by the operator's tool.
  kTernTrace = 65001,
};

struct Edns {
  uint16_t payload_octets = kEdnsPayloadMin;  // never below 512
  uint8_t extended_rcode = 0;                 // the upper eight bits
  uint8_t version = 0;
  bool dnssec_ok = false;
  std::span<const uint8_t> options;  // walked and found sound
};

// REQUIRES: record.type == kOPT. kBadRecord when the owner is not the root or an option does not
// fit (RFC 6891 section 6.1.2).
[[nodiscard]] ParseError ReadEdns(const RecordView& record, Edns* edns);

// Whether OPT's RDATA is whole options, one behind the other (RFC 6891 section 6.1.2).
bool AreSoundOptions(std::span<const uint8_t> options);

// The first option with that code.
std::optional<std::span<const uint8_t>> FindOption(const Edns& edns, EdnsOption code);

}  // namespace tern::wire
