// The verbs with which operators look into ternd: top, stuck, servers, cache look, cache dump.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/control/control_verbs.h"
#include "resolver/control/glance.h"
#include "resolver/control/verb_servers.h"
#include "resolver/control/verb_stuck.h"
#include "resolver/service/recent_traffic.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::control {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::RRType;

constexpr Time kLookNow(seconds(1000));
Time Now() { return kLookNow; }
wire::Name N(std::string_view text) { return *wire::ParseName(text); }

class SettingsOnly final : public Steered {
 public:
  absl::StatusOr<DaemonStatus> ReadStatus() override { return DaemonStatus(); }
  absl::StatusOr<ReloadReport> Reload() override { return ReloadReport(); }
  absl::StatusOr<std::vector<EventFile>> ReopenFiles() override { return std::vector<EventFile>(); }
  absl::StatusOr<SettingsNow> ReadSettings() override { return SettingsNow(); }
  absl::StatusOr<ChangeReport> Change(const SettingsEdit&) override { return ChangeReport(); }
  absl::Status Drain(bool) override { return absl::OkStatus(); }
  absl::Status Stop() override { return absl::OkStatus(); }
  absl::StatusOr<UpgradeReport> Upgrade() override { return absl::UnavailableError("no upgrade"); }
  absl::StatusOr<std::shared_ptr<const policy::CoreSettings>> SettingsInForce() override {
    return settings;
  }
  absl::StatusOr<uint64_t> Flush(const FlushWish&) override { return 0; }

  std::shared_ptr<policy::CoreSettings> settings = std::make_shared<policy::CoreSettings>();
};

class QuietCounters final : public CounterSource {
 public:
  CounterSnapshot ReadCounters() const override { return {}; }
};

class QuietTraffic final : public service::TrafficSource {
 public:
  service::Traffic ReadTraffic(Time) const override { return {}; }
};

class LookingVerbsTest : public testing::Test {
 protected:
  LookingVerbsTest() : reader_(store_.Register()) {
    daemon_.settings->resolution.root_hints.push_back(
        {N("a.root."), {*IpAddress::Parse("198.51.100.1")}});
  }

  Json Say(const Json& request) {
    const std::string line = AnswerControl(
        {.steered = &daemon_, .store = &store_, .watched = Watched()}, request.dump());
    return Json::parse(line);
  }
  Sources Watched() {
    return {.counters = &counters_,
            .store = &store_,
            .servers = &servers_,
            .daemon = &state_,
            .looks = looks_,
            .events = &events_,
            .traffic = &traffic_,
            .ranges = &ranges_,
            .sockets = [] { return io::SocketBounds(); },
            .zone_counts = [] { return upstream::ZoneCountSums(); },
            .log = [] { return LogCounts(); },
            .workers = 2,
            .now = &Now,
            .unix_now = [] { return int64_t{70}; }};
  }
  Json Result(const Json& request) {
    const Json answer = Say(request);
    EXPECT_EQ(answer["ok"], true) << answer;
    return answer["result"];
  }

  // An RRset of A records, learnt `age` seconds ago with that TTL.
  void PutAddress(std::string_view name, std::string_view address, uint32_t ttl = 300,
                  uint32_t age = 0, cache::Security security = cache::Security::kUnchecked) {
    alignas(8) uint8_t octets[512];
    cache::EntryBuilder builder(octets);
    const IpAddress ip = *IpAddress::Parse(address);
    ASSERT_TRUE(builder.StartRRset(N(name), RRType::kA, ttl, Before(age),
                                   cache::Rank::kAnswerAuthoritative));
    ASSERT_TRUE(builder.AddRecord({ip.octets, 4}));
    builder.SetSecurity(security);
    store_.Put(builder.Finish(), Before(age));
  }
  void PutDelegation(std::string_view zone, std::string_view server, std::string_view address) {
    alignas(8) uint8_t octets[512];
    cache::EntryBuilder builder(octets);
    ASSERT_TRUE(builder.StartDelegation(N(zone), 3600, Before(0)));
    const IpAddress ip = *IpAddress::Parse(address);
    ASSERT_TRUE(builder.AddNameServer(N(server), {ip.octets, 4}, {}));
    store_.Put(builder.Finish(), Before(0));
  }
  static cache::Instant Before(uint32_t age) {
    return StoreInstant(kLookNow - seconds(static_cast<int64_t>(age)));
  }

  SettingsOnly daemon_;
  cache::Store store_{{.memory_octets = size_t{8} << 20, .seed = 3}};
  std::unique_ptr<cache::Store::Reader> reader_;
  upstream::ServerTable servers_{3, {{1, 2}}};
  DaemonState state_{0};
  WorkerLooks no_worker_{{}, &Now};
  WorkerLooks* looks_ = &no_worker_;
  QuietCounters counters_;
  QuietTraffic traffic_;
  EventCounts events_{1};
  dnssec::AggressiveIndex ranges_{1 << 20, 1};
};

resolution::QuestionInFlight Question(std::string_view name, milliseconds age) {
  resolution::QuestionInFlight question;
  question.asked_at = kLookNow - age;
  question.clients = 1;
  question.steps.push_back({.name = N(name),
                            .type = RRType::kA,
                            .zone = N("example."),
                            .has_answer = false,
                            .asked = {}});
  return question;
}

TEST(InFlightJsonTest, TheOldestOfAllWorkersComesFirst) {
  resolution::InFlight one;
  one.oldest = {Question("b.", milliseconds(300)), Question("d.", milliseconds(100))};
  resolution::InFlight other;
  other.oldest = {Question("a.", milliseconds(400)), Question("c.", milliseconds(200))};
  other.oldest[0].steps[0].asked.push_back({.server = *Endpoint::Parse("192.0.2.1:53", 53),
                                            .sent = kLookNow - milliseconds(250),
                                            .transport = Transport::kTcp,
                                            .is_late = true});
  const Json json =
      InFlightJson({{std::make_shared<const resolution::InFlight>(one), std::nullopt},
                    {std::make_shared<const resolution::InFlight>(other), std::nullopt},
                    {nullptr, milliseconds(500)}},
                   kLookNow);
  std::string names;
  for (const Json& question : json["questions"]) names += question["name"].get<std::string>();
  EXPECT_EQ(names, "a.b.c.d.");
  EXPECT_EQ(json["questions"][0]["age_ms"], 400);
  EXPECT_EQ(json["questions"][0]["worker"], 1);
  const Json& step = json["questions"][0]["steps"][0];
  EXPECT_EQ(step["waits_for"], "servers");
  EXPECT_EQ(
      step["asked"][0],
      Json({{"server", "192.0.2.1:53"}, {"transport", "tcp"}, {"since_ms", 250}, {"late", true}}));
  EXPECT_EQ(json["questions"][1]["steps"][0]["waits_for"], "turn");
  EXPECT_EQ(json["silent_workers"], Json::array({Json({{"worker", 2}, {"silent_ms", 500}})}));
}

TEST(InFlightJsonTest, AHundredAreTold) {
  auto all = std::make_shared<resolution::InFlight>();
  all->of_clients = 100;
  for (int i = 0; i < 100; ++i) all->oldest.push_back(Question("x.", milliseconds(i)));
  const Json json = InFlightJson({{all, std::nullopt}, {all, std::nullopt}}, kLookNow);
  EXPECT_EQ(json["questions"].size(), 100u);
  EXPECT_EQ(json["asked_by_clients"], 200);
}

TEST_F(LookingVerbsTest, StuckAsksTheWorkers) {
  EXPECT_EQ(Result({{"verb", "stuck"}})["questions"], Json::array());
}

TEST_F(LookingVerbsTest, TopIsWhatThePageShows) {
  const Json top = Result({{"verb", "top"}});
  EXPECT_EQ(top["workers"], 2);
  EXPECT_EQ(top["unix"], 70);
  Json page = Json::parse(GlanceText(TakeGlance(Watched(), milliseconds(0))));
  page["process"] = top["process"];  // it goes on
  EXPECT_EQ(page, top);
}

TEST_F(LookingVerbsTest, StatsAreAllMetrics) {
  const Json stats = Result({{"verb", "stats"}});
  for (const char* const name :
       {"tern_jobs_total", "tern_turned_away_total{reason=\"access\"}",
        "tern_query_log_lines_total", "tern_cache_evictions_total{reason=\"room\"}",
        "tern_config_generation", "process_resident_memory_bytes"}) {
    EXPECT_TRUE(stats.contains(name)) << name << stats.dump(1);
  }
}

// A look that is the first one, or one of few, shows what is in flight all the same.
TEST_F(LookingVerbsTest, TopGivesTheWorkersTimeToAnswer) {
  Json oldest = Json::array();
  // It waits for less than a machine may stand still.
  for (int i = 0; i < 5 && oldest.empty(); ++i) {
    std::vector<std::jthread> workers;
    WorkerLooks looks({[&workers](InFlightAnswer answer) {
                        workers.emplace_back([answer = std::move(answer)] {
                          std::this_thread::sleep_for(milliseconds(20));
                          auto in_flight = std::make_shared<resolution::InFlight>();
                          in_flight->oldest = {Question("slow.example.", milliseconds(300))};
                          answer(std::move(in_flight));
                        });
                      }},
                      &Now);
    looks_ = &looks;
    oldest = Result({{"verb", "top"}})["in_flight"]["oldest"];
  }
  ASSERT_EQ(oldest.size(), 1u);
  EXPECT_EQ(oldest[0]["name"], "slow.example.");
}

TEST_F(LookingVerbsTest, ALookShowsEveryEntryOfTheName) {
  PutAddress("www.example.", "192.0.2.1", 300, 40, cache::Security::kSecure);
  PutDelegation("www.example.", "ns.www.example.", "192.0.2.9");
  PutAddress("other.example.", "192.0.2.2");
  const Json all = Result({{"verb", "cache look"}, {"name", "WWW.example"}})["entries"];
  ASSERT_EQ(all.size(), 2u);
  const Json entries =
      Result({{"verb", "cache look"}, {"name", "www.example."}, {"type", "A"}})["entries"];
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0]["kind"], "records");
  EXPECT_EQ(entries[0]["ttl"], 260);
  EXPECT_EQ(entries[0]["original_ttl"], 300);
  EXPECT_EQ(entries[0]["security"], "secure");
  EXPECT_EQ(entries[0]["learnt_from"], "answer");
  EXPECT_EQ(entries[0]["records"], Json::array({"192.0.2.1"}));
  EXPECT_FALSE(entries[0].contains("stale_for"));
  const Json cut =
      Result({{"verb", "cache look"}, {"name", "www.example."}, {"type", "NS"}})["entries"];
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0]["name_servers"][0]["glue"], Json::array({"192.0.2.9"}));
}

TEST_F(LookingVerbsTest, ALookSaysForHowLongAnEntryIsStale) {
  PutAddress("old.example.", "192.0.2.1", 300, 320, cache::Security::kBogus);
  const Json entry = Result({{"verb", "cache look"}, {"name", "old.example."}})["entries"][0];
  EXPECT_EQ(entry["ttl"], 0);
  EXPECT_EQ(entry["stale_for"], 20);
  EXPECT_EQ(entry["security"], "bogus");
}

TEST_F(LookingVerbsTest, ALookThatIsNotClearIsAnError) {
  for (const Json& request :
       {Json({{"verb", "cache look"}}), Json({{"verb", "cache look"}, {"name", ""}}),
        Json({{"verb", "cache look"}, {"name", "a..b"}}),
        Json({{"verb", "cache look"}, {"name", "a"}, {"type", "NO"}}),
        Json({{"verb", "servers"}, {"zone", "a..b"}}), Json({{"verb", "servers"}, {"zone", ""}})}) {
    EXPECT_EQ(Say(request)["ok"], false) << request;
  }
}

TEST_F(LookingVerbsTest, ADumpInPiecesHasEveryEntryOnce) {
  constexpr int kEntries = 20'000;
  for (int i = 0; i < kEntries; ++i) {
    PutAddress(Concat("n", i, ".example."), "192.0.2.1");
    reader_->Quiescent();
  }
  std::multiset<std::string> names;
  int pieces = 0;
  Json request = {{"verb", "cache dump"}};
  for (;;) {
    const Json piece = Result(request);
    EXPECT_LT(piece.dump().size(), size_t{2} << 20);
    for (const Json& entry : piece["entries"]) names.insert(entry["name"]);
    ++pieces;
    if (!piece.contains("next")) break;
    request["from"] = piece["next"];
  }
  EXPECT_GT(pieces, 3);
  EXPECT_EQ(names.size(), size_t{kEntries});
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), size_t{kEntries});
}

TEST_F(LookingVerbsTest, APlaceThatAClientMadeUpDoesNoHarm) {
  for (int i = 0; i < 2000; ++i) PutAddress(Concat("n", i, ".example."), "192.0.2.1");
  for (const char* from :
       {"0.0.0", "0.0.1", "0.2.9223372036854775808", "0.0.18446744073709551615", "0.99.0",
        "99999999999.0.0", "18446744073709551615.18446744073709551615.18446744073709551615"}) {
    EXPECT_EQ(Say({{"verb", "cache dump"}, {"from", from}})["ok"], true) << from;
  }
  for (const char* from : {"", "0", "0.0", "0.0.0.0", "0.0.-1", "a.b.c", "0.0.99999999999999999999",
                           " 0.0.0", "0.0.0 "}) {
    EXPECT_EQ(Say({{"verb", "cache dump"}, {"from", from}})["ok"], false) << from;
  }
}

TEST_F(LookingVerbsTest, AFailureThatWasKeptWithoutATextHasTheNameOfItsError) {
  const auto reason_of = [this](std::string_view name, wire::ExtendedError error,
                                std::string_view text) {
    alignas(8) uint8_t octets[512];
    cache::EntryBuilder builder(octets);
    EXPECT_TRUE(builder.StartFailure(N(name), RRType::kA, error, 1, 5, Before(0), text));
    store_.Put(builder.Finish(), Before(0));
    return Result({{"verb", "cache look"}, {"name", name}})["entries"][0];
  };
  const Json silent = reason_of("a.", wire::ExtendedError::kNoReachableAuthority, "");
  EXPECT_EQ(silent["reason"], "No Reachable Authority");
  EXPECT_EQ(silent["extended_error"], 22);
  EXPECT_EQ(reason_of("b.", wire::ExtendedError::kOther, "why")["reason"], "why");
  const Json none = reason_of("c.", wire::ExtendedError::kNone, "");
  EXPECT_EQ(none["reason"], "no reason was kept");
  EXPECT_FALSE(none.contains("extended_error"));
}

TEST_F(LookingVerbsTest, ServersOfTheNearestZoneWithWhatIsKnownOfThem) {
  PutDelegation("example.", "ns.example.", "192.0.2.1");
  const Endpoint server = *Endpoint::Parse("192.0.2.1:53", 53);
  const upstream::ServerKey key = servers_.KeyOf(server);
  servers_.NoteAnswer(key, milliseconds(40), kLookNow - seconds(9));
  servers_.NoteSilence(server, key, milliseconds(300), kLookNow - seconds(2));
  servers_.NoteLame(key, N("example."), seconds(60), kLookNow);
  const Json zone = Result({{"verb", "servers"}, {"zone", "www.example."}});
  EXPECT_EQ(zone["zone"], "example.");
  EXPECT_EQ(zone["known_from"], "delegation");
  ASSERT_EQ(zone["servers"].size(), 1u);
  const Json& told = zone["servers"][0];
  EXPECT_EQ(told["name"], "ns.example.");
  EXPECT_EQ(told["address"], "192.0.2.1:53");
  EXPECT_EQ(told["round_trip_ms"], 40.0);
  EXPECT_EQ(told["silences"], 1);
  EXPECT_EQ(told["answered_seconds_ago"], 9);
  EXPECT_EQ(told["silent_seconds_ago"], 2);
  EXPECT_EQ(told["lame"], true);
  EXPECT_EQ(told["avoided"], "lame");
}

TEST_F(LookingVerbsTest, AServerWhoseDataWasBogusIsAvoidedAndNotLame) {
  PutDelegation("example.", "ns.example.", "192.0.2.1");
  const upstream::ServerKey key = servers_.KeyOf(*Endpoint::Parse("192.0.2.1:53", 53));
  const Json request = {{"verb", "servers"}, {"zone", "www.example."}};
  EXPECT_FALSE(Result(request)["servers"][0].contains("avoided"));
  servers_.NoteLame(key, N("example."), seconds(60), kLookNow, upstream::WhyAvoided::kBogus);
  const Json told = Result(request)["servers"][0];
  EXPECT_EQ(told["lame"], false);
  EXPECT_EQ(told["avoided"], "bogus");
}

TEST_F(LookingVerbsTest, WithoutADelegationTheRootHintsAreTold) {
  const Json zone = Result({{"verb", "servers"}, {"zone", "www.example."}});
  EXPECT_EQ(zone["zone"], ".");
  EXPECT_EQ(zone["known_from"], "root hints");
  EXPECT_EQ(zone["servers"][0]["name"], "a.root.");
}

TEST_F(LookingVerbsTest, WithoutAZoneTheConfiguredAndTheSilentOnesAreTold) {
  StaticZone corp{.zone = N("corp."), .to = {*Endpoint::Parse("10.0.0.1:53", 53)}, .forward = true};
  *daemon_.settings = policy::CoreSettings({}, {}, {corp});
  state_.SetConfiguration({corp});
  for (uint32_t i = 0; i < 60; ++i) {
    const Endpoint server = *Endpoint::Parse(Concat("192.0.2.", i, ":53"), 53);
    servers_.NoteSilence(server, servers_.KeyOf(server), milliseconds(300), kLookNow);
  }
  const Json told = Result({{"verb", "servers"}});
  ASSERT_EQ(told["zones"].size(), 1u);
  EXPECT_EQ(told["zones"][0]["zone"], "corp.");
  EXPECT_EQ(told["zones"][0]["known_from"], "forward zone");
  EXPECT_EQ(told["zones"][0]["servers"][0]["address"], "10.0.0.1:53");
  EXPECT_EQ(told["silent"].size(), kSilentTold);
}

TEST_F(LookingVerbsTest, ADumpCanBeLoadedElsewhere) {
  const Json loaded = Result({{"verb", "cache load"},
                              {"records",
                               "a.test. 60 IN A 192.0.2.1\nA.test. 50 IN A 192.0.2.2\n"
                               "a.test. 60 IN TXT \"; \\\" text\"\n"}});
  EXPECT_EQ(loaded, (Json{{"loaded", 2}, {"known", 0}, {"left_out", 0}}));
  const Json a = Result({{"verb", "cache look"}, {"name", "a.test."}, {"type", "A"}})["entries"][0];
  EXPECT_EQ(a["records"], (Json{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(a["ttl"], 50);
  EXPECT_EQ(a["security"], "indeterminate");
  EXPECT_EQ(a["learnt_from"], "answer without authority");
}

TEST_F(LookingVerbsTest, SignaturesAreLoadedWithWhatTheySign) {
  const std::string signature =
      "a.test. 60 IN RRSIG A 13 2 60 20300101000000 20200101000000 1 test. AAAA\n";
  EXPECT_EQ(Result({{"verb", "cache load"}, {"records", signature + "a.test. 60 IN A 192.0.2.1"}}),
            (Json{{"loaded", 1}, {"known", 0}, {"left_out", 0}}));
  EXPECT_EQ(
      Result({{"verb", "cache look"}, {"name", "a.test."}})["entries"][0]["signatures"].size(), 1u);
  // Alone it signs nothing.
  EXPECT_EQ(Result({{"verb", "cache load"}, {"records", signature}})["left_out"], 1);
}

TEST_F(LookingVerbsTest, WhatIsLoadedReplacesNothingBetter) {
  PutAddress("a.test.", "192.0.2.9");
  EXPECT_EQ(Result({{"verb", "cache load"}, {"records", "a.test. 60 IN A 192.0.2.1"}}),
            (Json{{"loaded", 0}, {"known", 1}, {"left_out", 0}}));
}

TEST_F(LookingVerbsTest, WhatHasExpiredOrIsNoDataIsNotLoaded) {
  for (const std::string_view text : {"a.test. 0 IN A 192.0.2.1", "a.test. 60 IN TYPE255 \\# 1 00",
                                      "a.test. 60 IN TYPE1 \\# 0"}) {
    const Json answer = Say({{"verb", "cache load"}, {"records", text}});
    EXPECT_TRUE(answer["ok"] == false || answer["result"]["left_out"] == 1) << text << answer;
  }
  daemon_.settings->cache.ttl.max_ttl = 100;
  Result({{"verb", "cache load"}, {"records", "b.test. 4000 IN A 192.0.2.1"}});
  EXPECT_EQ(Result({{"verb", "cache look"}, {"name", "b.test."}})["entries"][0]["ttl"], 100);
}

TEST_F(LookingVerbsTest, ALoadWithAMistakeLoadsNothing) {
  for (const std::string_view text : {"a.test. 60 IN A 192.0.2.1\nb.test. 60 IN A here",
                                      "a.test. 60 IN A 192.0.2.1\na.test. 60 CH TXT b"}) {
    EXPECT_EQ(Say({{"verb", "cache load"}, {"records", text}})["ok"], false);
  }
  EXPECT_TRUE(Result({{"verb", "cache look"}, {"name", "a.test."}})["entries"].empty());
}

}  // namespace
}  // namespace tern::resolver::control
