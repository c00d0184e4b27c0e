// Reports of failures to those who run a zone (RFC 9567). A zone's servers name a monitoring agent
// in their replies. If an answer of the zone fails, the agent is asked for a name that says what
// failed.
//
// - The operator has to want it: a report tells a stranger what a client has asked for, and anybody
//   can name anybody as agent.
// - A report is a question for TXT, so the cache keeps a second one away. Nobody waits for it.
// - Questions about reports make no reports.
//
// Thread: one worker's.
// Bound: agents of kZonesMax zones, kReportsEach for all, kReportsToOneEach for each agent, and an
// allowance of its own for each report.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "resolver/base/expiring_marks.h"
#include "resolver/base/time.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

class ErrorReports {
 public:
  static constexpr size_t kZonesMax = 256;
  static constexpr Duration kReportsEach = std::chrono::milliseconds(100);
  static constexpr Duration kReportsToOneEach = std::chrono::seconds(1);
  // How long a zone's agent is remembered.
  static constexpr Duration kAgentFor = std::chrono::hours(1);

  // `option`: the content of the Report-Channel option in a reply of the zone's servers. Null: it
  // had none. Without memory, nothing is noted.
  void NoteAgent(uint64_t zone, const std::optional<std::span<const uint8_t>>& option, Time now);
  // The zone's agent, if a report may be sent to it now.
  // `hash`: the store's hash of a name.
  template <typename Hash>
  const wire::Name* Claim(uint64_t zone, Hash hash, Time now) {
    const wire::Name* const agent = Find(zone, now);
    if (agent == nullptr || now < next_ || agents_.Has(hash(agent->view()), now)) return nullptr;
    next_ = now + kReportsEach;
    agents_.Put(hash(agent->view()), now + kReportsToOneEach);
    return agent;
  }

 private:
  struct Place {
    uint64_t zone = 0;
    Time until;
    wire::Name agent;
  };
  const wire::Name* Find(uint64_t zone, Time now) const;

  std::vector<Place> places_;  // empty until the first agent
  ExpiringMarks agents_{64};   // that had a report a moment ago
  Time next_;
};

// What the report asks for: `_er.1.www.example.com.7._er.agent.example.` Nothing if it would be too
// long (RFC 9567 section 6.1.1).
std::optional<wire::Name> ReportName(wire::NameView name, wire::RRType type,
                                     wire::ExtendedError error, wire::NameView agent);

}  // namespace tern::resolver::resolution
