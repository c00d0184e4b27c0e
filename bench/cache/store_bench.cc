// What a look-up and a Put cost: in a store that fits the processor's caches and in one that does
// not, alone and while other threads work.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "bench/cache/lookup_trace.h"
#include "cache/store.h"

namespace tern::bench {
namespace {

constexpr cache::Instant kNow(1);

std::unique_ptr<cache::Store> FilledStore(size_t memory_octets, uint32_t names) {
  auto store = std::make_unique<cache::Store>(
      cache::StoreOptions{.memory_octets = memory_octets, .seed = 1});
  alignas(8) std::array<uint8_t, 64> buffer;
  for (uint32_t i = 0; i < names; ++i) {
    const BenchName name(i);
    if (store->Put(MakeAddressEntry(buffer, name.view(), i, 300, kNow), kNow) !=
        cache::PutOutcome::kStored) {
      std::abort();
    }
  }
  return store;
}

// Names in an order that the processor cannot predict. They are made outside the measured loop.
std::vector<BenchName> ShuffledNames(uint32_t first, uint32_t count, uint64_t seed) {
  constexpr size_t kQuestions = 1 << 16;
  std::mt19937_64 random(seed);
  std::vector<BenchName> names;
  names.reserve(kQuestions);
  for (size_t i = 0; i < kQuestions; ++i) {
    names.emplace_back(first + static_cast<uint32_t>(random() % count));
  }
  return names;
}

void Look(benchmark::State& state, cache::Store& store, const std::vector<BenchName>& names,
          bool hit) {
  const auto reader = store.Register();
  size_t i = 0;
  for (auto _ : state) {
    const cache::EntryView entry =
        store.Find(names[i].view(), cache::KeySpace::kData, wire::RRType::kA);
    if (static_cast<bool>(entry) != hit) state.SkipWithError("not what was expected");
    benchmark::DoNotOptimize(entry.bytes());
    i = (i + 1) % names.size();
    if (i % 64 == 0) reader->Quiescent();
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_StoreFindHit(benchmark::State& state) {
  const uint32_t count = static_cast<uint32_t>(state.range(0));
  const auto store = FilledStore(size_t{256} << 20, count);
  Look(state, *store, ShuffledNames(0, count, 2), true);
}
BENCHMARK(BM_StoreFindHit)->Arg(1000)->Arg(600'000);

void BM_StoreFindMiss(benchmark::State& state) {
  const uint32_t count = static_cast<uint32_t>(state.range(0));
  const auto store = FilledStore(size_t{256} << 20, count);
  Look(state, *store, ShuffledNames(count, 1 << 30, 2), false);
}
BENCHMARK(BM_StoreFindMiss)->Arg(1000)->Arg(600'000);

// Puts new names, into free room or in place of other names.
void BM_StorePut(benchmark::State& state) {
  const size_t memory_octets = static_cast<size_t>(state.range(0)) << 20;
  const auto store = FilledStore(memory_octets, static_cast<uint32_t>(state.range(1)));
  alignas(8) std::array<uint8_t, 64> buffer;
  uint32_t number = static_cast<uint32_t>(state.range(1));
  for (auto _ : state) {
    const BenchName name(number++);
    const auto entry = MakeAddressEntry(buffer, name.view(), number, 300, kNow);
    benchmark::DoNotOptimize(store->Put(entry, kNow));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_StorePut)->Args({4096, 0})->Args({64, 1'000'000});

void BM_StoreReplace(benchmark::State& state) {
  const auto store = FilledStore(size_t{64} << 20, 10'000);
  alignas(8) std::array<uint8_t, 64> buffer;
  const std::vector<BenchName> names = ShuffledNames(0, 10'000, 3);
  size_t i = 0;
  for (auto _ : state) {
    const auto entry = MakeAddressEntry(buffer, names[i].view(), 7, 300, kNow);
    benchmark::DoNotOptimize(store->Put(entry, kNow));
    i = (i + 1) % names.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_StoreReplace);

// A writer that never rests, beside the benchmark's reader threads.
class BusyStore {
 public:
  static constexpr uint32_t kNames = 100'000;

  BusyStore() : store_(FilledStore(size_t{64} << 20, kNames)), writer_([this] { Write(); }) {}
  ~BusyStore() {
    stop_ = true;
    writer_.join();
  }
  cache::Store& store() { return *store_; }

 private:
  void Write() {
    const auto reader = store_->Register();
    alignas(8) std::array<uint8_t, 64> buffer;
    for (uint32_t i = 0; !stop_.load(std::memory_order_relaxed); ++i) {
      const BenchName name(i % kNames);
      const auto entry = MakeAddressEntry(buffer, name.view(), i, 300, kNow);
      benchmark::DoNotOptimize(store_->Put(entry, kNow));
      if (i % 64 == 0) reader->Quiescent();
    }
  }

  std::unique_ptr<cache::Store> store_;
  std::atomic<bool> stop_{false};
  std::thread writer_;
};

std::unique_ptr<BusyStore> busy_store;

void BM_StoreFindBesideAWriter(benchmark::State& state) {
  cache::Store& store = busy_store->store();
  const std::vector<BenchName> names =
      ShuffledNames(0, BusyStore::kNames, static_cast<uint64_t>(state.thread_index()));
  const auto reader = store.Register();
  size_t i = 0;
  size_t missed = 0;
  for (auto _ : state) {
    const cache::EntryView entry =
        store.Find(names[i].view(), cache::KeySpace::kData, wire::RRType::kA);
    missed += entry ? 0 : 1;
    i = (i + 1) % names.size();
    if (i % 64 == 0) reader->Quiescent();
  }
  if (missed > 0) state.SkipWithError("an entry that was only replaced was missed");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_StoreFindBesideAWriter)
    ->Setup([](const benchmark::State&) { busy_store = std::make_unique<BusyStore>(); })
    ->Teardown([](const benchmark::State&) { busy_store.reset(); })
    ->Threads(1)
    ->Threads(2)
    ->Threads(8);

}  // namespace
}  // namespace tern::bench
