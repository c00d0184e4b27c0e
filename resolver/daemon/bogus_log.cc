#include "resolver/daemon/bogus_log.h"

#include <chrono>
#include <new>
#include <string>

#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

void BogusLog::Write(std::string_view line, Time now, LogLimit* limit) const {
  uint64_t left_out = 0;
  const std::chrono::steady_clock::time_point instant(now.time_since_epoch());
  if (!limit->Admits(instant, &left_out)) return;
  const std::string more =
      left_out == 0 ? "" : Concat(" (", left_out, " more since the last such line)");
  write_(LogLevel::kWarning, Concat(line, more));
}

void BogusLog::OnBogus(wire::NameView name, wire::RRType type, const dnssec::Problem& problem,
                       bool passes, Time now) try {
  Write(Concat(wire::ToText(name), " ", wire::ToText(type),
               passes ? " is bogus and would have failed: " : " is bogus: ",
               dnssec::Describe(problem)),
        now, &bogus_limit_);
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

void BogusLog::OnContradiction(wire::NameView zone, wire::NameView name, wire::RRType type,
                               Time now) try {
  Write(Concat("zone ", wire::ToText(zone), " has changed, or contradicts itself: it signed ",
               wire::ToText(name), " ", wire::ToText(type),
               ", and also that there is none. For 15 minutes each of its names is asked for."),
        now, &contradiction_limit_);
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

}  // namespace tern::resolver::daemon
