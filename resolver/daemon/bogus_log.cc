#include "resolver/daemon/bogus_log.h"

#include <new>
#include <string>

#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

void BogusLog::OnBogus(wire::NameView name, wire::RRType type, const dnssec::Problem& problem,
                       bool passes, Time) try {
  write_(LogLevel::kWarning, Concat(wire::ToText(name), " ", wire::ToText(type),
                                    passes ? " is bogus and would have failed: " : " is bogus: ",
                                    dnssec::Describe(problem)));
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

void BogusLog::OnContradiction(wire::NameView zone, wire::NameView name, wire::RRType type,
                               Time) try {
  write_(LogLevel::kWarning,
         Concat("zone ", wire::ToText(zone), " has changed, or contradicts itself: it signed ",
                wire::ToText(name), " ", wire::ToText(type),
                ", and also that there is none. For 15 minutes each of its names is asked for."));
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

}  // namespace tern::resolver::daemon
