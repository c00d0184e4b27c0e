#include "resolver/control/collect_all.h"

#include "resolver/control/collect_answers.h"
#include "resolver/control/collect_counters.h"
#include "resolver/control/collect_events.h"
#include "resolver/control/collect_limits.h"
#include "resolver/control/collect_process.h"
#include "resolver/control/collect_upstream.h"
#include "resolver/control/collect_zones.h"

namespace tern::resolver::control {

std::vector<Family> CollectAll(const Sources& sources) {
  std::vector<Family> families;
  const CounterSnapshot counts = sources.counters->ReadCounters();
  CollectAnswers(counts.of_answers, &families);
  CollectUpstream(counts, &families);
  CollectLimits(sources, counts, &families);
  CollectCounters(counts, &families);
  CollectCache(*sources.store, &families);
  CollectCacheFile(*sources.daemon, &families);
  CollectZones(sources, &families);
  CollectEvents(*sources.events, &families);
  CollectProcess(*sources.daemon, &families);
  return families;
}

}  // namespace tern::resolver::control
