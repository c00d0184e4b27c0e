// How questions are resolved, as an operator can set it: plain values with their defaults.
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

// What one client's question may cost in all, its nested look-ups included.
struct Budget {
  int upstream_queries = 64;
  int referrals = 130;
  int aliases = 11;          // links of a chain; one more is SERVFAIL
  int nesting = 8;           // look-ups of name servers' addresses inside one another
  int failed_addresses = 5;  // look-ups of name servers' addresses that gave no address
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

}  // namespace tern::resolver
