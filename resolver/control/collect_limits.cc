#include "resolver/control/collect_limits.h"

#include <string>

#include "resolver/service/recursive_service.h"

namespace tern::resolver::control {

void CollectLimits(const Sources& sources, const CounterSnapshot& counts,
                   std::vector<Family>* families) {
  Family use{.name = "tern_limit_use", .help = "How much of a bound is in use, in all workers."};
  Family most{.name = "tern_limit_max", .help = "The bound, of all workers."};
  Family hits{.name = "tern_limit_hits",
              .type = MetricType::kCounter,
              .help = "How often a bound was met, so that something made way or was refused."};
  const auto add = [](Family* family, const char* limit, double value) {
    family->samples.push_back({{{"limit", limit}}, value});
  };
  const LimitCounts<uint64_t>& limits = counts.of_limits;
  add(&use, "clients", static_cast<double>(limits.clients));
  add(&most, "clients", static_cast<double>(service::kClientsMax * sources.workers));
  add(&hits, "clients", static_cast<double>(limits.clients_met));
  add(&use, "questions", static_cast<double>(limits.jobs));
  add(&hits, "questions", static_cast<double>(limits.jobs_met));
  add(&hits, "prefix_waiting", static_cast<double>(limits.prefix_waiting_met));
  add(&hits, "misses_handed_over", static_cast<double>(limits.misses_met));
  const EventCounts& events = *sources.events;
  uint64_t dropped = 0;
  for (size_t i = 0; i < events.workers; ++i) dropped += events.dropped[i];
  add(&use, "event_buffer", static_cast<double>(events.ring_octets_used));
  add(&most, "event_buffer", static_cast<double>(events.ring_octets));
  add(&hits, "event_buffer", static_cast<double>(dropped));
  const cache::StoreStatistics store = sources.store->Statistics();
  add(&use, "cache_memory", static_cast<double>(store.octets));
  add(&most, "cache_memory", static_cast<double>(store.octets_max));
  add(&hits, "cache_memory", static_cast<double>(store.evictions));
  families->push_back(std::move(use));
  families->push_back(std::move(most));
  families->push_back(std::move(hits));
}

}  // namespace tern::resolver::control
