// A reply as the tool shows it: read with wire/message.h, every record in presentation format.
// Nothing in the message is trusted. The reading ends at the first part that has not its form, and
// `malformed` says so.
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
  wire::Rcode rcode = wire::Rcode::kNoError;  // with the bits of OPT
  std::vector<std::string> flags;             // `aa`, `tc`, `rd`, `ra`, `ad`, `cd`
  std::vector<ReplyLine> sections[3];         // by wire::Section; OPT is not among them
  std::vector<ExtendedErrorLine> extended_errors;
  std::optional<std::string> trace;  // the account of the resolution, as sent: JSON lines
  bool malformed = false;            // the message ends in the middle or holds nonsense
};

// By wire::Section, as text and JSON call them.
inline constexpr std::string_view kSectionNames[] = {"answer", "authority", "additional"};
// Shown instead of an account that the user wanted and the reply does not have.
inline constexpr std::string_view kNoTrace =
    "no account of the steps: the server is not a ternd, or it does not take this client for one "
    "of its own machine";
// The name that the registry of RFC 8914 section 5.2 has for `code`, or `unassigned`.
std::string_view ExtendedErrorName(uint16_t code);

// Mail exchangers come in the order in which senders try them (RFC 5321 section 5.1).
LookupReply ReadLookupReply(std::span<const uint8_t> message);

enum class LookupExit : int {
  kAnswer = 0,
  kNoSuchRecord = 1,  // NODATA or NXDOMAIN
  kUsage = 2,
  kServerFailure = 3,  // SERVFAIL, REFUSED, any other rcode, or a reply that cannot be read
  kNoReply = 4,
};
LookupExit ExitOf(const LookupReply& reply, wire::RRType asked);

}  // namespace tern::resolver::tool
