#include "resolver/control/glance.h"

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "gtest/gtest.h"
#include "resolver/service/recent_traffic.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::control {
namespace {

using Json = nlohmann::json;
using wire::ExtendedError;
using wire::RRType;

constexpr Time kGlanceNow{std::chrono::seconds(5000)};
Time GlanceNow() { return kGlanceNow; }

class MadeCounters final : public CounterSource {
 public:
  CounterSnapshot ReadCounters() const override { return counts; }
  CounterSnapshot counts;
};

class MadeTraffic final : public service::TrafficSource {
 public:
  service::Traffic ReadTraffic(Time now) const override {
    service::Traffic traffic;
    recent.AddTo(&traffic, now);
    return traffic;
  }
  service::RecentTraffic recent{SipKey{{1, 2}}};
};

class GlanceTest : public testing::Test {
 protected:
  std::string Text() const {
    return GlanceText(TakeGlance({.counters = &counters_,
                                  .store = &store_,
                                  .servers = &servers_,
                                  .daemon = &state_,
                                  .looks = looks_,
                                  .traffic = &traffic_,
                                  .workers = 2,
                                  .now = &GlanceNow,
                                  .unix_now = [] { return int64_t{1600}; }},
                                 std::chrono::milliseconds(0)));
  }
  Json Look() const { return Json::parse(Text()); }

  void Note(wire::NameView name, RRType type, double weight) {
    traffic_.recent.NoteQuestion(name, wire::HashName(name, 1), type, weight, kGlanceNow);
  }
  void Fail(std::string_view name, std::string_view text) {
    const wire::Name failed = *wire::ParseName(name);
    const wire::Name zone = *wire::ParseName("example.com");
    traffic_.recent.NoteFailure({.name = failed,
                                 .type = RRType::kMX,
                                 .zone = zone,
                                 .error = ExtendedError::kSignatureExpired,
                                 .text = text,
                                 .last = kGlanceNow - std::chrono::seconds(7)},
                                wire::HashName(failed, 1), wire::HashName(zone, 1));
  }

  MadeCounters counters_;
  cache::Store store_{{.memory_octets = cache::kStoreOctetsMin}};
  upstream::ServerTable servers_{1, SipKey{}};
  DaemonState state_{1000};
  MadeTraffic traffic_;
  WorkerLooks* looks_ = nullptr;
};

Time some_time_ago{std::chrono::seconds(4999)};

// A worker that has had one question under way for two seconds.
void AnswerWithOneQuestion(InFlightAnswer answer) {
  auto in_flight = std::make_shared<resolution::InFlight>();
  in_flight->jobs = in_flight->of_clients = 1;
  resolution::QuestionInFlight& question = in_flight->oldest.emplace_back();
  question.asked_at = some_time_ago - std::chrono::seconds(2);
  question.clients = 3;
  question.steps.emplace_back().name = *wire::ParseName("slow.example");
  question.steps.back().type = RRType::kA;
  question.steps.back().zone = *wire::ParseName("example");
  answer(std::move(in_flight));
}

TEST_F(GlanceTest, TheOldestQuestionIsToldAsItWasWhenSomebodyLookedLast) {
  WorkerLooks looks({&AnswerWithOneQuestion}, [] { return some_time_ago; });
  looks_ = &looks;
  const Json in_flight = Look()["in_flight"];
  ASSERT_EQ(in_flight["oldest"].size(), 1u);
  EXPECT_EQ(in_flight["oldest"][0]["name"], "slow.example.");
  EXPECT_EQ(in_flight["oldest"][0]["age_ms"], 2000);
  EXPECT_EQ(in_flight["oldest"][0]["clients"], 3);
}

TEST_F(GlanceTest, WhatWorkersToldLongAgoIsNotTold) {
  some_time_ago = kGlanceNow - kGlanceLookMax - std::chrono::seconds(1);
  WorkerLooks looks({&AnswerWithOneQuestion}, [] { return some_time_ago; });
  looks_ = &looks;
  EXPECT_EQ(Look()["in_flight"]["oldest"], Json::array());
}

TEST_F(GlanceTest, CountersAreToldWithTheirTime) {
  counters_.counts.of_answers.queries = {{{7, 2}, {1, 0}}};
  counters_.counts.of_answers.answers[0][0] = 6;  // from the cache, NOERROR
  counters_.counts.of_answers.answers[3][2] = 3;  // from upstream, SERVFAIL
  counters_.counts.of_answers.answers[5][0] = 1;  // dropped
  counters_.counts.of_answers.hit_time.counts[4] = 6;
  counters_.counts.of_upstream.silences = 5;
  counters_.counts.of_limits.clients = 4;
  const Json glance = Look();
  EXPECT_EQ(glance["seconds"], 5000.0);
  EXPECT_EQ(glance["workers"], 2);
  EXPECT_EQ(glance["unix"], 1600);
  EXPECT_EQ(glance["started"], 1000);
  EXPECT_NEAR(glance["top"]["seconds"].get<double>(), 168, 1);
  EXPECT_EQ(glance["queries"],
            Json({{"udp_ipv4", 7}, {"udp_ipv6", 2}, {"tcp_ipv4", 1}, {"tcp_ipv6", 0}}));
  EXPECT_EQ(glance["answers"]["cache"], 6);
  EXPECT_EQ(glance["answers"]["upstream"], 3);
  EXPECT_EQ(glance["answers"]["dropped"], 1);
  EXPECT_EQ(glance["rcodes"]["SERVFAIL"], 3);
  EXPECT_EQ(glance["rcodes"]["NOERROR"], 6);
  EXPECT_EQ(glance["hits"], 6);
  EXPECT_EQ(glance["hit_time"]["bounds_us"].size() + 1, glance["hit_time"]["counts"].size());
  EXPECT_EQ(glance["upstream"]["timeouts"], 5);
  EXPECT_EQ(glance["upstream"]["ipv4"], "unknown");
  servers_.families().NoteAnswer(/*ipv6=*/false);
  for (uint64_t server = 1; server <= upstream::FamilyHealth::kBrokenAfter; ++server) {
    servers_.families().NoteSilence(/*ipv6=*/true, server);
  }
  EXPECT_EQ(Look()["upstream"]["ipv4"], "ok");
  EXPECT_EQ(Look()["upstream"]["ipv6"], "broken");
  EXPECT_EQ(glance["in_flight"]["clients"], 4);
  EXPECT_EQ(glance["cache"]["bytes_max"], cache::kStoreOctetsMin);
  EXPECT_EQ(glance["health"]["status"], "ok");
  EXPECT_GT(glance["process"]["resident_bytes"], 100'000);
}

TEST_F(GlanceTest, WhatIsAskedMostComesFirst) {
  Note(*wire::ParseName("seldom.example"), RRType::kAAAA, 3);
  Note(*wire::ParseName("often.example"), RRType::kA, 30);
  traffic_.recent.NoteClient(*IpAddress::Parse("192.0.2.7"), TopClients::kPrefix, 30, kGlanceNow);
  traffic_.recent.NoteClient(*IpAddress::Parse("2001:db8::7"), TopClients::kFull, 3, kGlanceNow);
  const Json top = Look()["top"];
  EXPECT_EQ(top["names"]["total"], 33.0);
  EXPECT_EQ(top["names"]["entries"][0], Json({{"what", "often.example."}, {"count", 30.0}}));
  EXPECT_EQ(top["names"]["entries"][1]["what"], "seldom.example.");
  EXPECT_EQ(top["types"]["entries"][0]["what"], "A");
  EXPECT_EQ(top["clients"]["entries"][0]["what"], "192.0.2.0/24");
  EXPECT_EQ(top["clients"]["entries"][1]["what"], "2001:db8::7");
  EXPECT_GE(top["seconds"], 1.0);
}

TEST_F(GlanceTest, FailuresComeWithTheirReason) {
  Fail("www.example.com", "the signature expired");
  Fail("mail.example.com", "the signature expired");
  Fail("mail.example.com", "the signature expired");
  const Json glance = Look();
  const Json& zone = glance["top"]["failing"]["entries"][0];
  EXPECT_EQ(zone["what"], "example.com.");
  EXPECT_NEAR(zone["count"].get<double>(), 3, 0.3);
  EXPECT_EQ(zone["error"]["name"], "Signature Expired");
  ASSERT_EQ(glance["failures"].size(), 2u);
  const Json& first = glance["failures"][0];
  EXPECT_EQ(first["type"], "MX");
  EXPECT_EQ(first["rcode"], "SERVFAIL");
  EXPECT_EQ(first["age_seconds"], 7.0);
  EXPECT_EQ(first["error"],
            Json({{"code", 7}, {"name", "Signature Expired"}, {"text", "the signature expired"}}));
}

// A client writes any octets into a name, and a forwarder any octets into a reason.
TEST_F(GlanceTest, WhateverANameHoldsTheTextIsOneLineOfPrintableAscii) {
  const uint8_t octets[] = {0,    '\n', '\r', 0x1b, '[',  '2', 'J', '"', '\\', '<',
                            0x7f, 0x80, 0xff, 0xc3, 0x28, '.', ' ', '>', '&',  '\''};
  wire::Name hostile;
  ASSERT_TRUE(hostile.Prepend({reinterpret_cast<const char*>(octets), sizeof octets}));
  Note(hostile, static_cast<RRType>(65280), 5);
  Fail("www.example.com", std::string_view("\x1b]0;x\a\r\n\xff\xc0<b>", 13));
  const std::string text = Text();
  ASSERT_TRUE(text.ends_with("}\n"));
  for (const char c : std::string_view(text).substr(0, text.size() - 1)) {
    ASSERT_TRUE(c >= ' ' && c <= '~') << int{c};
  }
  const Json glance = Json::parse(text);
  EXPECT_EQ(glance["top"]["names"]["entries"][0]["what"],
            "\\000\\010\\013\\027[2j\\\"\\\\<\\127\\128\\255\\195\\(\\.\\032>&'.");
  EXPECT_EQ(glance["top"]["types"]["entries"][0]["what"], "TYPE65280");
}

TEST_F(GlanceTest, ListsAreShortWhateverIsAsked) {
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example.com";
    Note(*wire::ParseName(name), static_cast<RRType>(i), 1 + i % 50);
    Fail(name, std::string(500, 'x'));
    uint8_t client[4] = {10, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i), 1};
    traffic_.recent.NoteClient(IpAddress::FromOctets(client), TopClients::kFull, 1 + i % 50,
                               kGlanceNow);
  }
  std::vector<StaticZone> zones(1000);
  for (size_t i = 0; i < zones.size(); ++i) {
    zones[i].zone = *wire::ParseName("z" + std::to_string(i) + ".example");
  }
  state_.SetConfiguration(zones);
  const Json glance = Look();
  for (const char* list : {"names", "types", "clients", "failing"}) {
    EXPECT_LE(glance["top"][list]["entries"].size(), kGlanceTopMax) << list;
  }
  EXPECT_EQ(glance["failures"].size(), kGlanceTopMax);
  EXPECT_EQ(glance["zones"].size(), kGlanceTopMax);
  EXPECT_LT(Text().size(), 64u << 10);
}

TEST_F(GlanceTest, AZoneThatIsDownIsNotLeftOut) {
  std::vector<StaticZone> zones(100);
  const Endpoint server = *Endpoint::Parse("192.0.2.1:53", 53);
  for (size_t i = 0; i < zones.size(); ++i) {
    zones[i].zone = *wire::ParseName("z" + std::to_string(i) + ".example");
  }
  zones[77].to = {server};
  zones[77].forward = true;
  state_.SetConfiguration(zones);
  for (int i = 10; i > 0; i -= 3) {
    servers_.NoteSilence(servers_.KeyOf(server), std::chrono::seconds(1),
                         kGlanceNow - std::chrono::seconds(i));
  }
  const Json glance = Look();
  EXPECT_EQ(glance["zones"][0]["zone"], "z77.example.");
  EXPECT_EQ(glance["zones"][0]["down"], true);
  EXPECT_EQ(glance["zones"][0]["kind"], "forward");
  EXPECT_EQ(glance["health"]["status"], "unready");
}

}  // namespace
}  // namespace tern::resolver::control
