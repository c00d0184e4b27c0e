// What an operator can set, as plain values with their defaults. resolver/config reads them from
// the configuration file; a worker's loop sees one immutable snapshot at a time.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/ttl.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/limits.h"
#include "resolver/base/time.h"
#include "wire/name.h"

namespace tern::resolver {

// What the cookies of clients are made with.
using CookieSecret = std::array<uint8_t, 16>;

enum class Ipv6Use : uint8_t { kAuto, kOn, kOff };
enum class QnameMinimisation : uint8_t { kOff, kRelaxed, kStrict };

struct RootHint {
  wire::Name server;
  std::vector<IpAddress> addresses;
};

// What one client's question may cost in all, its nested look-ups included.
struct Budget {
  int upstream_queries = 64;
  int referrals = 130;
  int aliases = 11;          // links of a chain; one more is SERVFAIL
  int nesting = 8;           // look-ups of name servers' addresses inside one another
  int failed_addresses = 5;  // look-ups of name servers' addresses that were of no use
  Duration client_timeout = std::chrono::milliseconds(1800);
  Duration total_timeout = std::chrono::seconds(7);
};

// The first three are what one zone, one server and one question may take of a worker; they share
// its sockets, jobs and clients out. Workers need not ask one another: the hash of questions
// spreads every zone over all of them.
struct ResolutionLimits {
  int per_zone = 1024;       // questions that wait for one zone's servers
  int per_server = 2048;     // queries open to one address
  int waiters = 1024;        // clients and look-ups that wait for one question
  size_t jobs = 8192;        // questions a worker; nested look-ups may use a quarter more
  size_t name_servers = 13;  // that a delegation keeps
  size_t addresses = 6;      // of each family that are used of a name server
  int tries = 3;             // of one server over UDP, for one question (RFC 9520 section 3.1)
};

struct ResolutionSettings {
  std::vector<RootHint> root_hints;  // never empty once loaded
  uint16_t upstream_port = 53;
  bool ipv4 = true;
  Ipv6Use ipv6 = Ipv6Use::kAuto;
  QnameMinimisation qname_minimisation = QnameMinimisation::kRelaxed;
  bool case_randomisation = true;
  bool cookies = true;  // in queries to servers
  std::vector<Prefix> never_query;
  // Where queries to upstream_port would come back to this process. Not the operator's: the daemon
  // finds out.
  std::vector<Prefix> own;
  std::vector<IpAddress> outgoing;
  Budget budget;
  ResolutionLimits limits;
};

// A zone that is not looked for from the root: forwarders get RD=1 (a recursive service), stub
// servers RD=0 (authoritative for it).
struct StaticZone {
  wire::Name zone;
  std::vector<Endpoint> to;
  bool forward = false;
  bool first = false;  // forward only: iterate when the forwarders fail
};

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

struct CacheSettings {
  size_t memory_octets = size_t{256} << 20;
  cache::TtlPolicy ttl;
  // How long past its TTL an entry may serve where nobody answers (RFC 8767), and the TTL it has
  // then; seconds. 0: never.
  uint32_t max_stale = 86400;
  uint32_t stale_ttl = 30;
  // Popular entries are asked for again in the last tenth of their TTL.
  bool prefetch = true;
  // For how long a question that failed is not asked again: the first time, and at most when it
  // fails time after time; seconds, neither more than kFailureTtlMax.
  uint32_t min_failure_ttl = 5;
  uint32_t max_failure_ttl = 300;
};

struct LocalSettings {
  bool special_names = true;
  std::string hosts_file;
};

struct DnssecSettings {
  bool validation = true;
  std::string trust_anchors = "builtin";
  std::vector<wire::Name> negative_trust_anchors;
};

struct Settings {
  std::vector<Endpoint> listen;
  // Nobody wrote `listen`: an address family that this machine lacks may be left out.
  bool listen_is_builtin = false;
  int workers = 0;  // 0: one a processor this process may run on
  std::vector<Prefix> allow;
  RateLimitSettings rate_limit;
  bool require_cookies = false;               // of clients over UDP
  std::optional<CookieSecret> cookie_secret;  // none: drawn at random
  CacheSettings cache;
  ResolutionSettings resolution;
  DnssecSettings dnssec;
  LocalSettings local;
  std::vector<StaticZone> static_zones;
  // Where the file holds what only this machine can judge, for errors at the start: `FILE:7:3` by
  // key, such as `local.hosts_file` or `listen[0]`. Without what nobody wrote.
  std::map<std::string, std::string> places;
};

}  // namespace tern::resolver
