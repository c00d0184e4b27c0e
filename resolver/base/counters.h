// What one worker counts, and what a reader of all workers sees.
//
// Each worker has one WorkerCounters, which it alone writes: to count is one plain addition,
// without a lock and without a line that workers share. Any thread may read. What it reads of
// different counters need not be of one moment.
//
// To add a counter: a member of Counts, and a line in kCounts, which the compiler demands.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace tern::resolver {

// Thread: one writes, any reads.
class Counter {
 public:
  void Add(uint64_t count) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  void operator++() { Add(1); }
  // NOLINTNEXTLINE(google-explicit-constructor): a counter is read as the number that it holds.
  operator uint64_t() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

template <typename Count>
struct Counts {
  // Clients' queries as they come in.
  Count udp_queries{};
  Count tcp_queries{};
  Count forbidden{};       // of clients that may not ask
  Count over_limit{};      // of clients over a limit, of the rate or of what may wait
  Count cookie_demands{};  // answered by a demand for a cookie
  Count cache_hits{};      // answered from the store at once
  Count misses_sent{};     // handed to the worker that owns the question
  Count misses_taken{};    // of any worker: the question began to wait here
  Count turned_away{};     // SERVFAIL, for there was no room for it
  Count too_late{};        // UDP answers that were not sent, for the client has given up

  // Questions that are resolved.
  Count jobs{};
  Count upstream_queries{};
  Count hedges{};     // attempts beside an open one
  Count forgeries{};  // replies with a wrong id or question
  Count failures{};   // jobs that ended in SERVFAIL
  Count refreshes{};  // jobs begun for entries near their expiry
  Count stale_answers{};
  Count dropped{};  // jobs and clients that made way for younger ones
};

using WorkerCounters = Counts<Counter>;
using CounterSnapshot = Counts<uint64_t>;

// All of them, for whoever treats them alike.
template <typename Count>
inline constexpr Count Counts<Count>::*kCounts[] = {
    &Counts<Count>::udp_queries, &Counts<Count>::tcp_queries,    &Counts<Count>::forbidden,
    &Counts<Count>::over_limit,  &Counts<Count>::cookie_demands, &Counts<Count>::cache_hits,
    &Counts<Count>::misses_sent, &Counts<Count>::misses_taken,   &Counts<Count>::turned_away,
    &Counts<Count>::too_late,    &Counts<Count>::jobs,           &Counts<Count>::upstream_queries,
    &Counts<Count>::hedges,      &Counts<Count>::forgeries,      &Counts<Count>::failures,
    &Counts<Count>::refreshes,   &Counts<Count>::stale_answers,  &Counts<Count>::dropped,
};
static_assert(std::size(kCounts<uint64_t>) * sizeof(uint64_t) == sizeof(CounterSnapshot));

// Adds what the worker has counted so far. Any thread.
inline void AddTo(CounterSnapshot* sum, const WorkerCounters& counters) {
  for (size_t i = 0; i < std::size(kCounts<uint64_t>); ++i) {
    sum->*kCounts<uint64_t>[i] += counters.*kCounts<Counter>[i];
  }
}

}  // namespace tern::resolver
