// What it costs to note a query for those who watch. Some hundreds a second are noted
// (service/sampler.h).
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "resolver/service/recent_traffic.h"
#include "wire/name.h"

namespace tern::resolver {
namespace {

constexpr Time kTrafficNow{std::chrono::seconds(1000)};

void BM_NoteQuery(benchmark::State& state) {
  const auto names_max = static_cast<size_t>(state.range(0));
  service::RecentTraffic traffic(SipKey{{1, 2}});
  std::vector<wire::Name> names(names_max);
  for (size_t i = 0; i < names_max; ++i) {
    for (const std::string& label :
         {std::string("test"), std::string("example"), "h" + std::to_string(i)}) {
      if (!names[i].Prepend(label)) return state.SkipWithError("no name");
    }
  }
  const IpAddress client = *IpAddress::Parse("192.0.2.1");
  size_t next = 0;
  for (auto _ : state) {
    next = (next + 7919) % names_max;
    traffic.NoteClient(client, TopClients::kPrefix, 1, kTrafficNow);
    traffic.NoteQuestion(names[next], wire::HashName(names[next], 7), wire::RRType::kA, 1,
                         kTrafficNow);
  }
}
// Names that all have a place, and a flood in which each one takes another's.
BENCHMARK(BM_NoteQuery)->ArgName("names")->Arg(100)->Arg(100'000);

// What the reader does, for each worker.
void BM_ReadTraffic(benchmark::State& state) {
  service::RecentTraffic recent(SipKey{{1, 2}});
  for (uint64_t i = 0; i < 100'000; ++i) {
    wire::Name name;
    if (!name.Prepend("h" + std::to_string(i))) return state.SkipWithError("no name");
    recent.NoteQuestion(name, wire::HashName(name, 7), wire::RRType::kA, 1, kTrafficNow);
  }
  for (auto _ : state) {
    service::Traffic traffic;
    recent.AddTo(&traffic, kTrafficNow);
    benchmark::DoNotOptimize(traffic.names.entries.size());
  }
}
BENCHMARK(BM_ReadTraffic);

}  // namespace
}  // namespace tern::resolver
