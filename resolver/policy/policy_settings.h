// The settings for clients' rates, cookies and local data: plain values with their defaults.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "resolver/policy/local_record.h"

namespace tern::resolver::policy {

// The secret from which the server cookies for clients are made.
using CookieSecret = std::array<uint8_t, 16>;

// The limits for all clients of one prefix together. A rate of 0 means no limit, which is the
// default: one address may be a forwarder for thousands of clients, and only an operator knows
// that.
struct RateLimitSettings {
  uint32_t queries = 0;     // a second, from the cache or not
  uint32_t misses = 0;      // a second: queries that the cache cannot answer
  uint32_t waiting = 4096;  // unanswered UDP questions at a time, in a worker; 0: no limit
  Duration burst = std::chrono::seconds(2);  // a full bucket holds the queries of this much time
  uint8_t ipv4_prefix = 24;
  uint8_t ipv6_prefix = 56;
  uint32_t slip = 2;  // one in `slip` denied queries gets TC; 0: none
  std::vector<Prefix> exempt;
};

struct LocalSettings {
  bool special_names = true;
  std::string hosts_file;
  std::vector<LocalRecord> data = {};

  // Names of the operator's own.
  bool has_names() const { return !hosts_file.empty() || !data.empty(); }
};

}  // namespace tern::resolver::policy
