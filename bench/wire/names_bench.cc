// The hash and the comparison of names, which every query needs.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "wire/name.h"

namespace tern::wire {
namespace {

// A name of exactly `octets` octets in labels of at most ten, as host names have them.
Name NameOfSize(size_t octets) {
  Name name;
  while (name.size() < octets) {
    const size_t left = octets - name.size();
    const size_t label = left <= 12 ? (left > 11 ? 9 : left - 1) : 10;
    if (!name.Prepend(std::string(label, 'a'))) break;
  }
  return name;
}

// Many names, so the branch predictor sees the same as in a server.
std::vector<Name> Names(size_t octets) {
  std::vector<Name> names(256, NameOfSize(octets));
  uint64_t bits[4] = {1, 2, 3, 4};
  for (Name& name : names) {
    for (uint64_t& word : bits) word = word * 6364136223846793005 + 1442695040888963407;
    name.RandomiseCase(bits);
  }
  return names;
}

// Guards HashName's budget of 10 ns for 25 octets.
void BM_HashName(benchmark::State& state) {
  const std::vector<Name> names = Names(static_cast<size_t>(state.range(0)));
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(HashName(names[i++ % names.size()], 42));
}
BENCHMARK(BM_HashName)->Arg(5)->Arg(13)->Arg(17)->Arg(25)->Arg(64)->Arg(255);

void BM_NameEquals(benchmark::State& state) {
  const std::vector<Name> names = Names(static_cast<size_t>(state.range(0)));
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(names[i % names.size()].view().Equals(names[(i + 1) % names.size()]));
    ++i;
  }
}
BENCHMARK(BM_NameEquals)->Arg(5)->Arg(13)->Arg(25)->Arg(64)->Arg(255);

void BM_NameFromWire(benchmark::State& state) {
  const Name name = NameOfSize(static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(NameView::FromWire(name.view().octets()));
}
BENCHMARK(BM_NameFromWire)->Arg(25)->Arg(255);

void BM_IsSubdomainOf(benchmark::State& state) {
  const Name name = NameOfSize(static_cast<size_t>(state.range(0)));
  const NameView zone = name.view().Suffix(2);
  for (auto _ : state) benchmark::DoNotOptimize(name.view().IsSubdomainOf(zone));
}
BENCHMARK(BM_IsSubdomainOf)->Arg(35)->Arg(255);

void BM_CompareCanonical(benchmark::State& state) {
  const std::vector<Name> names = Names(25);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        CompareCanonical(names[i % names.size()], names[(i + 1) % names.size()]));
    ++i;
  }
}
BENCHMARK(BM_CompareCanonical);

}  // namespace
}  // namespace tern::wire
