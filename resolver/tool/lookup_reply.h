// A reply as the tool shows it, with every record in presentation format. Nothing in the message is
// trusted. Reading ends at the first part that is malformed, and `malformed` is set.
//
// Thread: any. Bounded by the message's 64 KiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/message.h"
#include "wire/types.h"

namespace tern::resolver::tool {

struct ReplyLine {
  std::string owner;
  uint32_t ttl = 0;  // seconds
  std::string rrclass;
  wire::RRType type = wire::RRType::kNone;
  std::string rdata;
};

struct ExtendedErrorLine {
  uint16_t code = 0;
  std::string text;  // as sent
};

struct LookupReply {
  bool Has(std::string_view flag) const;
  // RFC 6840 section 5.7: the server has validated the whole answer.
  bool IsSecure() const { return Has("ad"); }

  wire::Rcode rcode = wire::Rcode::kNoError;  // with the upper bits from OPT
  std::vector<std::string> flags;             // `aa`, `tc`, `rd`, `ra`, `ad`, `cd`
  std::vector<ReplyLine> sections[3];         // by wire::Section; without OPT
  std::vector<ExtendedErrorLine> extended_errors;
  std::optional<std::string> trace;  // the trace of the resolution, as sent: JSON lines
  bool malformed = false;            // the message is cut off or cannot be parsed
};

// The sections' names in text and JSON, by wire::Section.
inline constexpr std::string_view kSectionNames[] = {"answer", "authority", "additional"};
// Shown when the user wanted a trace and the reply has none.
inline constexpr std::string_view kNoTrace =
    "no account of the steps: the server is not a ternd, or it does not take this client for one "
    "of its own machine";

// Mail exchangers are sorted in the order in which senders try them (RFC 5321 section 5.1).
LookupReply ReadLookupReply(std::span<const uint8_t> message);

enum class LookupExit : int {
  kAnswer = 0,
  kNoSuchRecord = 1,  // NODATA or NXDOMAIN
  kUsage = 2,
  kServerFailure = 3,  // SERVFAIL, REFUSED, another rcode, or a malformed reply
  kNoReply = 4,
};
LookupExit ExitOf(const LookupReply& reply, wire::RRType asked);

}  // namespace tern::resolver::tool
