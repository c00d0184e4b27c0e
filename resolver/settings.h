// What an operator can set, as plain values with their defaults. resolver/server reads them from
// the configuration file; a worker's loop sees one immutable snapshot at a time.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/ttl.h"
#include "resolver/endpoint.h"
#include "resolver/time.h"
#include "wire/name.h"

namespace tern::resolver {

enum class Ipv6Use : uint8_t { kAuto, kOn, kOff };
enum class QnameMinimisation : uint8_t { kOff, kRelaxed, kStrict };

struct RootHint {
  wire::Name server;
  std::vector<IpAddress> addresses;
};

struct Budget {
  int upstream_queries = 64;
  Duration client_timeout = std::chrono::milliseconds(1800);
  Duration total_timeout = std::chrono::seconds(7);
};

struct ResolutionSettings {
  std::vector<RootHint> root_hints;  // never empty once loaded
  uint16_t upstream_port = 53;
  bool ipv4 = true;
  Ipv6Use ipv6 = Ipv6Use::kAuto;
  QnameMinimisation qname_minimisation = QnameMinimisation::kRelaxed;
  bool case_randomisation = true;
  std::vector<Prefix> never_query;
  // Where queries to upstream_port would come back to this process. Not the operator's: the daemon
  // finds out.
  std::vector<Prefix> own;
  std::vector<IpAddress> outgoing;
  Budget budget;
};

// A zone that is not looked for from the root: forwarders get RD=1 (a recursive service), stub
// servers RD=0 (authoritative for it).
struct StaticZone {
  wire::Name zone;
  std::vector<Endpoint> to;
  bool forward = false;
  bool first = false;  // forward only: iterate when the forwarders fail
};

struct CacheSettings {
  size_t memory_octets = size_t{256} << 20;
  cache::TtlPolicy ttl;
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
