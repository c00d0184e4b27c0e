#include "resolver/service/assembly.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/small_internet.h"

namespace tern::resolver::service {
namespace {

using sim::ClientQueryId;
using sim::SimWorld;
using sim::SmallInternet;
using wire::RRType;

constexpr std::string_view kServer = "192.0.2.20";

uint64_t SameSeed() { return 7; }

TEST(MakeConfigurationTest, BuildsWhatTheSettingsSay) {
  config::Settings settings;
  settings.allow = {*Prefix::Parse("192.0.2.0/24")};
  settings.rate_limit.waiting = 12;
  const auto configuration = MakeConfiguration(settings, &SameSeed);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->gate->waiting_max(), 12u);
  const policy::GateQuery asked;
  const auto judge = [&](std::string_view address) {
    const IpAddress client = *IpAddress::Parse(address);
    policy::Gate& gate = *configuration->gate;
    return gate.Judge(gate.MayAsk(client), gate.FindGroup(client, asked), asked, Time{});
  };
  EXPECT_EQ(judge("192.0.2.1"), policy::GateVerdict::kPass);
  EXPECT_EQ(judge("192.0.3.1"), policy::GateVerdict::kForbidden);
  EXPECT_NE(configuration->view.local_data, nullptr);
}

TEST(MakeConfigurationTest, AMissingHostsFileIsTold) {
  config::Settings settings;
  settings.local.hosts_file = "/nonexistent/hosts";
  const auto configuration = MakeConfiguration(settings, &SameSeed);
  ASSERT_FALSE(configuration.ok());
  EXPECT_NE(std::string(configuration.status().message()).find("/nonexistent/hosts"),
            std::string::npos);
}

TEST(ConfigurationTest, EveryClientHasTheOneView) {
  const auto configuration = MakeConfiguration(config::Settings(), &SameSeed);
  ASSERT_TRUE(configuration.ok());
  for (const std::string_view client : {"127.0.0.1", "2001:db8::1"}) {
    EXPECT_EQ(&configuration->ViewFor(*IpAddress::Parse(client)), &configuration->view);
  }
}

class CountersTest : public testing::Test {
 protected:
  explicit CountersTest(size_t workers = 1)
      : internet_(SimWorld::Options{.seed = 3, .workers = workers}) {
    internet_.AddDomain("example.com.", {kServer}, "* 300 A 198.51.100.1\n");
  }

  void Ask(std::string_view name, bool tcp = false, RRType type = RRType::kA) {
    const sim::Octets query = sim::MakeQuery(7, name, type).Encode();
    const ClientQueryId id =
        tcp ? internet_.world().AskStream(query) : internet_.world().AskDatagram(query);
    internet_.world().RunUntilAnswered(id, SmallInternet::kAnswerLimit);
  }
  CounterSnapshot Read() { return internet_.resolver().ReadCounters(); }

  SmallInternet internet_;
};

TEST_F(CountersTest, QueriesCountByTransportAndHitsAndMissesApart) {
  internet_.Start();
  Ask("www.example.com.");
  Ask("www.example.com.");
  Ask("www.example.com.", /*tcp=*/true);
  const CounterSnapshot counters = Read();
  EXPECT_EQ(counters.of_answers.queries[0][0], 2u);
  EXPECT_EQ(counters.of_answers.queries[1][0], 1u);
  EXPECT_EQ(counters.of_answers.hits(), 2u);
  EXPECT_EQ(counters.misses_taken, 1u);
  EXPECT_EQ(counters.misses_sent, 0u);
  EXPECT_GE(counters.upstream_queries, 3u);
  EXPECT_EQ(counters.failures, 0u);
}

TEST_F(CountersTest, WhatTheGateTurnsAwayCountsByReason) {
  internet_.settings().allow.clear();
  internet_.Start();
  Ask("www.example.com.");
  Ask("www.example.com.", /*tcp=*/true);
  EXPECT_EQ(Read().forbidden, 2u);

  internet_.settings().allow = {*Prefix::Parse("10.0.0.0/8")};
  internet_.settings().rate_limit.queries = 1;
  internet_.settings().rate_limit.ipv4_prefix = 8;
  internet_.settings().rate_limit.burst = std::chrono::seconds(1);
  internet_.Start();
  Ask("www.example.com.", /*tcp=*/true);
  Ask("www.example.com.", /*tcp=*/true);
  EXPECT_EQ(Read().over_limit, 1u);

  internet_.settings().rate_limit.queries = 0;
  internet_.settings().require_cookies = true;
  internet_.Start();
  Ask("www.example.com.");
  EXPECT_EQ(Read().cookie_demands, 1u);
  EXPECT_EQ(Read().misses_taken, 0u);
}

TEST_F(CountersTest, AnswersCountBySourceAndRcode) {
  internet_.AddDomain("empty.com.", {"192.0.2.30"}, "a 300 A 198.51.100.1\n");
  internet_.Start();
  Ask("www.example.com.");
  Ask("www.example.com.");
  Ask("missing.empty.com.");
  Ask("missing.empty.com.");
  Ask("localhost.");
  const auto counts = Read().of_answers;
  const auto count = [&](AnswerSource source, wire::Rcode rcode) {
    return counts.answers[static_cast<size_t>(source)][PlaceOf(rcode)];
  };
  EXPECT_EQ(count(AnswerSource::kUpstream, wire::Rcode::kNoError), 1u);
  EXPECT_EQ(count(AnswerSource::kUpstream, wire::Rcode::kNXDomain), 1u);
  EXPECT_EQ(count(AnswerSource::kCache, wire::Rcode::kNoError), 1u);
  EXPECT_EQ(count(AnswerSource::kCache, wire::Rcode::kNXDomain), 1u);
  EXPECT_EQ(count(AnswerSource::kLocal, wire::Rcode::kNoError), 1u);
  EXPECT_EQ(counts.ended(), 5u);
}

TEST_F(CountersTest, RefusalsAndSilenceCountAsAnswersToo) {
  internet_.settings().allow.clear();
  internet_.Start();
  const ClientQueryId id =
      internet_.world().AskDatagram(sim::MakeQuery(7, "www.example.com.", RRType::kA).Encode());
  internet_.world().RunUntilAnswered(id, SmallInternet::kAnswerLimit);
  const ClientQueryId response = internet_.world().AskDatagram(sim::Octets{0, 1, 0x80, 0, 0, 0});
  internet_.world().RunUntilAnswered(response, SmallInternet::kAnswerLimit);
  const auto counts = Read().of_answers;
  EXPECT_EQ(
      counts.answers[static_cast<size_t>(AnswerSource::kRefused)][PlaceOf(wire::Rcode::kRefused)],
      1u);
  EXPECT_EQ(counts.answers[static_cast<size_t>(AnswerSource::kDropped)][0], 1u);
}

TEST_F(CountersTest, QueriesToAStaticZoneCountByZone) {
  sim::ZoneServer* const server =
      internet_.AddServer("192.0.2.50", "corp.example.",
                          "@ 3600 SOA ns root 1 3600 600 86400 300\n* 300 A 198.51.100.1\n");
  StaticZone zone;
  zone.zone = sim::NameOf("corp.example.");
  zone.to = {*Endpoint::Parse("192.0.2.50:53", 53)};
  zone.forward = true;
  internet_.settings().static_zones = {zone};
  internet_.Start();
  const auto counts = [&] {
    upstream::ZoneCountSums sums;
    internet_.resolver().recursor().facilities().zone_counts.AddTo(&sums);
    return sums.at("corp.example.");
  };
  EXPECT_EQ(counts().queries, 0u);
  Ask("www.corp.example.");
  Ask("www.example.com.");
  EXPECT_EQ(counts().queries, 1u);
  EXPECT_EQ(counts().silences, 0u);
  EXPECT_EQ(counts().failures, 0u);
  server->conduct().fault = sim::Fault::kSilent;
  Ask("mail.corp.example.");
  internet_.world().RunFor(std::chrono::seconds(10));
  EXPECT_GT(counts().queries, 1u);
  EXPECT_EQ(counts().silences, counts().queries - 1);
  EXPECT_EQ(counts().failures, 1u);
}

TEST_F(CountersTest, ARaceThatHasTooManyAttemptsOpenIsCounted) {
  std::vector<std::string> addresses;
  for (int i = 0; i < 13; ++i) addresses.push_back("192.0.2." + std::to_string(100 + i));
  for (sim::ZoneServer* const server : internet_.AddDomain(
           "dead.com.", {addresses.begin(), addresses.end()}, "www 300 A 198.51.100.1\n")) {
    server->conduct().fault = sim::Fault::kSilent;
  }
  internet_.Start();
  Ask("www.example.com.");
  EXPECT_EQ(Read().of_limits.attempts_met, 0u);
  Ask("www.dead.com.");
  internet_.world().RunFor(std::chrono::seconds(10));
  EXPECT_GT(Read().of_limits.attempts_met, 0u);
}

TEST_F(CountersTest, TheTimeOfHitsAndOfMissesIsCountedApart) {
  internet_.Start();
  Ask("www.example.com.");
  Ask("www.example.com.");
  const auto counts = Read().of_answers;
  uint64_t misses = 0;
  for (const uint64_t each : counts.miss_time.counts) misses += each;
  EXPECT_EQ(misses, 1u);
  EXPECT_GT(counts.miss_time.sum_micros, 1000u);
  EXPECT_EQ(counts.hits(), 1u);
  EXPECT_EQ(counts.hit_time.counts[0], 1u);  // the simulated clock stands still within a turn
}

class CountersOfTwoWorkersTest : public CountersTest {
 protected:
  CountersOfTwoWorkersTest() : CountersTest(2) {}
};

TEST_F(CountersOfTwoWorkersTest, MissesOfAnotherWorkersQuestionsAreHandedOver) {
  internet_.Start();
  constexpr uint64_t kQuestions = 64;
  for (uint64_t i = 0; i < kQuestions; ++i) Ask("q" + std::to_string(i) + ".example.com.");
  const CounterSnapshot counters = Read();
  EXPECT_EQ(counters.of_answers.asked(), kQuestions);
  EXPECT_EQ(counters.misses_taken, kQuestions);
  EXPECT_GT(counters.misses_sent, kQuestions / 4);
  EXPECT_LT(counters.misses_sent, kQuestions * 3 / 4);
  for (size_t worker = 0; worker < 2; ++worker) {
    EXPECT_GT(internet_.resolver().recursor(worker).counters().misses_taken, 0u);
  }
}

// Handed over or not, from the servers or from the store.
TEST_F(CountersOfTwoWorkersTest, AMailQuestionCountsOnce) {
  internet_.Start();
  constexpr uint64_t kQuestions = 16;
  for (uint64_t i = 0; i < kQuestions; ++i) {
    const std::string name = "q" + std::to_string(i) + ".example.com.";
    Ask(name, /*tcp=*/false, RRType::kMX);
    Ask(name, /*tcp=*/false, RRType::kMX);
  }
  EXPECT_GT(Read().misses_sent, 0u);
  EXPECT_EQ(Read().of_answers.hits(), kQuestions);
  EXPECT_EQ(Read().mail_questions, 2 * kQuestions);
}

class TwoWorkersTest : public CountersTest {
 protected:
  TwoWorkersTest() : CountersTest(2) {}
};

TEST_F(TwoWorkersTest, WhatEachWorkerRemembersBesideTheStoreIsForgotten) {
  internet_.Start();
  const Time later = internet_.world().Now() + std::chrono::hours(1);
  constexpr uint64_t kKey = 5;
  const auto facilities = [&](size_t worker) -> resolution::Facilities& {
    return internet_.resolver().recursor(worker).facilities();
  };
  for (size_t worker = 0; worker < 2; ++worker) {
    resolution::Facilities& of = facilities(worker);
    of.validation = std::make_unique<dnssec::State>(&internet_.world(), ValidationSettings());
    of.validation->insecure_zones.Put(kKey, later);
    of.validation->trust.Put(wire::Name(), kKey, dnssec::ZoneKeys(), StoreInstant(later));
    of.zones_without_parts.Put(kKey, later);
    of.zones_with_bogus.Put(kKey, later);
    of.unanswered_types->Put(kKey, later);
  }
  internet_.resolver().assembly().ForgetBesideStore();
  internet_.world().RunFor(std::chrono::milliseconds(10));
  const Time now = internet_.world().Now();
  for (size_t worker = 0; worker < 2; ++worker) {
    resolution::Facilities& of = facilities(worker);
    EXPECT_FALSE(of.validation->insecure_zones.Has(kKey, now));
    EXPECT_EQ(of.validation->trust.Find(wire::Name(), kKey, StoreInstant(now)), nullptr);
    EXPECT_FALSE(of.zones_without_parts.Has(kKey, now));
    EXPECT_FALSE(of.zones_with_bogus.Has(kKey, now));
    EXPECT_FALSE(of.unanswered_types->Has(kKey, now));
  }
}

TEST_F(TwoWorkersTest, AWorkerTellsWhatItHasUnderWay) {
  internet_.Start();
  std::shared_ptr<const resolution::InFlight> told;
  internet_.resolver().assembly().AskInFlight(1, 10, [&told](auto answer) { told = answer; });
  EXPECT_EQ(told, nullptr);  // in its next turn
  internet_.world().RunFor(std::chrono::milliseconds(10));
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->jobs, 0u);
}

}  // namespace
}  // namespace tern::resolver::service
