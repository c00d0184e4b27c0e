// How a random internet is made.
#include "tests/sim/random_internet.h"

#include <algorithm>

#include "wire/message.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using wire::NameView;
using wire::RRClass;
using wire::RRType;

constexpr auto kUnknownType = static_cast<RRType>(65280);

PlainRecord Record(const wire::Name& owner, RRType type, uint32_t ttl, Octets rdata) {
  return {owner, type, RRClass::kIN, ttl, std::move(rdata)};
}

Octets OctetsOf(const wire::Name& name) { return Octets(name.data(), name.data() + name.size()); }

void AppendU32(uint32_t value, Octets* octets) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    octets->push_back(static_cast<uint8_t>(value >> shift));
  }
}

Octets SoaRdata(const wire::Name& server, uint32_t serial, uint32_t minimum) {
  Octets rdata = OctetsOf(server);
  const Octets mailbox = OctetsOf(NameOf("hostmaster.invalid."));
  rdata.insert(rdata.end(), mailbox.begin(), mailbox.end());
  for (const uint32_t number : {serial, 7200u, 3600u, 604800u, minimum}) AppendU32(number, &rdata);
  return rdata;
}

}  // namespace

RandomInternet::RandomInternet(SimWorld* world, bool ipv6, DeadFamily dead)
    : world_(world), random_(world->random()), ipv6_(ipv6), dead_(dead) {
  MakeRoot();
  const size_t tlds = 1 + random_->Below(3);
  for (size_t i = 0; i < tlds; ++i) MakeZone(0);
  const size_t wanted = tlds + 2 + random_->Below(kZonesMax - 4);
  while (zones_.size() < wanted) {
    const size_t parent = 1 + random_->Below(zones_.size() - 1);
    if (zones_[parent].depth < 5) MakeZone(parent);
  }
  if (random_->Chance(0.05)) MakeCycle();
  for (Zone& zone : zones_) MakeBody(&zone);
  for (size_t i = 0; i < zones_.size(); ++i) Publish(i, false);
}

std::string RandomInternet::RandomLabel() {
  static constexpr std::string_view kOdd[] = {"a.b", "\\", "A\"b", "x y", "_u", "-", "@", "$x"};
  // The number makes each label unique.
  std::string label = std::to_string(labels_made_++);
  for (uint64_t letters = 1 + random_->Below(6); letters > 0; --letters) {
    label.insert(label.begin(), static_cast<char>('a' + random_->Below(26)));
  }
  if (random_->Chance(0.05)) label += kOdd[random_->Below(std::size(kOdd))];
  if (random_->Chance(0.03)) {
    label += static_cast<char>(random_->Below(256));
    label += '\0';
  }
  if (random_->Chance(0.03)) label.append(63 - label.size(), 'l');
  if (random_->Chance(0.1)) label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

wire::Name RandomInternet::Below(NameView parent, std::string_view label) const {
  wire::Name name(parent);
  (void)name.Prepend(label);  // a name that is too long does not change
  return name;
}

uint32_t RandomInternet::RandomTtl() {
  static constexpr uint32_t kTtls[] = {0, 1, 30, 60, 300, 300, 300, 3600, 3600, 172800};
  return kTtls[random_->Below(std::size(kTtls))];
}

size_t RandomInternet::NewHost(const wire::Name& name, size_t home) {
  Host& host = hosts_.emplace_back();
  host.name = name;
  host.home = home;
  host.home_owner = zones_.empty() ? 0 : zones_[home].owner;
  const uint32_t number = ++addresses_made_;
  const auto high = static_cast<uint8_t>(number >> 8);
  const auto low = static_cast<uint8_t>(number);
  const bool with_ipv6 = dead_ == DeadFamily::kIpv4 || random_->Chance(0.3);
  if (!with_ipv6 || !ipv6_ || dead_ == DeadFamily::kIpv6 || random_->Chance(0.5)) {
    const uint8_t octets[4] = {198, 18, high, low};
    host.addresses.push_back(IpAddress::FromOctets(octets));
  }
  if (with_ipv6) {
    const uint8_t octets[16] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low};
    host.addresses.push_back(IpAddress::FromOctets(octets));
  }
  host.server.conduct().minimal = random_->Chance(0.5);
  if (random_->Chance(0.2)) {
    host.server.conduct().payload_max = static_cast<uint16_t>(512 + random_->Below(720));
  }
  for (const IpAddress& address : host.addresses) {
    if (dead_ == (address.IsIpv4() ? DeadFamily::kIpv4 : DeadFamily::kIpv6)) continue;
    world_->AddServer(address.ToText(), &host.server);
  }
  return hosts_.size() - 1;
}

void RandomInternet::MakeRoot() {
  Zone root;
  root.hosts.push_back(NewHost(NameOf("k.root-servers.net."), 0));
  root.ns_ttl = 518400;
  root.soa_ttl = 86400;
  zones_.push_back(std::move(root));
  history_.push_back({wire::Name(), {{}}});
  served_.push_back({{}});
}

void RandomInternet::MakeZone(size_t parent) {
  Zone zone;
  zone.parent = parent;
  zone.depth = zones_[parent].depth + 1;
  zone.origin = zones_[parent].origin;
  // Cuts that are more than one label apart leave empty non-terminals between them.
  const uint64_t labels = parent == 0 || random_->Chance(0.75) ? 1 : 2 + random_->Below(2);
  for (uint64_t i = 0; i < labels; ++i) zone.origin = Below(zone.origin, RandomLabel());
  if (zone.origin.view().Equals(zones_[parent].origin)) return;
  static constexpr uint32_t kNsTtls[] = {60, 300, 3600, 3600, 172800};
  zone.ns_ttl = random_->Chance(0.02) ? static_cast<uint32_t>(random_->Below(2))
                                      : kNsTtls[random_->Below(std::size(kNsTtls))];
  zone.soa_ttl = RandomTtl();
  zone.soa_minimum = RandomTtl();
  zone.sibling_glue = random_->Chance(0.7);
  zone.has_ds = random_->Chance(0.3);
  const size_t number = zones_.size();
  zones_.push_back(std::move(zone));
  zones_[parent].children.push_back(number);
  history_.push_back({zones_[number].origin, {{}}});
  served_.push_back({{}});
  ChooseHosts(number);
}

bool RandomInternet::ServesAbove(size_t host, size_t zone) const {
  for (size_t above = zone; above != 0;) {
    above = zones_[above].parent;
    const std::vector<size_t>& hosts = zones_[above].hosts;
    if (std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return true;
  }
  return false;
}

// A server answers for the nearest zone that it has, and ignores cuts that it does not know. So if
// it serves zones above, it must serve all zones between them too.
bool RandomInternet::MayServe(size_t host, size_t zone) const {
  if (!ServesAbove(host, zone)) return true;
  const std::vector<size_t>& hosts = zones_[zones_[zone].parent].hosts;
  return std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

void RandomInternet::ChooseHosts(size_t number) {
  const size_t parent = zones_[number].parent;
  const bool top = parent == 0;
  for (uint64_t left = 1 + random_->Below(3); left > 0; --left) {
    const double way = random_->Unit();
    size_t host = 0;
    if (way < 0.15) {
      host = random_->Below(hosts_.size());  // has other zones already
      if (!MayServe(host, number)) continue;
    } else if (way < 0.3 && !top) {
      host = NewHost(Below(zones_[parent].origin, RandomLabel()), parent);
    } else if (way < 0.45 && !top) {
      const size_t home = 1 + random_->Below(number - 1);
      host = NewHost(Below(zones_[home].origin, RandomLabel()), home);
    } else {
      host = NewHost(Below(zones_[number].origin, "ns" + std::to_string(left)), number);
    }
    std::vector<size_t>& hosts = zones_[number].hosts;
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  }
  if (zones_[number].hosts.empty()) {
    zones_[number].hosts.push_back(NewHost(Below(zones_[number].origin, "ns"), number));
  }
  if (random_->Chance(0.05)) {
    const size_t lame = random_->Below(hosts_.size());
    const std::vector<size_t>& hosts = zones_[number].hosts;
    if (std::find(hosts.begin(), hosts.end(), lame) == hosts.end() && !ServesAbove(lame, number)) {
      zones_[number].lame_hosts.push_back(lame);
    }
  }
}

// Two zones whose name servers are in each other.
void RandomInternet::MakeCycle() {
  std::vector<size_t> leaves;
  for (size_t i = 1; i < zones_.size(); ++i) {
    if (zones_[i].children.empty()) leaves.push_back(i);
  }
  if (leaves.size() < 2) return;
  const size_t a = leaves[random_->Below(leaves.size())];
  const size_t b = leaves[random_->Below(leaves.size())];
  if (a == b) return;
  for (const auto& [zone, home] : {std::pair(a, b), std::pair(b, a)}) {
    zones_[zone].in_cycle = true;
    zones_[zone].sibling_glue = false;
    zones_[zone].lame_hosts.clear();
    zones_[zone].hosts = {NewHost(Below(zones_[home].origin, "cyc"), home)};
  }
}

wire::Name RandomInternet::RandomTarget() {
  if (!known_names_.empty() && random_->Chance(0.6)) {
    return known_names_[random_->Below(known_names_.size())];
  }
  const Zone& zone = zones_[random_->Below(zones_.size())];
  return random_->Chance(0.5) ? zone.origin : Below(zone.origin, RandomLabel());
}

void RandomInternet::AddRandomRRset(Zone* zone, const wire::Name& owner) {
  const uint32_t ttl = RandomTtl();
  const auto add = [&](RRType type, Octets rdata) {
    zone->body.push_back(Record(owner, type, ttl, std::move(rdata)));
  };
  const auto octets = [&](size_t size) {
    Octets made(size);
    for (uint8_t& octet : made) octet = static_cast<uint8_t>(random_->Next());
    return made;
  };
  switch (random_->Below(8)) {
    case 0:
    case 1:
    case 2:
      for (uint64_t n = 1 + random_->Below(4); n > 0; --n) add(RRType::kA, octets(4));
      // The lowest TTL of a set counts (RFC 2181 section 5.2).
      if (random_->Chance(0.1)) zone->body.back().ttl = RandomTtl();
      return;
    case 3:
      for (uint64_t n = 1 + random_->Below(2); n > 0; --n) add(RRType::kAAAA, octets(16));
      return;
    case 4: {
      Octets rdata = {0, 10};
      const Octets target = OctetsOf(RandomTarget());
      rdata.insert(rdata.end(), target.begin(), target.end());
      add(RRType::kMX, std::move(rdata));
      return;
    }
    case 5:
      add(kUnknownType, octets(random_->Below(40)));
      return;
    default: {
      // Some are too large for UDP.
      for (uint64_t n = random_->Chance(0.3) ? 8 + random_->Below(20) : 1; n > 0; --n) {
        Octets text = octets(1 + random_->Below(200));
        text[0] = static_cast<uint8_t>(text.size() - 1);
        text.insert(text.end(), {4, 'n', static_cast<uint8_t>(n), 'x', 'y'});
        add(RRType::kTXT, std::move(text));
      }
      return;
    }
  }
}

void RandomInternet::MakeBody(Zone* zone) {
  zone->body.clear();
  const uint64_t nodes = zone->depth == 0 ? random_->Below(2) : 2 + random_->Below(6);
  for (uint64_t i = 0; i < nodes; ++i) {
    wire::Name owner = zone->origin;
    const uint64_t labels = random_->Chance(0.03) ? 1 + random_->Below(12) : 1 + random_->Below(2);
    for (uint64_t n = 0; n < labels; ++n) owner = Below(owner, RandomLabel());
    if (owner.view().Equals(zone->origin)) continue;
    known_names_.push_back(owner);
    const double way = random_->Unit();
    if (way < 0.12) owner = Below(owner, "*");
    if (way > 0.8) {
      const RRType type = way > 0.93 && zone->depth > 0 ? RRType::kDNAME : RRType::kCNAME;
      zone->body.push_back(Record(owner, type, RandomTtl(), OctetsOf(RandomTarget())));
      continue;
    }
    AddRandomRRset(zone, owner);
    if (random_->Chance(0.3)) {
      Zone other;
      AddRandomRRset(&other, owner);
      // One RRset per type.
      const RRType type = other.body.front().type;
      if (std::none_of(zone->body.begin(), zone->body.end(),
                       [&](const PlainRecord& r) { return r.owner == owner && r.type == type; })) {
        zone->body.insert(zone->body.end(), other.body.begin(), other.body.end());
      }
    }
  }
}

bool RandomInternet::HasGlue(size_t zone, size_t host) const {
  const NameView parent = zones_[zones_[zone].parent].origin;
  const NameView name = hosts_[host].name;
  if (name.IsSubdomainOf(zones_[zone].origin)) return true;
  return name.IsSubdomainOf(parent) && (zones_[zone].sibling_glue || hosts_[host].home == 0 ||
                                        hosts_[host].home == zones_[zone].parent);
}

std::vector<PlainRecord> RandomInternet::RecordsOf(size_t number) const {
  const Zone& zone = zones_[number];
  std::vector<PlainRecord> records = zone.body;
  std::vector<size_t> addresses_of;  // hosts
  const auto name_servers = [&](size_t of) {
    for (const std::vector<size_t>* hosts : {&zones_[of].hosts, &zones_[of].lame_hosts}) {
      for (const size_t host : *hosts) {
        records.push_back(
            Record(zones_[of].origin, RRType::kNS, zones_[of].ns_ttl, OctetsOf(hosts_[host].name)));
        if (of != number && HasGlue(of, host)) addresses_of.push_back(host);
      }
    }
  };
  records.push_back(Record(zone.origin, RRType::kSOA, zone.soa_ttl,
                           SoaRdata(hosts_[zone.hosts[0]].name, serial_, zone.soa_minimum)));
  name_servers(number);
  for (const size_t child : zone.children) {
    if (!zones_[child].exists) continue;
    name_servers(child);
    if (!zones_[child].has_ds) continue;
    Octets ds = {0, 1, 8, 2};
    ds.resize(36, 7);
    records.push_back(Record(zones_[child].origin, RRType::kDS, zones_[child].ns_ttl, ds));
  }
  for (size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].home == number && hosts_[i].home_owner == zone.owner) addresses_of.push_back(i);
  }
  std::sort(addresses_of.begin(), addresses_of.end());
  addresses_of.erase(std::unique(addresses_of.begin(), addresses_of.end()), addresses_of.end());
  for (const size_t host : addresses_of) {
    for (const IpAddress& address : hosts_[host].addresses) {
      records.push_back(Record(hosts_[host].name, address.IsIpv4() ? RRType::kA : RRType::kAAAA,
                               3600, Octets(address.octets, address.octets + address.size)));
    }
  }
  return records;
}

size_t RandomInternet::GluelessDepth(size_t zone) const {
  size_t depth = 0;
  for (size_t at = zone; at != 0; at = zones_[at].parent) {
    if (zones_[at].in_cycle) return kNestingMax + 1;
    for (const size_t host : zones_[at].hosts) {
      if (!HasGlue(at, host)) depth = std::max(depth, 1 + GluelessDepth(hosts_[host].home));
    }
  }
  return depth;
}

wire::Name RandomInternet::RandomName() {
  const double way = random_->Unit();
  wire::Name name = zones_[random_->Below(zones_.size())].origin;
  if (way < 0.75) name = known_names_[random_->Below(known_names_.size())];
  if (way > 0.6 && way < 0.9) name = Below(name, RandomLabel());
  if (way > 0.7 && way < 0.75)
    name = name.view().IsRoot() ? name : wire::Name(name.view().Parent());
  if (random_->Chance(0.3)) {
    const uint64_t bits[4] = {random_->Next(), random_->Next(), random_->Next(), random_->Next()};
    name.RandomiseCase(bits);
  }
  return name;
}

RRType RandomInternet::RandomType() {
  static constexpr RRType kTypes[] = {RRType::kA,    RRType::kA,     RRType::kA,     RRType::kA,
                                      RRType::kAAAA, RRType::kTXT,   RRType::kMX,    kUnknownType,
                                      RRType::kNS,   RRType::kCNAME, RRType::kDNAME, RRType::kSOA,
                                      RRType::kDS,   RRType::kTXT};
  return kTypes[random_->Below(std::size(kTypes))];
}

}  // namespace tern::sim
