// What replies cost that are made to cost much: the time of one client question with all its
// upstream queries, without any system call. The kinds are test::Hostility's.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "tests/support/hostile_replies.h"

namespace tern::resolver {
namespace {

void BM_HostileReferral(benchmark::State& state) {
  test::HostileWorld world(static_cast<test::Hostility>(state.range(0)),
                           static_cast<size_t>(state.range(1)));
  size_t queries = 0;
  size_t questions = 0;
  std::chrono::nanoseconds all{0};
  std::chrono::nanoseconds longest{0};
  const auto measured = [&](const std::function<void()>& hand_over) {
    const std::chrono::nanoseconds before = test::ProcessorTime();
    hand_over();
    const std::chrono::nanoseconds took = test::ProcessorTime() - before;
    all += took;
    longest = std::max(longest, took);
  };
  for (auto _ : state) {
    const std::chrono::nanoseconds before = all;
    queries += world.Ask(measured);
    ++questions;
    state.SetIterationTime(std::chrono::duration<double>(all - before).count());
  }
  const double micros = std::chrono::duration<double, std::micro>(all).count();
  state.counters["us_longest"] = std::chrono::duration<double, std::micro>(longest).count();
  state.counters["us_per_reply"] = micros / static_cast<double>(std::max<size_t>(queries, 1));
  state.counters["queries"] = static_cast<double>(queries) / static_cast<double>(questions);
}
// As many records as are still read, and 500.
BENCHMARK(BM_HostileReferral)
    ->ArgsProduct({{0, 1, 2, 3, 4}, {0, 500}})
    ->ArgNames({"kind", "records"})
    ->UseManualTime();

}  // namespace
}  // namespace tern::resolver
