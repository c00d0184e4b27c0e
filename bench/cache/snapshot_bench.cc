// What a snapshot of a full store costs, by octets of the file: to write it, and to read it back.
// The file is in memory (memfd_create), so the disk is left out.
//
// `cache_bench --benchmark_filter=Snapshot.*/1024` shows it for 1 GiB of small entries, which is
// the most work that a cache of 1 GiB can be.
#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>

#include "bench/cache/lookup_trace.h"
#include "cache/snapshot_read.h"
#include "cache/snapshot_write.h"
#include "cache/store.h"
#include "resolver/base/siphash.h"

namespace tern::bench {
namespace {

constexpr cache::Instant kSnapshotNow(100'000);
constexpr uint32_t kAddressTtl = 3600;

uint64_t Seal(std::span<const uint8_t> octets) { return resolver::SipHash({{1, 2}}, octets); }

bool GoOn() { return true; }

// With the mark that a popular entry has, so that a full store keeps it.
std::unique_ptr<cache::Store> FullStore(size_t mebibytes) {
  auto store = std::make_unique<cache::Store>(
      cache::StoreOptions{.memory_octets = mebibytes << 20, .seed = 1});
  alignas(8) std::array<uint8_t, 64> buffer;
  for (uint32_t i = 0; i < mebibytes * 15'000; ++i) {
    const BenchName name(i);
    (void)store->Put(MakeAddressEntry(buffer, name.view(), i, kAddressTtl, kSnapshotNow),
                     kSnapshotNow);
  }
  return store;
}

cache::SnapshotWritten Write(cache::Store* store, int fd, size_t threads) {
  return cache::WriteSnapshot(store, fd, {.now = kSnapshotNow, .wall_seconds = 1, .number = 7},
                              &Seal, threads, &GoOn);
}

// The arguments are the store's memory in MiB, and the number of threads.
void BM_SnapshotSave(benchmark::State& state) {
  const auto store = FullStore(static_cast<size_t>(state.range(0)));
  uint64_t octets = 0;
  uint64_t entries = 0;
  for (auto _ : state) {
    const int fd = memfd_create("snapshot", MFD_CLOEXEC);
    const auto written = Write(store.get(), fd, static_cast<size_t>(state.range(1)));
    if (written.result != cache::SnapshotWritten::Result::kWhole)
      state.SkipWithError("not written");
    octets += written.octets;
    entries = written.entries;
    close(fd);
  }
  state.SetBytesProcessed(static_cast<int64_t>(octets));
  state.counters["entries"] = static_cast<double>(entries);
}
BENCHMARK(BM_SnapshotSave)
    ->Args({16, 1})
    ->Args({1024, 1})
    ->Args({1024, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_SnapshotLoad(benchmark::State& state) {
  const auto mebibytes = static_cast<size_t>(state.range(0));
  const int fd = memfd_create("snapshot", MFD_CLOEXEC);
  uint64_t written = 0;
  {
    const auto full = FullStore(mebibytes);
    written = Write(full.get(), fd, 1).entries;
  }
  uint64_t octets = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<cache::Store>(
        cache::StoreOptions{.memory_octets = mebibytes << 20, .seed = 2});
    state.ResumeTiming();
    cache::SnapshotHeader header;
    if (cache::ReadSnapshotHeader(fd, &Seal, &header) != cache::SnapshotVerdict::kGood) {
      state.SkipWithError("no good header");
      break;
    }
    const cache::Ageing ageing{.shift = 0, .now = kSnapshotNow, .max_stale = 0, .ttl = {}};
    const auto read = cache::ReadSnapshot(fd, header, &Seal, ageing,
                                          static_cast<size_t>(state.range(1)), &GoOn, store.get());
    octets += read.octets;
    state.counters["entries"] = static_cast<double>(read.entries);
    state.counters["left_out"] = static_cast<double>(read.left_out);
    if (read.entries < written / 100 * 98) {
      state.SkipWithError("entries are missing");
      break;
    }
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  close(fd);
  state.SetBytesProcessed(static_cast<int64_t>(octets));
}
BENCHMARK(BM_SnapshotLoad)
    ->Args({16, 1})
    ->Args({1024, 1})
    ->Args({1024, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tern::bench
