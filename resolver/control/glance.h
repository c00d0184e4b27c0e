// What an operator wants to see at a glance: the page and `tern top` show it.
//
// There are no rates in it. Whoever looks takes them from two looks: from the counters and the
// times in them. So nothing is kept for those who look.
//
// Thread: any; it reads what any thread may read, and asks the workers. What it costs depends on
// the number of workers and of configured zones, and not on that of names, clients and connections.
// Bound: kGlanceTopMax of each list, and kGlanceOldestMax questions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cache/store_report.h"
#include "resolver/base/counters.h"
#include "resolver/base/time.h"
#include "resolver/control/health.h"
#include "resolver/control/process_use.h"
#include "resolver/control/sources.h"
#include "resolver/control/verb.h"
#include "resolver/control/worker_looks.h"
#include "resolver/control/zone_health.h"
#include "resolver/service/recent_traffic.h"

namespace tern::resolver::control {

inline constexpr size_t kGlanceTopMax = 20;
inline constexpr size_t kGlanceOldestMax = 5;
// What workers told longer ago says nothing of now.
inline constexpr std::chrono::seconds kGlanceLookMax{6};

struct Glance {
  Time now;  // of the workers' clock
  int64_t unix_seconds = 0;
  int64_t started = 0;      // Unix time
  uint64_t generation = 0;  // of the configuration
  size_t workers = 0;
  Health health;
  CounterSnapshot counts;
  enum class Family : uint8_t {
    kUnknown,  // no server has answered over it
    kWorks,
    kBroken,
  };
  Family ipv4 = Family::kUnknown;
  Family ipv6 = Family::kUnknown;
  std::vector<ZoneHealth> zones;  // of the configuration; at most kGlanceTopMax
  // What the workers had under way when they told it, if that is not long ago. Whoever looks every
  // few seconds without a wait sees the look before.
  std::vector<WorkerLook> looks;
  Time looked_at;
  cache::StoreStatistics cache;
  ProcessUse use;
  service::Traffic traffic;    // the first of each list, by KeepTop
  double traffic_seconds = 1;  // what its counts are for (TopList::WindowSeconds)
};

// Waits for workers that are busy, for `wait_max` at most. With 0 it has what they said the last
// time (WorkerLooks::Look). Throws std::bad_alloc.
Glance TakeGlance(const Sources& sources, std::chrono::milliseconds wait_max);

// Names are in presentation format, so whatever octets a client puts into one, none is a control
// character. A reason may hold any octets.
VerbJson GlanceJson(const Glance& glance);
// The same on one line, in ASCII.
std::string GlanceText(const Glance& glance);

}  // namespace tern::resolver::control
