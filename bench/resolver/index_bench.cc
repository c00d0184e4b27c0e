// What a miss pays for look-ups in the configuration: the nearest static zone of a name, and
// whether an address may be asked. The cost must not grow with the configuration.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "resolver/config/settings.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/static_zones.h"
#include "resolver/upstream/zone_servers.h"
#include "tests/support/miss_world.h"
#include "wire/name.h"

namespace tern::resolver {
namespace {

// `zone7.corp.example.`, one of `count`.
std::vector<StaticZone> ManyZones(size_t count) {
  std::vector<StaticZone> zones(count);
  for (size_t i = 0; i < count; ++i) {
    zones[i].zone = bench::NameOf({"zone" + std::to_string(i), "corp", "example"});
  }
  return zones;
}

// Prefixes of 10.0.0.0/8. No two of them are neighbours.
std::vector<Prefix> ManyPrefixes(size_t count) {
  std::vector<Prefix> prefixes(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t number = i * 2;
    const uint8_t octets[4] = {10, static_cast<uint8_t>(number >> 16),
                               static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
    prefixes[i] = {IpAddress::FromOctets(octets), 32};
  }
  return prefixes;
}

// Names that share most labels with the zones cost most.
void BM_NearestStaticZone(benchmark::State& state) {
  const policy::StaticZones zones(ManyZones(static_cast<size_t>(state.range(0))));
  const wire::Name name = bench::NameOf({"www", "zone0", "corp", "example"});
  if (zones.Nearest(name, true) == nullptr) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(zones.Nearest(name, true));
}
BENCHMARK(BM_NearestStaticZone)->Arg(1)->Arg(100)->Arg(10'000);

void BM_NearestStaticZoneOfAPublicName(benchmark::State& state) {
  const policy::StaticZones zones(ManyZones(static_cast<size_t>(state.range(0))));
  const wire::Name name = bench::NameOf({"www", "example", "net"});
  if (zones.Nearest(name, true) != nullptr) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(zones.Nearest(name, true));
}
BENCHMARK(BM_NearestStaticZoneOfAPublicName)->Arg(0)->Arg(1)->Arg(100)->Arg(10'000);

void BM_MayAsk(benchmark::State& state) {
  config::Settings settings;
  settings.resolution.never_query = ManyPrefixes(static_cast<size_t>(state.range(0)));
  const policy::CoreSettings core = config::CoreSettingsOf(settings);
  std::vector<IpAddress> addresses;
  for (uint8_t i = 0; i < 255; ++i) {
    const uint8_t octets[4] = {10, static_cast<uint8_t>(i % 3), i, 1};
    addresses.push_back(IpAddress::FromOctets(octets));
  }
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(upstream::MayAsk(addresses[next], core));
    if (++next == addresses.size()) next = 0;
  }
}
BENCHMARK(BM_MayAsk)->Arg(3)->Arg(1000)->Arg(100'000);

// A whole miss, with an empty configuration and with the largest one.
void BM_WholeMissUnderConfiguration(benchmark::State& state) {
  config::Settings settings;
  settings.static_zones = ManyZones(static_cast<size_t>(state.range(0)));
  settings.resolution.never_query = ManyPrefixes(static_cast<size_t>(state.range(1)));
  bench::MissWorld world(settings);
  for (auto _ : state) {
    if (!world.MissNext()) {
      state.SkipWithError("no answer");
      return;
    }
  }
}
BENCHMARK(BM_WholeMissUnderConfiguration)->Args({0, 0})->Args({10'000, 100'000});

}  // namespace
}  // namespace tern::resolver
