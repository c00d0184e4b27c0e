// What a rate limit costs a query below it: the look-up of its prefix's group and its bucket.
#include <benchmark/benchmark.h>
#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "resolver/policy/rate_limit.h"

namespace tern::resolver {
namespace {

constexpr Time kLimitNow{std::chrono::seconds(1000)};

policy::RateLimitSettings HighRate() {
  policy::RateLimitSettings settings;
  settings.queries = 10'000'000;
  settings.exempt = {*Prefix::Parse("127.0.0.0/8"), *Prefix::Parse("::1/128")};
  return settings;
}

// Clients of `count` prefixes, next to one another.
std::vector<sockaddr_storage> Clients(size_t count) {
  std::vector<sockaddr_storage> clients(count);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t octets[4] = {10, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i), 1};
    Endpoint{IpAddress::FromOctets(octets), 40000}.ToSockaddr(&clients[i]);
  }
  return clients;
}

// Each query comes a microsecond later, so every one is allowed.
void AllowAll(benchmark::State& state, size_t prefixes) {
  policy::RateLimit limit(HighRate(), 7);
  const std::vector<sockaddr_storage> clients = Clients(prefixes);
  Time now = kLimitNow;
  size_t next = 0;
  size_t denied = 0;
  for (auto _ : state) {
    const auto* client = reinterpret_cast<const sockaddr*>(&clients[next]);
    if (++next == clients.size()) next = 0;
    now += Duration(1);
    denied += limit.AllowQuery(limit.GroupOf(client, false), now) ? 0 : 1;
  }
  if (denied != 0) state.SkipWithError("denied");
}

// Guards the budget of 15 ns for a hit under a limit.
void BM_RateLimitAllowsQuery(benchmark::State& state) { AllowAll(state, 1); }
BENCHMARK(BM_RateLimitAllowsQuery);

// The table is full, and not all its lines are in the processor's first cache. In the service they
// are prefetched one batch ahead.
void BM_RateLimitAllowsQueryOfManyPrefixes(benchmark::State& state) { AllowAll(state, 16384); }
BENCHMARK(BM_RateLimitAllowsQueryOfManyPrefixes);

void BM_RateLimitDeniesQuery(benchmark::State& state) {
  policy::RateLimitSettings settings = HighRate();
  settings.queries = 1;
  policy::RateLimit limit(settings, 7);
  const std::vector<sockaddr_storage> clients = Clients(1);
  const auto* client = reinterpret_cast<const sockaddr*>(&clients[0]);
  for (auto _ : state)
    benchmark::DoNotOptimize(limit.AllowQuery(limit.GroupOf(client, false), kLimitNow));
}
BENCHMARK(BM_RateLimitDeniesQuery);

}  // namespace
}  // namespace tern::resolver
