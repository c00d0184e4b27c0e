#include "resolver/control/health.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "resolver/control/collect_limits.h"
#include "resolver/control/collect_process.h"
#include "resolver/control/collect_zones.h"
#include "resolver/control/exposition.h"
#include "resolver/control/routes.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::control {
namespace {

Time TestNow() { return Time(std::chrono::seconds(1000)); }

class FixedCounters final : public CounterSource {
 public:
  CounterSnapshot ReadCounters() const override { return counts; }
  CounterSnapshot counts;
};

class HealthTest : public testing::Test {
 protected:
  HealthTest() { counters_.counts.of_upstream.round_trips.counts[4] = 1; }

  Health Look() const { return LookAtHealth(sources(), counters_.counts); }
  Sources sources() const {
    return {.counters = &counters_,
            .store = &store_,
            .servers = &servers_,
            .daemon = &state_,
            .events = &events_,
            .ranges = &ranges_,
            .sockets = [this] { return sockets_; },
            .zone_counts = [this] { return zone_counts_; },
            .log =
                [] {
                  return LogCounts{3, 5, 127, 6};
                },
            .workers = 2,
            .now = &TestNow};
  }
  void SetZone() {
    StaticZone zone;
    zone.zone = *wire::ParseName("corp.example");
    zone.forward = true;
    zone.to = {first_, second_};
    state_.SetConfiguration({zone});
  }
  // Three in a row: it is dead.
  void Silence(const Endpoint& server) {
    for (int i = 10; i > 0; i -= 3) {
      servers_.NoteSilence(servers_.KeyOf(server), std::chrono::seconds(1),
                           TestNow() - std::chrono::seconds(i));
    }
  }
  std::string Metrics() const {
    std::vector<Family> families;
    CollectZones(sources(), &families);
    CollectProcess(state_, &families);
    CollectCache(store_, &families);
    CollectCacheFile(state_, &families);
    return WriteExposition(families, ExpositionFormat::kPrometheusText);
  }

  const Endpoint first_ = *Endpoint::Parse("192.0.2.1:53", 53);
  const Endpoint second_ = *Endpoint::Parse("192.0.2.2:53", 53);
  FixedCounters counters_;
  cache::Store store_{{.memory_octets = cache::kStoreOctetsMin}};
  upstream::ServerTable servers_{1, SipKey{}};
  DaemonState state_{1000};
  EventCounts events_{2};
  dnssec::AggressiveIndex ranges_{1 << 20, 1};
  io::SocketBounds sockets_;
  upstream::ZoneCountSums zone_counts_;
};

TEST_F(HealthTest, AServerThatAnsweredMakesReady) {
  EXPECT_EQ(Look().Word(), "ok");
  counters_.counts.of_upstream.round_trips.counts[4] = 0;
  EXPECT_EQ(Look().Word(), "unready");
  ASSERT_EQ(Look().unready.size(), 1u);
  EXPECT_EQ(Look().unready[0].code, "not_primed");
  counters_.counts.of_answers.hit_time.counts[0] = 1;  // a cache that outlived a restart
  EXPECT_EQ(Look().Word(), "ok");
}

TEST_F(HealthTest, WhoDrainsIsNotReady) {
  state_.SetDraining(true);
  ASSERT_EQ(Look().unready.size(), 1u);
  EXPECT_EQ(Look().unready[0].code, "draining");
}

TEST_F(HealthTest, WhatPeopleShouldLookAtDegradesAndLeavesReady) {
  counters_.counts.trust_anchor_zones_failing = 1;
  counters_.counts.time_unsure = 1;
  state_.SetReloadFailed(true);
  servers_.families().NoteAnswer(false);
  for (uint64_t server = 1; server <= upstream::FamilyHealth::kBrokenAfter; ++server) {
    servers_.families().NoteSilence(true, server);
  }
  for (uint64_t zone = 1; zone <= upstream::SilentZones::kEverybodyAfter; ++zone) {
    servers_.silent_zones().NoteSilence(*wire::ParseName("example."), zone,
                                        upstream::SilentZones::Kind::kOther, TestNow());
  }
  const Health health = Look();
  EXPECT_TRUE(health.IsReady());
  EXPECT_EQ(health.Word(), "degraded");
  std::string codes;
  for (const HealthReason& reason : health.degraded) codes += std::string(reason.code) + " ";
  EXPECT_EQ(codes, "root_not_validated clock_wrong ipv6_broken servers_silent reload_failed ");
}

TEST_F(HealthTest, AZoneIsDownWhenAllItsServersAreSilent) {
  SetZone();
  EXPECT_EQ(Look().Word(), "ok");  // nobody has asked them
  Silence(first_);
  EXPECT_EQ(Look().Word(), "ok");
  Silence(second_);
  ASSERT_EQ(Look().degraded.size(), 1u);
  EXPECT_EQ(Look().degraded[0].code, "forwarders_down");
  EXPECT_EQ(Look().degraded[0].text, "no server of the zone corp.example. answers");
  EXPECT_NE(Metrics().find("\ntern_zone_servers{zone=\"corp.example.\",state=\"silent\"} 2\n"),
            std::string::npos);
  servers_.NoteAnswer(servers_.KeyOf(second_), std::chrono::milliseconds(20), TestNow());
  EXPECT_EQ(Look().Word(), "ok");
  EXPECT_NE(Metrics().find("\ntern_zone_round_trip_seconds{zone=\"corp.example.\"} 0.02\n"),
            std::string::npos)
      << Metrics();
}

TEST_F(HealthTest, TheProcessIsTold) {
  SetZone();
  state_.SetReloadFailed(true);
  const std::string text = Metrics();
  for (const char* line :
       {"tern_build_info{version=\"0.1.0\"} 1", "tern_config_generation 1",
        "tern_config_last_reload_successful 0", "process_start_time_seconds 1000",
        "tern_cache_capacity_bytes 1048576", "tern_cache_entries{kind=\"delegation\"} 0",
        "tern_cache_file_last_save_successful 1",
        "tern_cache_file_saves_total{result=\"failed\"} 0"}) {
    EXPECT_NE(text.find(std::string("\n") + line + "\n"), std::string::npos) << text;
  }
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_virtual_memory_bytes", "process_max_fds"}) {
    EXPECT_NE(text.find(std::string("\n") + name + " "), std::string::npos) << name;
  }
}

TEST_F(HealthTest, BoundsTellTheirUseAndHowOftenTheyWereMet) {
  counters_.counts.of_limits.clients = 3;
  counters_.counts.of_limits.jobs_met = 4;
  events_.ring_octets = 2048;
  events_.ring_octets_used = 5;
  events_.dropped[0] = 4;
  events_.dropped[1] = 5;
  sockets_.connections = {.use = 7, .most = 2048, .met = 8};
  sockets_.upstream_share_met = 9;
  state_.http_connections().open = 2;
  state_.http_connections().most = 64;
  state_.control_connections().met = 1;
  servers_.NoteAnswer(servers_.KeyOf(first_), std::chrono::milliseconds(20), TestNow());
  std::vector<Family> families;
  CollectLimits(sources(), counters_.counts, &families);
  const std::string text = WriteExposition(families, ExpositionFormat::kPrometheusText);
  for (const char* line : {"tern_limit_use{limit=\"clients\"} 3",
                           "tern_limit_max{limit=\"clients\"} 32768",
                           "tern_limit_hits_total{limit=\"questions\"} 4",
                           "tern_limit_max{limit=\"cache_memory\"} 1048576",
                           "tern_limit_use{limit=\"event_buffer\"} 5",
                           "tern_limit_max{limit=\"event_buffer\"} 2048",
                           "tern_limit_hits_total{limit=\"event_buffer\"} 9",
                           "tern_limit_use{limit=\"connections\"} 7",
                           "tern_limit_max{limit=\"connections\"} 2048",
                           "tern_limit_hits_total{limit=\"connections\"} 8",
                           "tern_limit_hits_total{limit=\"upstream_connections_share\"} 9",
                           "tern_limit_use{limit=\"http_connections\"} 2",
                           "tern_limit_max{limit=\"http_connections\"} 64",
                           "tern_limit_hits_total{limit=\"control_connections\"} 1",
                           "tern_limit_use{limit=\"servers\"} 1",
                           "tern_limit_max{limit=\"servers\"} 16384",
                           "tern_limit_max{limit=\"cache_ranges\"} 1048576",
                           "tern_log_lines_left_out_total 3",
                           "tern_limit_use{limit=\"log_messages\"} 5",
                           "tern_limit_hits_total{limit=\"log_messages\"} 6"}) {
    EXPECT_NE(text.find(std::string("\n") + line + "\n"), std::string::npos) << text;
  }
}

TEST_F(HealthTest, ZonesTellWhatTheyWereAsked) {
  zone_counts_["corp.example."] = {.queries = 5, .silences = 2, .failures = 1};
  const std::string text = Metrics();
  for (const char* line : {"tern_zone_queries_total{zone=\"corp.example.\"} 5",
                           "tern_zone_timeouts_total{zone=\"corp.example.\"} 2",
                           "tern_zone_failures_total{zone=\"corp.example.\"} 1"}) {
    EXPECT_NE(text.find(std::string("\n") + line + "\n"), std::string::npos) << text;
  }
}

TEST_F(HealthTest, TheCacheTellsItsKindsAndWhyEntriesLeft) {
  const auto reader = store_.Register();
  alignas(8) uint8_t scratch[cache::kEntryOctetsMax];
  cache::EntryBuilder builder(scratch);
  const wire::Name name = *wire::ParseName("www.example.");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(builder.StartFailure(name, wire::RRType::kA, wire::ExtendedError::kOther, 1, 60,
                                     cache::Instant(1)));
    ASSERT_EQ(store_.Put(builder.Finish(), cache::Instant(1)), cache::PutOutcome::kStored);
  }
  std::string text = Metrics();
  const auto has = [&](std::string_view line) {
    return text.find("\n" + std::string(line) + "\n") != std::string::npos;
  };
  EXPECT_TRUE(has("tern_cache_entries{kind=\"failure\"} 1")) << text;
  EXPECT_FALSE(has("tern_cache_entry_bytes{kind=\"failure\"} 0")) << text;
  EXPECT_TRUE(has("tern_cache_entries{kind=\"rrset\"} 0")) << text;
  EXPECT_TRUE(has("tern_cache_evictions_total{reason=\"replaced\"} 1")) << text;
  EXPECT_TRUE(store_.Erase(name, cache::KeySpace::kFailure, wire::RRType::kA));
  text = Metrics();
  EXPECT_TRUE(has("tern_cache_evictions_total{reason=\"flushed\"} 1")) << text;
  EXPECT_TRUE(has("tern_cache_entry_bytes{kind=\"failure\"} 0")) << text;
}

TEST_F(HealthTest, ACacheFileThatCannotBeWrittenIsTold) {
  state_.NoteCacheSaved(true);
  state_.NoteCacheSaved(false);
  EXPECT_NE(Metrics().find("\ntern_cache_file_last_save_successful 0\n"), std::string::npos);
  EXPECT_NE(Metrics().find("\ntern_cache_file_saves_total{result=\"failed\"} 1\n"),
            std::string::npos);
  state_.NoteCacheSaved(true);
  EXPECT_NE(Metrics().find("\ntern_cache_file_last_save_successful 1\n"), std::string::npos);
  EXPECT_NE(Metrics().find("\ntern_cache_file_saves_total{result=\"written\"} 2\n"),
            std::string::npos);
}

TEST_F(HealthTest, RoutesHaveTheirStatus) {
  const std::vector<HttpRoute> routes = MakeRoutes(sources());
  const auto answer = [&](std::string_view path) {
    for (const HttpRoute& route : routes) {
      if (route.path == path) return route.answer({.path = path, .accept = {}, .arguments = {}});
    }
    HttpResponse none;
    none.status = 404;
    return none;
  };
  EXPECT_EQ(answer("/ready").status, 200u);
  EXPECT_EQ(answer("/health").status, 200u);
  state_.SetReloadFailed(true);
  EXPECT_EQ(answer("/health").status, 200u);
  state_.SetDraining(true);
  EXPECT_EQ(answer("/live").status, 200u);
  EXPECT_EQ(answer("/ready").status, 503u);
  EXPECT_EQ(answer("/health").status, 503u);
  const auto json = nlohmann::json::parse(answer("/health").body);
  EXPECT_EQ(json["status"], "unready");
  EXPECT_EQ(json["ready"], false);
  EXPECT_EQ(json["reasons"][0]["code"], "draining");
  EXPECT_EQ(json["reasons"][1]["code"], "reload_failed");
}

}  // namespace
}  // namespace tern::resolver::control
