// How much of a worker's bounds is in use, and how often they were met (service/README.md).
//
// Thread: as counters.h says: the worker's writes, any reads.
// Bound: the members.
#pragma once

namespace tern::resolver {

template <typename Count>
struct LimitCounts {
  // States: what is there now.
  Count clients{};
  Count jobs{};
  // How often the bound was met.
  Count clients_met{};         // a client made way for another one
  Count jobs_met{};            // a question made way for another one
  Count prefix_waiting_met{};  // a prefix had as many waiting questions as it may have
  Count misses_met{};          // too many questions were on their way to other workers
};

}  // namespace tern::resolver
