// What clients may ask and what is answered without asking anybody, as an operator can set it:
// plain values with their defaults.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"

namespace tern::resolver::policy {

// What the cookies of clients are made with.
using CookieSecret = std::array<uint8_t, 16>;

// Of the clients of one prefix together. A rate of 0 is no limit: one address may be a forwarder
// that stands for thousands, and only an operator can tell.
struct RateLimitSettings {
  uint32_t queries = 0;                      // a second, whatever answers them
  uint32_t misses = 0;                       // a second, that the cache cannot answer
  uint32_t waiting = 4096;                   // UDP questions unanswered at a time, a worker; 0: any
  Duration burst = std::chrono::seconds(2);  // so long may a full bucket's queries come at once
  uint8_t ipv4_prefix = 24;
  uint8_t ipv6_prefix = 56;
  uint32_t slip = 2;  // one in so many of the denied gets TC; 0: none
  std::vector<Prefix> exempt;
};

struct LocalSettings {
  bool special_names = true;
  std::string hosts_file;
};

}  // namespace tern::resolver::policy
