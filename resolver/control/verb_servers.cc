#include "resolver/control/verb_servers.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/error_text.h"
#include "resolver/policy/core_settings.h"
#include "resolver/upstream/zone_servers.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using upstream::ServerState;

double InMilliseconds(Duration time) { return static_cast<double>(time.count()) / 1000; }

int64_t SecondsSince(Time then, Time now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
}

std::string_view CookieWord(const ServerState& state, Time now) {
  if (state.takes_no_cookie) return "refuses";
  return state.GivesCookiesAt(now) ? "gives" : "unknown";
}

std::string_view CaseWord(const ServerState& state) {
  if (state.takes_no_capitals) return "refuses capitals";
  return state.keeps_no_case ? "not kept" : "kept";
}

// What the table of servers knows.
VerbJson StateJson(const Endpoint& server, const ServerState& state, Time now) {
  VerbJson json = {{"address", server.ToText()}};
  if (state.IsKnown()) {
    json["round_trip_ms"] = InMilliseconds(state.srtt);
    json["deviation_ms"] = InMilliseconds(state.rttvar);
    json["late_after_ms"] = InMilliseconds(state.Lateness());
  }
  json["silences"] = state.silences;
  json["dead"] = state.IsDeadAt(now);
  if (state.silences > 0) json["counts_as_slow_as_ms"] = InMilliseconds(state.penalty);
  if (state.HasAnswered()) json["answered_seconds_ago"] = SecondsSince(state.last_answer, now);
  if (state.last_silence != Time()) {
    json["silent_seconds_ago"] = SecondsSince(state.last_silence, now);
  }
  json["edns"] = !state.plain_dns;
  json["cookies"] = CookieWord(state, now);
  json["case"] = CaseWord(state);
  json["large_replies"] = !state.loses_large_replies;
  return json;
}

class ZoneTelling {
 public:
  ZoneTelling(const ControlSources& sources, const policy::CoreSettings& settings)
      : sources_(sources), settings_(settings), now_(sources.watched.now()) {}

  VerbJson Tell(wire::NameView name) {
    const cache::Instant now = StoreInstant(now_);
    servers_.Locate(*sources_.store, settings_, name, /*above=*/false, /*use_forward=*/true, now);
    zone_ = servers_.zone();
    VerbJson json = {{"zone", wire::ToText(zone_)}, {"known_from", Origin()}};
    if (servers_.delegation()) json["ttl"] = servers_.delegation().Remaining(now);
    json["somebody_forges"] = sources_.watched.servers->IsForged(zone_, now_);
    if (servers_.delegation()) {
      AddDelegated(now);
    } else if (servers_.static_zone() != nullptr) {
      for (const Endpoint& server : servers_.static_zone()->to) Add(std::string_view(), server);
    } else {
      for (const RootHint& hint : settings_.resolution.root_hints) {
        for (const IpAddress& address : hint.addresses) AddAddress(hint.server, address);
      }
    }
    json["servers"] = std::move(told_);
    return json;
  }

 private:
  std::string_view Origin() const {
    if (servers_.from_hints()) return "root hints";
    if (servers_.static_zone() == nullptr) return "delegation";
    return servers_.forwarded() ? "forward zone" : "stub zone";
  }

  void AddDelegated(cache::Instant now) {
    cache::NameServerCursor cursor = servers_.delegation().NameServers();
    cache::NameServerView server;
    while (cursor.Next(&server)) {
      const size_t before = told_.size();
      AddOctets(server.name, server.ipv4, 4);
      AddOctets(server.name, server.ipv6, 16);
      for (const wire::RRType type : {wire::RRType::kA, wire::RRType::kAAAA}) {
        AddKnown(server.name, type, now);
      }
      if (told_.size() == before) told_.push_back({{"name", wire::ToText(server.name)}});
    }
  }

  void AddKnown(wire::NameView name, wire::RRType type, cache::Instant now) {
    const cache::EntryView entry = sources_.store->Find(name, cache::KeySpace::kData, type);
    if (!entry || entry.kind() != cache::EntryKind::kRRset || !entry.IsFresh(now)) return;
    cache::RecordCursor cursor = entry.Records();
    std::span<const uint8_t> rdata;
    while (cursor.Next(&rdata)) AddOctets(name, rdata, rdata.size());
  }

  void AddOctets(wire::NameView name, std::span<const uint8_t> octets, size_t size) {
    for (size_t at = 0; at < octets.size(); at += size) {
      AddAddress(name, IpAddress::FromOctets(octets.subspan(at, size)));
    }
  }

  void AddAddress(wire::NameView name, const IpAddress& address) {
    Add(wire::ToText(name), {address, settings_.resolution.upstream_port});
  }

  // An address may be known as glue and from the server's own zone.
  void Add(std::string_view name, const Endpoint& server) {
    VerbJson json = VerbJson::object();
    if (!name.empty()) json["name"] = name;
    const upstream::ServerKey key = sources_.watched.servers->KeyOf(server);
    json.update(StateJson(server, sources_.watched.servers->Get(key), now_));
    const std::string address = json.value("address", "");
    for (const VerbJson& other : told_) {
      if (other.value("name", "") == name && other.value("address", "") == address) return;
    }
    const auto why = sources_.watched.servers->WhyLame(key, zone_, now_);
    json["lame"] = why == upstream::WhyAvoided::kLame;
    if (why) json["avoided"] = WordOf(*why);
    const bool is_configured = servers_.static_zone() != nullptr;
    json["may_be_asked"] = is_configured || upstream::MayAsk(server.address, settings_);
    json["family_broken"] = sources_.watched.servers->IsOfBrokenFamily(key);
    told_.push_back(std::move(json));
  }

  const ControlSources& sources_;
  const policy::CoreSettings& settings_;
  const Time now_;
  upstream::ZoneServers servers_;
  wire::Name zone_;
  VerbJson told_ = VerbJson::array();
};

VerbJson TellTroubled(const ControlSources& sources, const policy::CoreSettings& settings) {
  const Time now = sources.watched.now();
  VerbJson zones = VerbJson::array();
  for (const StaticZone& zone : *sources.watched.daemon->zones()) {
    zones.push_back(ZoneTelling(sources, settings).Tell(zone.zone));
  }
  VerbJson silent = VerbJson::array();
  for (const upstream::SilentServer& server : sources.watched.servers->ListSilent(kSilentTold)) {
    silent.push_back(StateJson(server.server, server.state, now));
  }
  return {{"zones", std::move(zones)}, {"silent", std::move(silent)}};
}

}  // namespace

VerbResult AnswerServers(const ControlSources& sources, const ControlRequest& request) {
  const auto settings = sources.steered->SettingsInForce();
  if (!settings.ok()) return settings.status();
  const std::unique_ptr<cache::Store::Reader> reader = sources.store->Register();
  if (reader == nullptr) return absl::ResourceExhaustedError("too many look into the cache");
  if (!request.Has("zone")) return TellTroubled(sources, **settings);
  const auto name = wire::ParseName(request.Text("zone"));
  if (request.Text("zone").empty() || !name.ok()) {
    return absl::InvalidArgumentError(
        Concat("zone: expected a domain name, found ", Quoted(request.Text("zone"))));
  }
  return ZoneTelling(sources, **settings).Tell(*name);
}

}  // namespace tern::resolver::control
