// Prints the hit ratio of the store's eviction beside LRU's and Belady's optimum at the same
// octets: eviction_table [lookups] [universe].
//
// Names are looked up, and put in when they are missed. The ratio counts the second half of the
// stream (the caches are full then) and only the names that can come back. The optimum is granted
// the ceiling divided by the entry and one index slot: no slack, no ghosts; LRU the same less the
// two 32-bit links of its order. The optimum may also refuse to take a name in. "blind" is the
// best that can be had without knowing the future: holding the most popular names from the start,
// knowing which they are.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <list>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/cache/lookup_trace.h"
#include "cache/store.h"

namespace tern::bench {
namespace {

constexpr size_t kIndexSlotOctets = 8;
constexpr size_t kEntryOctets = 56;
constexpr size_t kLruLinkOctets = 8;

struct Workload {
  uint32_t universe;
  std::vector<uint32_t> trace;

  size_t CountFrom() const { return trace.size() / 2; }
  // Share of hits, from the number of them.
  double Ratio(size_t hits) const {
    size_t asked = 0;
    for (size_t i = CountFrom(); i < trace.size(); ++i) asked += trace[i] < universe ? 1 : 0;
    return static_cast<double>(hits) / static_cast<double>(asked);
  }
};

double StoreRatio(const Workload& workload, size_t octets) {
  cache::Store store({.memory_octets = octets, .seed = 1});
  const auto reader = store.Register();
  alignas(8) uint8_t buffer[64];
  size_t hits = 0;
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const BenchName name(workload.trace[i]);
    if (store.Find(name.view(), cache::KeySpace::kData, wire::RRType::kA)) {
      hits += i >= workload.CountFrom() ? 1 : 0;
    } else {
      const auto entry = MakeAddressEntry(buffer, name.view(), 0, 300, 1);
      if (store.Put(entry, 1) != cache::PutOutcome::kStored) std::abort();
    }
    reader->Quiescent();
  }
  return workload.Ratio(hits);
}

double LruRatio(const Workload& workload, size_t capacity) {
  std::list<uint32_t> order;  // most recently used first
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> places;
  places.reserve(capacity);
  size_t hits = 0;
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const auto found = places.find(workload.trace[i]);
    if (found != places.end()) {
      hits += i >= workload.CountFrom() ? 1 : 0;
      order.splice(order.begin(), order, found->second);
      continue;
    }
    if (places.size() == capacity) {
      places.erase(order.back());
      order.pop_back();
    }
    order.push_front(workload.trace[i]);
    places[workload.trace[i]] = order.begin();
  }
  return workload.Ratio(hits);
}

// Belady (1966): the name whose next use is farthest goes.
double OptimumRatio(const Workload& workload, size_t capacity) {
  constexpr uint32_t kNever = std::numeric_limits<uint32_t>::max();
  const std::vector<uint32_t>& trace = workload.trace;
  std::vector<uint32_t> next_use(trace.size());
  std::vector<uint32_t> seen(*std::max_element(trace.begin(), trace.end()) + 1, kNever);
  for (size_t i = trace.size(); i-- > 0;) {
    next_use[i] = seen[trace[i]];
    seen[trace[i]] = static_cast<uint32_t>(i);
  }
  std::priority_queue<std::pair<uint32_t, uint32_t>> farthest;  // (next use, name); may be outdated
  std::vector<uint32_t> held(seen.size(), 0);                   // next use of a name held, or 0
  size_t count = 0;
  size_t hits = 0;
  for (size_t i = 0; i < trace.size(); ++i) {
    const uint32_t name = trace[i];
    const bool hit = held[name] != 0;
    if (hit && i >= workload.CountFrom()) ++hits;
    if (hit) {
      held[name] = 0;
      --count;
    }
    if (next_use[i] == kNever) continue;
    held[name] = next_use[i];
    farthest.emplace(next_use[i], name);
    if (++count <= capacity) continue;
    while (held[farthest.top().second] != farthest.top().first) farthest.pop();
    held[farthest.top().second] = 0;
    farthest.pop();
    --count;
  }
  return workload.Ratio(hits);
}

double BlindRatio(uint32_t universe, double exponent, size_t capacity) {
  double held = 0;
  double all = 0;
  for (uint32_t i = 0; i < universe; ++i) {
    const double weight = std::pow(i + 1.0, -exponent);
    all += weight;
    if (i < capacity) held += weight;
  }
  return held / all;
}

void PrintTable(size_t lookups, uint32_t universe) {
  std::printf("%zu lookups over %u names; hit ratio in percent of the names that can come back\n",
              lookups, universe);
  std::printf("%8s %6s %6s %8s %8s %8s %8s %12s\n", "ceiling", "zipf", "flood", "store", "lru",
              "blind", "optimum", "of optimum");
  for (const double flood : {0.0, 0.5, 0.9}) {
    for (const double exponent : {0.9, 1.0, 1.1}) {
      const Workload workload{universe, MakeTrace(universe, exponent, flood, lookups, 7)};
      for (const size_t mib : {1, 4, 16, 32}) {
        const size_t octets = mib << 20;
        const size_t capacity = octets / (kEntryOctets + kIndexSlotOctets);
        const double store = StoreRatio(workload, octets);
        const double lru =
            LruRatio(workload, octets / (kEntryOctets + kIndexSlotOctets + kLruLinkOctets));
        const double optimum = OptimumRatio(workload, capacity);
        const double blind = BlindRatio(universe, exponent, capacity);
        std::printf("%4zu MiB %6.1f %5.0f%% %8.2f %8.2f %8.2f %8.2f %11.1f%%\n", mib, exponent,
                    flood * 100, store * 100, lru * 100, blind * 100, optimum * 100,
                    store / optimum * 100);
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) {
  const size_t lookups = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 8'000'000;
  const unsigned long universe = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000'000;
  if (lookups < 2 || universe < 1 || lookups + universe > 1'000'000'000) {
    std::fprintf(stderr, "usage: eviction_table [lookups] [universe]\n");
    return 1;
  }
  tern::bench::PrintTable(lookups, static_cast<uint32_t>(universe));
}
