#include "resolver/daemon/bogus_log.h"

#include <chrono>
#include <new>
#include <string>

#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

void BogusLog::OnBogus(wire::NameView name, wire::RRType type, const dnssec::Problem& problem,
                       bool passes, Time now) try {
  uint64_t left_out = 0;
  const std::chrono::steady_clock::time_point instant(now.time_since_epoch());
  if (!limit_.Admits(instant, &left_out)) return;
  const std::string more =
      left_out == 0 ? "" : Concat(" (", left_out, " more since the last such line)");
  write_(LogLevel::kWarning, Concat(wire::ToText(name), " ", wire::ToText(type),
                                    passes ? " is bogus and would have failed: " : " is bogus: ",
                                    dnssec::Describe(problem), more));
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

}  // namespace tern::resolver::daemon
