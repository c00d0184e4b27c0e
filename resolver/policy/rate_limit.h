// How much the clients of one prefix may ask: a bucket of queries and one of misses for each.
//
// A bucket is one number: the moment at which it will be full again (the generic cell rate
// algorithm). A query moves that moment on by the time that one query takes to flow in. If that
// would lead more than a burst ahead of now, the query is denied and the bucket stays as it was.
//
// The buckets are the process's, not a worker's. A prefix's queries come to one worker, to all or
// to any, depending on network cards, steering and ports, so shares of a limit would be another
// limit for each client. A bucket is charged by one exchange, and reading it takes no lock.
//
// A prefix has two pairs of buckets: one for plain datagrams, whose addresses anybody can forge,
// and one for clients that have shown where they are. So a forged flood does not take away what
// the truncated answers invite a real client to.
//
// Bounded: a fixed number of sets of four. A new prefix takes the place of the one in its set
// whose buckets are the fullest. The buckets of an idle prefix are full, so nothing is forgotten;
// those of a prefix that floods are the emptiest, so they stay. Places are found by a keyed hash:
// nobody can aim at another prefix's place.
//
// Thread: any.
#pragma once

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "resolver/base/endpoint.h"
#include "resolver/base/four_way_table.h"
#include "resolver/base/time.h"
#include "resolver/policy/access.h"
#include "resolver/policy/policy_settings.h"

namespace tern::resolver::policy {

class RateLimit {
 public:
  // The clients of one prefix that ask in one way.
  enum class Group : uint64_t { kExempt = 0 };

  static constexpr size_t kPrefixesMax = 16384;  // 512 KiB, when there is any rate

  // No limit at all.
  RateLimit() : RateLimit(RateLimitSettings(), 0) {}
  RateLimit(const RateLimitSettings& settings, uint64_t seed);

  bool limits_queries() const { return cost_ns_[kQuery] != 0; }
  bool limits_misses() const { return cost_ns_[kMiss] != 0; }
  // One in so many of those who are denied is told so, by a truncated answer; 0: none.
  uint32_t slip() const { return slip_; }

  // UDP questions of one prefix that may be unanswered at a time in a worker; 0: any number.
  // Whoever keeps the questions counts them.
  uint32_t waiting() const { return waiting_; }

  // `verified`: over TCP, or with a cookie that this server gave.
  // Budget: 6 ns with up to eight exempt ranges (bench/resolver: BM_RateLimitAllowsQuery).
  Group GroupOf(const sockaddr* client, bool verified) const;
  Group GroupOf(const IpAddress& client, bool verified) const;

  // Asks the processor for the line that AllowQuery will need.
  void Prefetch(Group group) const {
    if (!buckets_.empty()) __builtin_prefetch(&SetOf(group), 1);
  }
  // Budget: 4 ns, with its line in the processor's cache.
  [[nodiscard]] bool AllowQuery(Group group, Time now) { return Take(kQuery, group, now); }
  // Beside AllowQuery, for what goes upstream.
  [[nodiscard]] bool AllowMiss(Group group, Time now) { return Take(kMiss, group, now); }

 private:
  enum Kind : size_t { kQuery, kMiss, kKinds };

  // When the buckets of the four groups of a set will be full, in nanoseconds of the monotonic
  // clock. Keys and buckets of queries share a line.
  using Moments = std::array<std::array<std::atomic<int64_t>, 4>, kKinds>;
  using Buckets = FourWayTable<Moments>;

  Buckets::Set& SetOf(Group group) const { return buckets_.SetOf(static_cast<uint64_t>(group)); }
  Group Hash(uint64_t high, uint64_t low, uint64_t kind) const;
  Group GroupOfIpv4(uint32_t address, bool verified) const;
  Group GroupOfIpv6(const uint8_t* octets, bool verified) const;
  bool Take(Kind kind, Group group, Time now);
  static size_t MakeWay(Buckets::Set& set, Group group);

  AccessList exempt_;
  uint64_t seed_;
  uint32_t slip_;
  uint32_t waiting_;
  uint32_t ipv4_mask_;
  uint64_t ipv6_mask_high_;
  uint64_t ipv6_mask_low_;
  int64_t cost_ns_[kKinds];  // of one; 0: not limited
  int64_t burst_ns_[kKinds];
  Buckets buckets_;  // empty without a rate
};

}  // namespace tern::resolver::policy
