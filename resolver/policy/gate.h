// The gate decides whether a query is answered. UDP and TCP go through the same checks, in this
// order:
// 1. Access: may the client ask at all? If not, its query changes nothing here.
// 2. Rate: does the client's prefix ask too much?
// 3. Cookie: the configuration may demand one of clients over UDP.
//
// A query takes four steps:
// - MayAsk looks for the client in the access list, once and before the query is read.
// - FindGroup finds the client's group and starts to load the group's bucket from memory. For a
//   batch of queries it is called for all of them first.
// - Judge gives the verdict.
// - JudgeMiss judges a query again when the cache cannot answer it.
//
// Thread: any. Immutable, except for the buckets of the rate limit, which all workers share.
// Bound: as the rate limit's (rate_limit.h).
#pragma once

#include <sys/socket.h>

#include <concepts>
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
  kNotGood,  // there is no server cookie, or one that is not ours
  kGood,     // one of ours: the client receives what we send to its address
};

// What the gate must know of a query, besides the client's address.
struct GateQuery {
  Transport transport = Transport::kUdp;
  CookieProof cookie = CookieProof::kNone;
  // The query asks for data. A cookie is demanded only for such a query.
  bool is_question = true;

  // True when the client has shown that its address is not forged.
  bool IsVerified() const { return transport == Transport::kTcp || cookie == CookieProof::kGood; }
};

enum class GateVerdict : uint8_t {
  kPass,
  kForbidden,      // the client may not ask
  kOverLimit,      // the clients of the prefix ask too much
  kCookieMissing,  // the client must prove its address: by a cookie, or over TCP
  kCookieBad,      // the client must ask again, with the cookie of the reply
};

class Gate {
 public:
  // A client that is in `deny` may not ask, also when it is in `allow`. `seed` is the key of the
  // hash that places the rate limit's buckets.
  Gate(std::span<const Prefix> allow, std::span<const Prefix> deny,
       const RateLimitSettings& rate_limit, bool require_cookies, uint64_t seed);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Of the denied queries of unverified clients, one in slip() gets an empty reply with TC, so a
  // real client asks again over TCP. 0: none.
  uint32_t slip() const { return rate_limit_.slip(); }

  // The most UDP questions of one prefix that may wait in a worker. 0: no limit.
  uint32_t waiting_max() const { return rate_limit_.waiting_max(); }

  // Budget: a binary search, two with a list of denied clients.
  template <typename Address>
  bool MayAsk(const Address& client) const {
    return access_.Contains(client) && (!has_denied_ || !denied_.Contains(client));
  }

  RateLimit::Group FindGroup(const sockaddr* client, const GateQuery& query) const {
    return FindGroupOf(client, query);
  }
  RateLimit::Group FindGroup(const IpAddress& client, const GateQuery& query) const {
    return FindGroupOf(client, query);
  }

  // Charges the bucket of queries.
  // REQUIRES: `may_ask` and `group` come from MayAsk and FindGroup for this client and query.
  [[nodiscard]] GateVerdict Judge(std::same_as<bool> auto may_ask, RateLimit::Group group,
                                  const GateQuery& query, Time now) {
    if (!may_ask) return GateVerdict::kForbidden;
    if (is_limited_ && !rate_limit_.AllowQuery(group, now)) return GateVerdict::kOverLimit;
    if (!require_cookies_ || !query.is_question || query.IsVerified()) return GateVerdict::kPass;
    // RFC 7873 sections 5.2.3 and 5.2.4.
    return query.cookie == CookieProof::kNone ? GateVerdict::kCookieMissing
                                              : GateVerdict::kCookieBad;
  }

  // Charges the bucket of misses. Returns kPass or kOverLimit.
  [[nodiscard]] GateVerdict JudgeMiss(RateLimit::Group group, Time now) {
    return is_limited_ && !rate_limit_.AllowMiss(group, now) ? GateVerdict::kOverLimit
                                                             : GateVerdict::kPass;
  }

  // The group of the client's prefix, for clients that have not proved their address. It does not
  // depend on whether rates are configured.
  RateLimit::Group UnverifiedGroupOf(const IpAddress& client) const {
    return rate_limit_.GroupOf(client, /*verified=*/false);
  }

 private:
  template <typename Address>
  RateLimit::Group FindGroupOf(const Address& client, const GateQuery& query) const {
    if (!is_limited_) return RateLimit::Group::kExempt;
    const RateLimit::Group group = rate_limit_.GroupOf(client, query.IsVerified());
    rate_limit_.Prefetch(group);
    return group;
  }

  AccessList access_;
  AccessList denied_;
  bool has_denied_;
  RateLimit rate_limit_;
  bool is_limited_;
  bool require_cookies_;
};

}  // namespace tern::resolver::policy
