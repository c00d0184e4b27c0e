// Prints the hit ratio of the store's eviction beside LRU's and Belady's optimum, with the same
// octets: eviction_table [lookups] [universe].
//
// A name is looked up, and put in when it is missed. The ratio counts only names that can come
// back. It counts only the second half of the stream, when the caches are full. The room of the
// policies:
// - The optimum has the ceiling divided by the size of an entry and one index slot: no slack, no
//   ghosts. It may also refuse to take a name in.
// - LRU has the same, less the two 32-bit links of its order.
//
// Belady's optimum knows the future. Two more columns, with the same room, show what is possible
// without that:
// - "blind" holds the most popular names from the start, and knows which they are;
// - "known" knows how popular each name is, but holds no name that was not asked for before.
//
// In a second table, other names are popular in the second half than in the first. It has the hit
// ratio in stretches of the second half, while the caches adapt.
//
// A third table shows what a mail server's questions for block lists cost the others. The same
// names are looked up twice, 43 in a second: alone, and beside 100 names of a list in a second,
// which are 70 % of all look-ups then. Each name of the list is looked up once, and the store is
// told that its denial is hardly used again. Here time passes, and only a fresh entry is a hit.
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
  size_t Asked(size_t from, size_t to) const {
    size_t asked = 0;
    for (size_t i = from; i < to; ++i) asked += trace[i] < universe ? 1 : 0;
    return asked;
  }
  // Share of hits, from the number of them.
  double Ratio(size_t hits) const {
    return static_cast<double>(hits) / static_cast<double>(Asked(CountFrom(), trace.size()));
  }
};

// Counts the hits of stretches of the stream.
class HitCounter {
 public:
  explicit HitCounter(std::vector<size_t> bounds)
      : bounds_(std::move(bounds)), hits_(bounds_.size() - 1) {}
  void Count(size_t i) {
    while (at_ + 1 < hits_.size() && i >= bounds_[at_ + 1]) ++at_;
    if (i >= bounds_[at_] && i < bounds_[at_ + 1]) ++hits_[at_];
  }
  std::vector<double> Ratios(const Workload& workload) const {
    std::vector<double> ratios;
    for (size_t k = 0; k < hits_.size(); ++k) {
      ratios.push_back(static_cast<double>(hits_[k]) /
                       static_cast<double>(workload.Asked(bounds_[k], bounds_[k + 1])));
    }
    return ratios;
  }

 private:
  std::vector<size_t> bounds_;
  std::vector<size_t> hits_;
  size_t at_ = 0;
};

void StoreHits(const Workload& workload, size_t octets, HitCounter* hits) {
  cache::Store store({.memory_octets = octets, .seed = 1});
  const auto reader = store.Register();
  alignas(8) uint8_t buffer[64];
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const BenchName name(workload.trace[i]);
    if (store.Find(name.view(), cache::KeySpace::kData, wire::RRType::kA)) {
      hits->Count(i);
    } else {
      const auto entry = MakeAddressEntry(buffer, name.view(), 0, 300, cache::Instant(1));
      if (store.Put(entry, cache::Instant(1)) != cache::PutOutcome::kStored) std::abort();
    }
    reader->Quiescent();
  }
}

void LruHits(const Workload& workload, size_t capacity, HitCounter* hits) {
  std::list<uint32_t> order;  // most recently used first
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> places;
  places.reserve(capacity);
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const auto found = places.find(workload.trace[i]);
    if (found != places.end()) {
      hits->Count(i);
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
}

// Belady (1966): evicts the name whose next use is farthest.
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

// Names are numbered by popularity. It holds those with the lowest numbers among those seen.
double KnownRatio(const Workload& workload, size_t capacity) {
  std::vector<bool> held(workload.universe);
  size_t count = 0;
  uint32_t last = 0;  // no name after it is held; when there is no room, none will be
  size_t hits = 0;
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const uint32_t name = workload.trace[i];
    if (name >= workload.universe) continue;
    if (held[name]) {
      hits += i >= workload.CountFrom() ? 1 : 0;
      continue;
    }
    if (count == capacity && name > last) continue;
    held[name] = true;
    last = std::max(last, name);
    if (++count <= capacity) continue;
    while (!held[last]) --last;
    held[last] = false;
    --count;
  }
  return workload.Ratio(hits);
}

size_t Capacity(size_t octets) { return octets / (kEntryOctets + kIndexSlotOctets); }
size_t LruCapacity(size_t octets) {
  return octets / (kEntryOctets + kIndexSlotOctets + kLruLinkOctets);
}

void PrintTable(size_t lookups, uint32_t universe) {
  constexpr double kNear = 0.97;
  int rows = 0;
  int above_lru = 0;
  int near_optimum = 0;
  int near_blind = 0;
  int near_known = 0;
  std::printf("%zu lookups over %u names; hit ratio in percent of the names that can come back\n",
              lookups, universe);
  std::printf("%8s %6s %6s %8s %8s %8s %8s %8s %12s %9s\n", "ceiling", "zipf", "flood", "store",
              "lru", "blind", "known", "optimum", "of optimum", "of known");
  for (const double flood : {0.0, 0.5, 0.9}) {
    for (const double exponent : {0.9, 1.0, 1.1}) {
      const Workload workload{universe, MakeTrace(universe, exponent, flood, lookups, 7)};
      for (const size_t mib : {1, 4, 16, 32}) {
        const size_t octets = mib << 20;
        HitCounter store_hits({workload.CountFrom(), lookups});
        HitCounter lru_hits({workload.CountFrom(), lookups});
        StoreHits(workload, octets, &store_hits);
        LruHits(workload, LruCapacity(octets), &lru_hits);
        const double store = store_hits.Ratios(workload)[0];
        const double lru = lru_hits.Ratios(workload)[0];
        const double optimum = OptimumRatio(workload, Capacity(octets));
        const double blind = BlindRatio(universe, exponent, Capacity(octets));
        const double known = KnownRatio(workload, Capacity(octets));
        std::printf("%4zu MiB %6.1f %5.0f%% %8.2f %8.2f %8.2f %8.2f %8.2f %11.1f%% %8.1f%%\n", mib,
                    exponent, flood * 100, store * 100, lru * 100, blind * 100, known * 100,
                    optimum * 100, store / optimum * 100, store / known * 100);
        std::fflush(stdout);
        ++rows;
        above_lru += store >= lru ? 1 : 0;
        near_optimum += store >= optimum * kNear ? 1 : 0;
        near_blind += store >= blind * kNear ? 1 : 0;
        near_known += store >= known * kNear ? 1 : 0;
      }
    }
  }
  std::printf(
      "of %d rows: %d not below lru; within 3 %% of the optimum %d, of blind %d, of known %d\n",
      rows, above_lru, near_optimum, near_blind, near_known);
}

// The names of the second half differ from those of the first. They are equally popular.
Workload ShiftedWorkload(uint32_t universe, double exponent, double flood, size_t lookups) {
  Workload workload{universe * 2, MakeTrace(universe, exponent, flood, lookups, 9)};
  for (size_t i = 0; i < lookups; ++i) {
    uint32_t& name = workload.trace[i];
    if (name >= universe || i >= workload.CountFrom()) name += universe;
  }
  return workload;
}

void PrintShifts(size_t lookups, uint32_t universe) {
  std::printf("\nall popular names change after half of %zu lookups: hit ratio in the next\n",
              lookups);
  std::printf("%8s %6s %6s %6s", "ceiling", "zipf", "flood", "");
  const size_t half = lookups / 2;
  std::vector<size_t> bounds;
  for (size_t part = 32; part > 0; part /= 2) bounds.push_back(half + half / part);
  bounds.insert(bounds.begin(), {half - half / 4, half});
  std::printf(" %9s", "(before)");
  for (size_t k = 2; k < bounds.size(); ++k) std::printf(" %9zu", bounds[k] - bounds[k - 1]);
  std::printf("\n");
  for (const double flood : {0.0, 0.5, 0.9}) {
    const Workload workload = ShiftedWorkload(universe, 1.0, flood, lookups);
    for (const size_t mib : {1, 4, 16}) {
      const size_t octets = mib << 20;
      for (const bool of_store : {true, false}) {
        HitCounter hits(bounds);
        if (of_store) {
          StoreHits(workload, octets, &hits);
        } else {
          LruHits(workload, LruCapacity(octets), &hits);
        }
        std::printf("%4zu MiB %6.1f %5.0f%% %6s", mib, 1.0, flood * 100,
                    of_store ? "store" : "lru");
        for (const double ratio : hits.Ratios(workload)) std::printf(" %9.2f", ratio * 100);
        std::printf("\n");
        std::fflush(stdout);
      }
    }
  }
}

constexpr double kListShare = 0.7;
constexpr double kListedPerSecond = 100;
constexpr uint32_t kListTtl = 300;  // seconds; the default of mail.dnsbl[].max_negative_ttl

// The hit ratio of the names of the workload, which have this TTL. For each of them there are
// `listed_per_name` look-ups of names below a block list.
double RatioBesideList(const Workload& workload, uint32_t ttl, double listed_per_name,
                       size_t octets) {
  constexpr double kNamesPerSecond = kListedPerSecond * (1 - kListShare) / kListShare;
  cache::Store store({.memory_octets = octets, .seed = 1});
  const auto reader = store.Register();
  HitCounter hits({workload.CountFrom(), workload.trace.size()});
  alignas(8) uint8_t buffer[128];
  const auto put = [&](std::span<const uint8_t> entry, cache::Instant now, cache::Reuse reuse) {
    if (store.Put(entry, now, reuse) != cache::PutOutcome::kStored) std::abort();
    reader->Quiescent();
  };
  uint32_t listed = 0;
  for (size_t i = 0; i < workload.trace.size(); ++i) {
    const auto count = static_cast<double>(i);
    const cache::Instant now(1 + static_cast<uint32_t>(count / kNamesPerSecond));
    for (; listed < count * listed_per_name; ++listed) {
      const ListedName name(listed);
      if (store.FindDenial(name.view())) std::abort();
      put(MakeListDenial(buffer, name.view(), kListTtl, now), now, cache::Reuse::kUnlikely);
    }
    const BenchName name(workload.trace[i]);
    const cache::EntryView entry =
        store.Find(name.view(), cache::KeySpace::kData, wire::RRType::kA);
    if (entry && entry.IsFresh(now)) {
      hits.Count(i);
      reader->Quiescent();
    } else {
      put(MakeAddressEntry(buffer, name.view(), 0, ttl, now), now, cache::Reuse::kExpected);
    }
  }
  return hits.Ratios(workload)[0];
}

void PrintLists(size_t lookups, uint32_t universe) {
  const auto count = static_cast<size_t>(static_cast<double>(lookups) * (1 - kListShare));
  const Workload workload{universe, MakeTrace(universe, 1.0, 0, count, 13)};
  std::printf("\n%zu lookups alone, and beside %zu of block lists: hit ratio\n", count,
              lookups - count);
  std::printf("%8s %6s %7s %9s %9s %12s\n", "ceiling", "zipf", "ttl", "alone", "beside",
              "points lost");
  for (const uint32_t ttl : {300, 3600, 86400}) {
    for (const size_t mib : {4, 16, 64, 256}) {
      const double alone = 100 * RatioBesideList(workload, ttl, 0, mib << 20);
      const double beside =
          100 * RatioBesideList(workload, ttl, kListShare / (1 - kListShare), mib << 20);
      std::printf("%4zu MiB %6.1f %5u s %9.2f %9.2f %12.2f\n", mib, 1.0, ttl, alone, beside,
                  alone - beside);
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) {
  const size_t lookups = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 8'000'000;
  const unsigned long universe = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000'000;
  if (lookups < 64 || universe < 1 || lookups + 2 * universe > 1'000'000'000) {
    std::fprintf(stderr, "usage: eviction_table [lookups] [universe]\n");
    return 1;
  }
  tern::bench::PrintTable(lookups, static_cast<uint32_t>(universe));
  tern::bench::PrintShifts(lookups, static_cast<uint32_t>(universe));
  tern::bench::PrintLists(lookups, static_cast<uint32_t>(universe));
}
