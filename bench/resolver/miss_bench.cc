// A whole miss: the question, one upstream exchange with a server whose zone is known, then
// learning the answer and telling the client.
#include <benchmark/benchmark.h>

#include "tests/support/miss_world.h"

namespace tern::resolver {
namespace {

void BM_WholeMiss(benchmark::State& state) {
  bench::MissWorld world;
  for (auto _ : state) {
    if (!world.MissNext()) {
      state.SkipWithError("no answer");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_WholeMiss);

}  // namespace
}  // namespace tern::resolver
