// Reads scenarios in the RPL format: which name servers answer what at which step, what a client
// asks, and what it must get. The format is that of Unbound's testbound and of Deckard. This reader
// takes the part that describes the world of an iterative resolver and its forwarders. It refuses,
// with file, line and word, what it does not know and what has no meaning here (for example trust
// anchors that follow RFC 5011).
//
// INFRA_RTT is read and has no effect, because the resolver measures for itself.
//
// The project's own scenarios can use more:
//   STEP n CHECK_UPSTREAM_QUERIES count [ADDRESS a]   queries sent since the last QUERY step
//   STEP n CHECK_OUT_QUERY [ADDRESS a] + ENTRY        one of them matched
//   STEP n CHECK_NO_OUT_QUERY [ADDRESS a] + ENTRY     none of them matched
//   MATCH ... ttl                                     TTLs of the answer section count too
//   MATCH ... exact_authority                         the authority section counts, TTLs included
//
// Thread: any. Values. Bound: the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "tests/sim/plain_message.h"
#include "tests/sim/rpl_config.h"

namespace tern::sim {

enum RplMatch : uint32_t {
  kMatchOpcode = 1u << 0,
  kMatchQtype = 1u << 1,
  kMatchQname = 1u << 2,
  kMatchSubdomain = 1u << 3,
  kMatchFlags = 1u << 4,
  kMatchRcode = 1u << 5,
  kMatchQuestion = 1u << 6,
  kMatchAnswer = 1u << 7,
  kMatchTtl = 1u << 8,
  kMatchUdp = 1u << 9,
  kMatchTcp = 1u << 10,
  kMatchDo = 1u << 11,
  kMatchNoEdns = 1u << 12,
  kMatchExactAuthority = 1u << 13,
  kMatchEdnsData = 1u << 14,
  kMatchExtendedError = 1u << 15,
  kMatchNoCookie = 1u << 16,
  kMatchAll = kMatchOpcode | kMatchQuestion | kMatchFlags | kMatchRcode | kMatchAnswer,
};

struct RplEntry {
  int line = 0;
  uint32_t match = 0;  // RplMatch bits
  bool copy_id = false;
  bool copy_query = false;
  bool copy_edns_options = false;
  bool do_not_answer = false;
  bool mandatory = false;  // by the end the resolver must have asked for it
  resolver::Duration sleep{0};
  PlainMessage message;
  std::optional<Octets> raw;               // instead of the message
  std::optional<uint16_t> extended_error;  // with kMatchExtendedError; nothing means any
};

struct RplRange {
  int first = 0;
  int last = 0;
  std::vector<resolver::IpAddress> addresses;
  std::vector<RplEntry> entries;
};

enum class RplStepKind : uint8_t {
  kQuery,
  kCheckAnswer,
  kReply,
  kTimeout,  // a query is not answered
  kError,    // a query gets an error from the network
  kTraffic,  // waits until everything under way has arrived
  kTimePasses,
  kAssign,
  kNothing,
  kCheckUpstreamQueries,
  kCheckOutQuery,
  kCheckNoOutQuery,
};

inline constexpr double kElapseSecondsMax = 366 * 86400;

struct RplStep {
  int number = 0;
  int line = 0;
  RplStepKind kind = RplStepKind::kNothing;
  std::optional<RplEntry> entry;
  resolver::Duration elapse{0};
  std::string variable;    // kAssign
  std::string expression;  // kAssign, and kTimePasses: seconds, if not empty
  std::optional<resolver::IpAddress> address;
  size_t count = 0;
};

struct Scenario {
  RplConfig config;
  std::string title;
  std::vector<RplRange> ranges;
  std::vector<RplStep> steps;
};

// An error names the file, the line and what was expected.
absl::StatusOr<Scenario> ParseScenario(std::string_view text, std::string_view file_name);

}  // namespace tern::sim
