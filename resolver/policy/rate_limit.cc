#include "resolver/policy/rate_limit.h"

#include <endian.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "wire/mix.h"

namespace tern::resolver::policy {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr int64_t kSecondNs = 1'000'000'000;

uint64_t HighBits(unsigned count) { return count == 0 ? 0 : ~uint64_t{0} << (64 - count); }

int64_t Nanos(Duration duration) { return std::chrono::nanoseconds(duration).count(); }

}  // namespace

RateLimit::RateLimit(const RateLimitSettings& settings, uint64_t seed)
    : exempt_(settings.exempt),
      seed_(seed),
      slip_(settings.slip),
      waiting_max_(settings.waiting),
      ipv4_mask_(static_cast<uint32_t>(HighBits(settings.ipv4_prefix) >> 32)),
      ipv6_mask_high_(HighBits(std::min<unsigned>(settings.ipv6_prefix, 64))),
      ipv6_mask_low_(HighBits(settings.ipv6_prefix > 64 ? settings.ipv6_prefix - 64u : 0)) {
  const uint32_t rates[kKinds] = {settings.queries, settings.misses};
  for (size_t kind = 0; kind < kKinds; ++kind) {
    cost_ns_[kind] = rates[kind] == 0 ? 0 : kSecondNs / rates[kind];
    // Even the smallest bucket holds one query.
    burst_ns_[kind] = std::max(Nanos(settings.burst), cost_ns_[kind]);
  }
  if (limits_queries() || limits_misses()) buckets_ = Buckets(kPrefixesMax);
}

RateLimit::Group RateLimit::Hash(uint64_t high, uint64_t low, uint64_t kind) const {
  return static_cast<Group>(wire::Mix(wire::Mix(seed_ ^ high, low), seed_ + kind) | 1);
}

RateLimit::Group RateLimit::GroupOfIpv4(uint32_t address, bool verified) const {
  return Hash(address & ipv4_mask_, 0, verified ? 1 : 0);
}

RateLimit::Group RateLimit::GroupOfIpv6(const uint8_t* octets, bool verified) const {
  const Ipv6Number number = Ipv6Number::FromOctets(octets);
  if (number.IsIpv4Mapped()) return GroupOfIpv4(static_cast<uint32_t>(number.low), verified);
  return Hash(number.high & ipv6_mask_high_, number.low & ipv6_mask_low_, verified ? 3 : 2);
}

RateLimit::Group RateLimit::GroupOf(const sockaddr* client, bool verified) const {
  if (exempt_.Contains(client)) return Group::kExempt;
  const auto* octets = reinterpret_cast<const uint8_t*>(client);
  if (client->sa_family == AF_INET) {
    uint32_t address;
    std::memcpy(&address, octets + offsetof(sockaddr_in, sin_addr), sizeof address);
    return GroupOfIpv4(be32toh(address), verified);
  }
  if (client->sa_family != AF_INET6) return Group::kExempt;  // Gate refuses such a client
  return GroupOfIpv6(octets + offsetof(sockaddr_in6, sin6_addr), verified);
}

RateLimit::Group RateLimit::GroupOf(const IpAddress& client, bool verified) const {
  if (exempt_.Contains(client)) return Group::kExempt;
  if (client.IsIpv6()) return GroupOfIpv6(client.octets, verified);
  uint32_t address;
  std::memcpy(&address, client.octets, sizeof address);
  return GroupOfIpv4(be32toh(address), verified);
}

// Two workers may take the same place at the same time. Then one prefix pays for the first query of
// the other.
size_t RateLimit::MakeWay(Buckets::Set& set, Group group) {
  Moments& full_at = set.values;
  const size_t fullest = Buckets::LeastWay([&](size_t way) {
    return std::max(full_at[kQuery][way].load(kRelaxed), full_at[kMiss][way].load(kRelaxed));
  });
  full_at[kQuery][fullest].store(0, kRelaxed);
  full_at[kMiss][fullest].store(0, kRelaxed);
  set.keys[fullest].store(static_cast<uint64_t>(group), kRelaxed);
  return fullest;
}

bool RateLimit::Take(Kind kind, Group group, Time now) {
  const int64_t cost = cost_ns_[kind];
  if (cost == 0 || group == Group::kExempt) return true;
  Buckets::Set& set = SetOf(group);
  size_t way = set.Find(static_cast<uint64_t>(group), kRelaxed);
  if (way == Buckets::kWays) way = MakeWay(set, group);
  std::atomic<int64_t>& bucket = set.values[kind][way];
  const int64_t now_ns = Nanos(now.time_since_epoch());
  int64_t full_at = bucket.load(kRelaxed);
  for (;;) {
    const int64_t then = std::max(full_at, now_ns) + cost;
    if (then - now_ns > burst_ns_[kind]) return false;
    if (bucket.compare_exchange_weak(full_at, then, kRelaxed)) return true;
  }
}

}  // namespace tern::resolver::policy
