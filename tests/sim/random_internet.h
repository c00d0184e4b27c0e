// A random internet: a tree of zones as they are found, the hosts that serve it, and how both go
// wrong and change over time. It keeps the history that the oracle judges by.
//
// Zones: one to five deep, several labels and empty non-terminals between them, name servers inside
// the zone, in the parent, in a sibling or anywhere else, with and without glue, lame ones, hosts
// of many zones, rarely a cycle; wildcards, aliases and renamings across zones, long names, odd
// octets, mixed case, unknown types, RRsets too large for UDP, TTLs down to 0.
//
// Thread: one. Bounds: kZonesMax zones at the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/base/resolution_settings.h"
#include "tests/sim/naive_oracle.h"
#include "tests/sim/seeded_random.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/zone.h"
#include "tests/sim/zone_server.h"

namespace tern::sim {

class RandomInternet {
 public:
  static constexpr size_t kZonesMax = 14;

  struct Host {
    wire::Name name;
    size_t home = 0;        // the zone that has its addresses
    size_t home_owner = 0;  // and whose
    std::vector<IpAddress> addresses;
    std::map<size_t, std::pair<size_t, size_t>> serves;  // zone -> owner, content
    bool sound = true;
    ZoneServer server;
  };
  struct Zone {
    wire::Name origin;
    size_t parent = 0;
    size_t depth = 0;
    std::vector<size_t> children;
    std::vector<size_t> hosts;       // serve it
    std::vector<size_t> lame_hosts;  // are named as if they did
    std::vector<PlainRecord> body;   // without SOA, NS and name servers' addresses
    size_t owner = 0;
    uint32_t ns_ttl = 3600;
    uint32_t soa_ttl = 3600;
    uint32_t soa_minimum = 300;
    bool sibling_glue = true;
    bool has_ds = false;  // in its parent
    bool in_cycle = false;
    bool exists = true;
  };

  // Draws all from the world's generator and adds the hosts to the world, which outlives it.
  RandomInternet(SimWorld* world, bool ipv6);

  const InternetHistory& history() const { return history_; }
  const std::vector<Zone>& zones() const { return zones_; }
  const std::deque<Host>& hosts() const { return hosts_; }
  const wire::Name& root_server() const { return hosts_[0].name; }
  const std::vector<IpAddress>& root_addresses() const { return hosts_[0].addresses; }

  // Replicas misbehave. With `leave_one`, each zone keeps a sound one.
  void AddFaults(bool leave_one);
  // A host gets another conduct, a zone another content or owner, or none any more.
  void ChangeSomething();
  // Replicas that lag behind come to what is due.
  void CatchUp();

  // To find a zone's name server takes look-ups `n` deep; more than kNestingMax: in a cycle.
  size_t GluelessDepth(size_t zone) const;
  static constexpr size_t kNestingMax = 9;

  wire::Name RandomName();  // often one that exists
  wire::RRType RandomType();

 private:
  struct Update {
    Time at;
    size_t host;
    size_t zone;
    size_t owner;
    size_t content;
  };

  std::string RandomLabel();
  wire::Name Below(wire::NameView parent, std::string_view label) const;
  wire::Name RandomTarget();
  uint32_t RandomTtl();
  void MakeZone(size_t parent);
  void MakeRoot();
  size_t NewHost(const wire::Name& name, size_t home);
  void ChooseHosts(size_t zone);
  bool MayServe(size_t host, size_t zone) const;
  void MakeCycle();
  void MakeBody(Zone* zone);
  void AddRandomRRset(Zone* zone, const wire::Name& owner);
  bool HasGlue(size_t zone, size_t host) const;
  std::vector<PlainRecord> RecordsOf(size_t zone) const;
  // A new content for the zone; the hosts come to it at once or, with `lag`, some of them later.
  void Publish(size_t zone, bool lag);
  void Serve(const Update& update);
  void StopServing(size_t host, size_t zone);
  void Retire();
  void FailZone(size_t zone);
  void Sell(size_t zone, bool to_nobody);
  bool ServesAbove(size_t host, size_t zone) const;

  SimWorld* world_;
  SeededRandom* random_;
  bool ipv6_;
  std::vector<Zone> zones_;
  std::deque<Host> hosts_;  // stable addresses
  InternetHistory history_;
  // By zone, owner, content, like the history.
  std::vector<std::vector<std::vector<std::shared_ptr<const sim::Zone>>>> served_;
  std::vector<Update> updates_;
  std::vector<wire::Name> known_names_;
  uint32_t serial_ = 1;
  uint32_t labels_made_ = 10;  // so that no random label is one of ns1 to ns3
  uint32_t addresses_made_ = 0;
};

}  // namespace tern::sim
