// A recursor over a simulated internet: a root, the zone example. on servers that a test makes and
// may break, and whatever else a test adds. Time is virtual. There is no service, so tests see only
// jobs, frames, queries and times.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/store.h"
#include "resolver/config/settings.h"
#include "resolver/policy/local_data_build.h"
#include "resolver/resolution/recursor.h"
#include "resolver/upstream/server_table.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/zone_server.h"
#include "tests/support/message_making.h"

namespace tern::resolver::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a client would get.
class HeardAnswer final : public resolution::Waiter {
 public:
  explicit HeardAnswer(Environment* environment)
      : environment_(environment), asked_(environment->Now()) {}
  void OnAnswer(const answer::Answer& answer) override {
    ++count;
    rcode = answer.rcode();
    error = answer.error();
    error_text = answer.error_text();
    latency = environment_->Now() - asked_;
    const answer::AnswerParts parts = answer.Parts();
    for (size_t i = 0; i < parts.count; ++i) {
      const EntryView entry = parts.parts[i];
      if (entry.kind() != cache::EntryKind::kRRset) continue;
      text += wire::ToText(entry.name()) + " " + wire::ToText(entry.type()) + " " +
              RecordLines(entry, entry.type());
    }
  }

  int count = 0;
  Rcode rcode = Rcode::kNoError;
  ExtendedError error = ExtendedError::kNone;
  std::string error_text;
  std::string text;  // one RRset per line: `www.example. A 192.0.2.1`
  Duration latency{0};

 private:
  Environment* environment_;
  Time asked_;
};

// Where tests put servers of example., and the root's records when there are one or two.
inline constexpr std::string_view kServerA = "192.0.2.1";
inline constexpr std::string_view kServerB = "192.0.2.2";
inline constexpr std::string_view kOneServer =
    "example. 3600 NS a.example.\na.example. 3600 A 192.0.2.1\n";
inline constexpr std::string_view kTwoServers =
    "example. 3600 NS a.example.\nexample. 3600 NS b.example.\n"
    "a.example. 3600 A 192.0.2.1\nb.example. 3600 A 192.0.2.2\n";

// example. with aliases of every kind: a chain, a loop, a DNAME, one that leads nowhere.
inline constexpr std::string_view kAliasZone =
    "www 300 A 203.0.113.1\nalias 300 CNAME www\na.b.c.d 300 A 203.0.113.3\n"
    "self 300 CNAME self\nloop1 300 CNAME loop2\nloop2 300 CNAME loop1\n"
    "old 300 DNAME new\nhost.new 300 A 203.0.113.4\ncut 300 CNAME gone\n";

class RecursorWorld {
 public:
  static constexpr std::string_view kRoot = "198.51.100.1";
  // Of every zone that Add adds.
  static constexpr std::string_view kSoa = "@ 3600 SOA ns root 1 3600 600 86400 300\n";

  explicit RecursorWorld(const sim::SimWorld::Options& options = {})
      : world_(options),
        store_({.memory_octets = size_t{8} << 20, .seed = 7}),
        table_(7, {{7, 8}}) {
    ResolutionSettings& resolution = settings_.resolution;
    resolution.root_hints.push_back({N("a.root."), {*IpAddress::Parse(kRoot)}});
    resolution.ipv6 = Ipv6Use::kOff;
    resolution.qname_minimisation = QnameMinimisation::kOff;
    settings_.dnssec.validation = Validation::kOff;
    reader_ = store_.Register();
  }

  config::Settings& settings() { return settings_; }
  sim::SimWorld& world() { return world_; }
  cache::Store& store() { return store_; }
  upstream::ServerTable& table() { return table_; }
  resolution::Recursor& recursor() { return *recursor_; }
  sim::ZoneServer& root() { return *root_; }

  // Adds a server of `zone` at the address.
  sim::ZoneServer* Add(std::string_view address, std::string_view zone, std::string_view text,
                       milliseconds round_trip = milliseconds(10)) {
    sim::ZoneServer& server = servers_.emplace_back(zone, std::string(kSoa) + std::string(text));
    const sim::Link link = {.latency = sim::Latency::Constant(Duration(round_trip) / 2)};
    world_.AddServer(address, &server, link);
    return &server;
  }
  // Adds a host that answers as the test says.
  void AddHost(std::string_view address, sim::SimServer* server) {
    world_.AddServer(address, server);
  }

  // `delegations` are the root's records.
  void Start(std::string_view delegations) {
    root_ = Add(kRoot, ".",
                std::string("@ 3600 NS a.root.\na.root. 3600 A ") + std::string(kRoot) + "\n" +
                    std::string(delegations));
    auto local = policy::BuildLocalData({.special_names = false, .hosts_file = ""}, {});
    if (!local.ok()) std::abort();
    recursor_ = std::make_unique<resolution::Recursor>(
        &store_, &table_, &world_,
        std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(settings_)),
        std::shared_ptr<const policy::LocalData>(std::move(*local)));
  }
  void Stop() { recursor_.reset(); }

  HeardAnswer* Ask(std::string_view name, RRType type) {
    HeardAnswer& heard = heard_.emplace_back(&world_);
    if (!recursor_->Ask(N(name), type, &heard)) return nullptr;
    return &heard;
  }
  // Asks, and waits at most ten seconds.
  HeardAnswer& Lookup(std::string_view name, RRType type = RRType::kA) {
    HeardAnswer* heard = Ask(name, type);
    if (heard == nullptr) std::abort();
    world_.RunUntil([heard] { return heard->count > 0; }, seconds(10));
    return *heard;
  }
  void Run(Duration duration) { world_.RunFor(duration); }
  // Whether everything that was begun has ended, with nothing left.
  bool IsAtRest() const {
    return recursor_->jobs_in_flight() == 0 && recursor_->frames_in_use() == 0 &&
           world_.open_exchanges() == 0 && world_.armed_timers() == 0;
  }

  // Upstream queries about `name`. If `address` is given, only those to it.
  size_t Queries(std::string_view name, std::string_view address = "") const {
    size_t count = 0;
    for (const sim::UpstreamQuery& query : world_.upstream()) {
      if (!query.name.view().Equals(N(name))) continue;
      if (address.empty() || query.server.address.ToText() == address) ++count;
    }
    return count;
  }

 private:
  sim::SimWorld world_;
  std::deque<sim::ZoneServer> servers_;
  config::Settings settings_;
  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
  upstream::ServerTable table_;
  sim::ZoneServer* root_ = nullptr;
  std::deque<HeardAnswer> heard_;
  std::unique_ptr<resolution::Recursor> recursor_;
};

}  // namespace tern::resolver::test
