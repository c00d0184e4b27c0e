// The settings of the resolution: plain values with their defaults.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "wire/name.h"

namespace tern::resolver {

enum class Ipv6Use : uint8_t { kAuto, kOn, kOff };
enum class QnameMinimisation : uint8_t { kOff, kRelaxed, kStrict };

struct RootHint {
  wire::Name server;
  std::vector<IpAddress> addresses;
};

// The most that one client's question may cost in all, with its nested look-ups.
struct Budget {
  int upstream_queries = 64;
  int referrals = 130;
  int aliases = 11;          // links of a CNAME chain; one more is SERVFAIL
  int nesting = 8;           // look-ups of name servers' addresses inside one another
  int failed_addresses = 5;  // look-ups of name servers' addresses that gave no address
  Duration client_timeout = std::chrono::milliseconds(1800);  // then a stale answer serves
  Duration failure_timeout = std::chrono::seconds(5);         // then a client gets SERVFAIL
  Duration total_timeout = std::chrono::seconds(7);
};

// The first three limit what one zone, one server and one question may take of a worker. So its
// sockets, jobs and clients are shared fairly. Workers need no common count, because the hash of
// questions spreads every zone over all workers.
struct ResolutionLimits {
  int per_zone = 1024;       // questions that wait for the servers of one zone
  int per_server = 2048;     // queries open to one address
  int waiters = 1024;        // clients and look-ups that wait for one question
  size_t jobs = 8192;        // questions of a worker; nested look-ups may use a quarter more
  size_t name_servers = 13;  // kept of one delegation
  size_t addresses = 6;      // used of one name server, in each family
  int tries = 3;             // at one server over UDP for one question (RFC 9520 section 3.1)
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
  // The addresses at which a query to upstream_port would come back to this process. The daemon
  // finds them; an operator cannot set them.
  std::vector<Prefix> own;
  std::vector<IpAddress> outgoing;
  Budget budget;
  ResolutionLimits limits;
};

// A static zone: the configuration names the servers of the zone, so they are not looked for from
// the root. The servers of a forward zone are recursive and get queries with RD=1. The servers of a
// stub zone are authoritative for it and get RD=0.
struct StaticZone {
  wire::Name zone;
  std::vector<Endpoint> to;
  bool forward = false;
  bool first = false;     // forward zones only: iterate when the forwarders fail
  bool validate = false;  // also when all servers have private addresses
};

}  // namespace tern::resolver
