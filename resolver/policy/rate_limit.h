// Limits how much the clients of one prefix may ask. Each prefix has a bucket of queries and one of
// misses.
//
// A bucket is one number: the time at which it will be full again (the generic cell rate
// algorithm). A query moves that time forward by the time in which one query flows in. If the new
// time were more than a burst ahead of now, the query is denied and the bucket does not change.
//
// The buckets belong to the process, not to a worker. Network cards, steering and ports decide
// whether a prefix's queries reach one worker, some or all. So a share of the limit for each worker
// would mean a different limit for each client. Charging a bucket is one atomic exchange, and
// reading takes no lock.
//
// A prefix has two pairs of buckets: one for plain datagrams, whose addresses anybody can forge,
// and one for clients that have proved their address. So a forged flood does not use up the
// allowance of a real client that follows a truncated answer to TCP.
//
// Bounded: a fixed number of sets of four. A new prefix replaces the prefix of its set whose
// buckets are fullest. The buckets of an idle prefix are full, so nothing is lost with it. The
// buckets of a prefix that floods are emptiest, so it stays. A keyed hash places the prefixes, so
// nobody can aim at the place of another prefix.
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
  // The clients of one prefix whose addresses are proved, or those whose addresses are not.
  enum class Group : uint64_t { kExempt = 0 };

  static constexpr size_t kPrefixesMax = 16384;  // 512 KiB, if any rate is set

  // Limits nothing.
  RateLimit() : RateLimit(RateLimitSettings(), 0) {}
  RateLimit(const RateLimitSettings& settings, uint64_t seed);

  bool limits_queries() const { return cost_ns_[kQuery] != 0; }
  bool limits_misses() const { return cost_ns_[kMiss] != 0; }
  // One in slip() denied queries gets a truncated answer; the others get none. 0: all get none.
  uint32_t slip() const { return slip_; }

  // The most UDP questions of one prefix that may be unanswered in a worker. 0: no limit. The owner
  // of the questions counts them.
  uint32_t waiting_max() const { return waiting_max_; }

  // `verified` is true when the query came over TCP or with a cookie that this server made.
  // Budget: 6 ns with up to eight exempt ranges (bench/resolver: BM_RateLimitAllowsQuery).
  Group GroupOf(const sockaddr* client, bool verified) const;
  Group GroupOf(const IpAddress& client, bool verified) const;

  // Prefetches the cache line that AllowQuery will need.
  void Prefetch(Group group) const {
    if (!buckets_.empty()) __builtin_prefetch(&SetOf(group), 1);
  }
  // Budget: 4 ns when the group's line is in the processor's cache.
  [[nodiscard]] bool AllowQuery(Group group, Time now) { return Take(kQuery, group, now); }
  // Called after AllowQuery, for a query that the cache cannot answer.
  [[nodiscard]] bool AllowMiss(Group group, Time now) { return Take(kMiss, group, now); }

 private:
  enum Kind : size_t { kQuery, kMiss, kKinds };

  // The times at which the buckets of a set's four groups will be full, in nanoseconds of the
  // monotonic clock. Keys and buckets of queries share a cache line.
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
  uint32_t waiting_max_;
  uint32_t ipv4_mask_;
  uint64_t ipv6_mask_high_;
  uint64_t ipv6_mask_low_;
  int64_t cost_ns_[kKinds];  // of one query or miss; 0: not limited
  int64_t burst_ns_[kKinds];
  Buckets buckets_;  // empty if no rate is set
};

}  // namespace tern::resolver::policy
