// The gate: whether a query is let in, before anything else is done for it. UDP and TCP come
// through the same gate, and are judged in the same order:
//   1. Access: whether the client may ask at all. A client that may not changes nothing here.
//   2. The rate of the client's prefix.
//   3. A cookie, where the configuration demands one of clients over UDP.
//
// A query takes three steps. Of a batch, each step is done for all queries before the next one:
//   Approach   the client's group; its bucket is on its way from memory from here on.
//   Judge      the verdict.
//   JudgeMiss  once more, when the cache cannot answer.
//
// Thread: any. Immutable but for the buckets of the rate limit, which all workers share.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"
#include "resolver/base/time.h"
#include "resolver/policy/access.h"
#include "resolver/policy/policy_settings.h"
#include "resolver/policy/rate_limit.h"

namespace tern::resolver::policy {

// What a query's COOKIE option shows.
enum class CookieProof : uint8_t {
  kNone,     // there is none
  kNotGood,  // it has no server cookie, or one that is not ours
  kGood,     // one of ours: the client receives what is sent to its address
};

// What the gate must know of a query, apart from its client's address.
struct GateQuery {
  Transport transport = Transport::kUdp;
  CookieProof cookie = CookieProof::kNone;
  // The query asks for data, so that a cookie can be demanded for it.
  bool is_question = true;

  // The client has shown that its address is not forged.
  bool IsVerified() const { return transport == Transport::kTcp || cookie == CookieProof::kGood; }
};

enum class GateVerdict : uint8_t {
  kPass,
  kForbidden,      // the client may not ask
  kOverLimit,      // the clients of its prefix ask too much
  kCookieMissing,  // the client must show its address: with a cookie, or over TCP
  kCookieBad,      // the client knows cookies, and must come again with the one of the reply
};

class Gate {
 public:
  // `seed` keys the places of the rate limit's buckets.
  Gate(std::span<const Prefix> allow, const RateLimitSettings& rate_limit, bool require_cookies,
       uint64_t seed);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // One in so many of the unverified that are over the limit is told so; 0: none.
  uint32_t slip() const { return rate_limit_.slip(); }

  // So many questions of a prefix's UDP clients may wait in a worker; 0: any number.
  uint32_t waiting_max() const { return rate_limit_.waiting(); }

  RateLimit::Group Approach(const sockaddr* client, const GateQuery& query) const {
    return ApproachFrom(client, query);
  }
  RateLimit::Group Approach(const IpAddress& client, const GateQuery& query) const {
    return ApproachFrom(client, query);
  }

  // `group` is what Approach gave for this client and query. Charges the bucket of queries.
  [[nodiscard]] GateVerdict Judge(const sockaddr* client, RateLimit::Group group,
                                  const GateQuery& query, Time now) {
    return JudgeFrom(client, group, query, now);
  }
  [[nodiscard]] GateVerdict Judge(const IpAddress& client, RateLimit::Group group,
                                  const GateQuery& query, Time now) {
    return JudgeFrom(client, group, query, now);
  }

  // Charges the bucket of misses. kPass or kOverLimit.
  [[nodiscard]] GateVerdict JudgeMiss(RateLimit::Group group, Time now) {
    return is_limited_ && !rate_limit_.AllowMiss(group, now) ? GateVerdict::kOverLimit
                                                             : GateVerdict::kPass;
  }

  // The prefix of an address that nothing has been shown for, whether or not there are rates.
  RateLimit::Group UnverifiedGroupOf(const IpAddress& client) const {
    return rate_limit_.GroupOf(client, /*verified=*/false);
  }

 private:
  template <typename Address>
  RateLimit::Group ApproachFrom(const Address& client, const GateQuery& query) const {
    if (!is_limited_) return RateLimit::Group::kExempt;
    const RateLimit::Group group = rate_limit_.GroupOf(client, query.IsVerified());
    rate_limit_.Prefetch(group);
    return group;
  }

  template <typename Address>
  GateVerdict JudgeFrom(const Address& client, RateLimit::Group group, const GateQuery& query,
                        Time now) {
    if (!access_.Contains(client)) return GateVerdict::kForbidden;
    if (is_limited_ && !rate_limit_.AllowQuery(group, now)) return GateVerdict::kOverLimit;
    if (!require_cookies_ || !query.is_question || query.IsVerified()) return GateVerdict::kPass;
    // RFC 7873 sections 5.2.3 and 5.2.4.
    return query.cookie == CookieProof::kNone ? GateVerdict::kCookieMissing
                                              : GateVerdict::kCookieBad;
  }

  AccessList access_;
  RateLimit rate_limit_;
  bool is_limited_;
  bool require_cookies_;
};

}  // namespace tern::resolver::policy
