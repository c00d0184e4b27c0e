// A random internet: a tree of zones and the hosts that serve it. Both go wrong and change over
// time. It keeps the history by which the oracle judges.
//
// - Zones are one to five deep, with several labels and empty non-terminals between them.
// - Name servers are inside the zone, in the parent, in a sibling or anywhere else, with and
//   without glue. Some are lame, some serve many zones, and rarely they form a cycle.
// - Data has wildcards, aliases and renamings across zones, long names, odd octets, mixed case,
//   unknown types, RRsets too large for UDP, and TTLs down to 0.
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
    size_t home_owner = 0;  // and the owner of that zone
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
    std::vector<size_t> hosts;       // they serve it
    std::vector<size_t> lame_hosts;  // they are its name servers but do not serve it
    std::vector<PlainRecord> body;   // without SOA, NS and name servers' addresses
    size_t owner = 0;
    uint32_t ns_ttl = 3600;
    uint32_t soa_ttl = 3600;
    uint32_t soa_minimum = 300;
    bool sibling_glue = true;
    bool has_ds = false;  // its parent has a DS for it
    bool in_cycle = false;
    bool exists = true;
  };

  // An address family whose packets go nowhere. Each host has an address of the other one.
  enum class DeadFamily : uint8_t { kNone, kIpv4, kIpv6 };
  // What servers may be like that dislike something about queries.
  struct Dislikes {
    bool in_any_way = true;  // false: only in ways that leave a try for a lost packet
    bool without_tcp = true;
    bool without_case = true;  // they do not copy the case
  };

  // Draws everything from the world's generator. Adds the hosts to the world, which outlives this
  // object.
  RandomInternet(SimWorld* world, bool ipv6, DeadFamily dead);

  const InternetHistory& history() const { return history_; }
  const std::vector<Zone>& zones() const { return zones_; }
  const std::deque<Host>& hosts() const { return hosts_; }
  const wire::Name& root_server() const { return hosts_[0].name; }
  const std::vector<IpAddress>& root_addresses() const { return hosts_[0].addresses; }

  // Makes replicas misbehave. With `leave_one`, each zone keeps a sound one.
  void AddFaults(bool leave_one);
  // Makes servers dislike capitals, cookies, EDNS, large replies or parts of names, or lack TCP.
  // Each zone keeps a server that answers, if it is asked in the right way.
  void AddDislikes(const Dislikes& allowed);
  // Whether some server has no TCP, and whether one fails where it should deny a type.
  bool has_dead_family() const { return dead_ != DeadFamily::kNone; }
  bool some_lack_tcp() const { return some_lack_tcp_; }
  bool some_fail_no_data() const { return some_fail_no_data_; }
  // Changes the behaviour of a host, or the content or owner of a zone, or takes one of these away.
  void ChangeSomething();
  // Replicas that lag behind now serve what is due.
  void CatchUp();

  // How deep the look-ups for a zone's name server are nested. More than kNestingMax: in a cycle.
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
  // Publishes a new content of the zone. The hosts serve it at once. With `lag`, some of them do so
  // later.
  void Publish(size_t zone, bool lag);
  void Serve(const Update& update);
  void StopServing(size_t host, size_t zone);
  void Retire();
  void FailZone(size_t zone);
  void Sell(size_t zone, bool to_nobody);
  bool ServesAbove(size_t host, size_t zone) const;
  void MakeDislike(const Dislikes& allowed, Conduct* conduct);
  // Each zone gets a server that is sound. A zone with more addresses than `addresses_max` gets one
  // that has no dislike either.
  void KeepOneSound(size_t addresses_max);

  SimWorld* world_;
  SeededRandom* random_;
  bool ipv6_;
  DeadFamily dead_;
  bool some_lack_tcp_ = false;
  bool some_fail_no_data_ = false;
  std::vector<Zone> zones_;
  std::deque<Host> hosts_;  // stable addresses
  InternetHistory history_;
  // By zone, owner and content, like the history.
  std::vector<std::vector<std::vector<std::shared_ptr<const sim::Zone>>>> served_;
  std::vector<Update> updates_;
  std::vector<wire::Name> known_names_;
  uint32_t serial_ = 1;
  uint32_t labels_made_ = 10;  // starts above ns1 to ns3, so no random label is one of them
  uint32_t addresses_made_ = 0;
};

}  // namespace tern::sim
