// What became of the events of the query log and of dnstap. The numbers only grow, also when a
// reload brings other settings.
//
// Thread: the writer's sets, any reads. Bound: a number for each worker.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tern::resolver::control {

// Why a frame or a line was not written.
enum class EventLoss : uint8_t {
  kNoReader,     // nobody listens at the socket, or reads the pipe
  kSlowReader,   // the reader does not keep up
  kWriteFailed,  // the file cannot be opened or did not take it, or the connection broke
};
inline constexpr size_t kEventLosses = 3;
inline constexpr std::string_view kEventLossWords[kEventLosses] = {"no_reader", "slow_reader",
                                                                   "write_failed"};

struct OutputCounts {
  std::atomic<uint64_t> written = 0;
  std::array<std::atomic<uint64_t>, kEventLosses> lost{};

  void Lose(EventLoss why, uint64_t count = 1) { lost[static_cast<size_t>(why)] += count; }
};

struct EventCounts {
  explicit EventCounts(size_t workers_)
      : workers(workers_), dropped(std::make_unique<std::atomic<uint64_t>[]>(workers_)) {}

  const size_t workers;
  // Events for which a worker's ring had no room, by worker.
  const std::unique_ptr<std::atomic<uint64_t>[]> dropped;
  std::atomic<uint64_t> ring_octets = 0;       // of all rings; 0 while nothing is told
  std::atomic<uint64_t> ring_octets_used = 0;  // when the writer last looked
  OutputCounts query_log;
  OutputCounts dnstap;
};

}  // namespace tern::resolver::control
