#include "resolver/control/control_verbs.h"

#include <cerrno>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/config/settings_changes.h"
#include "resolver/control/control_request.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

class FakeDaemon final : public Steered {
 public:
  absl::StatusOr<DaemonStatus> ReadStatus() override {
    DaemonStatus status;
    status.version = "1";
    status.listening = {"127.0.0.1:53"};
    status.configuration = "/etc/\xff\"tern.yaml";
    return status;
  }
  absl::StatusOr<ReloadReport> Reload() override {
    if (!mistake.empty()) return absl::InvalidArgumentError(mistake);
    ReloadReport report{.generation = 2};
    report.changes = {{.key = "stub", .is_list = true, .added = {"{zone: \"a.\"}"}}};
    report.waiting = {{.key = "workers", .before = "auto", .after = "2"}};
    return report;
  }
  absl::StatusOr<std::vector<EventFile>> ReopenFiles() override { return files; }
  absl::StatusOr<SettingsNow> ReadSettings() override {
    return SettingsNow{in_force, written, "tern.yaml", 5, /*now=*/1'000'000'000};
  }
  absl::StatusOr<ChangeReport> Change(const SettingsEdit& edit) override {
    config::Settings settings = in_force;
    const absl::Status status = edit(&settings, /*now=*/1'000'000'000);
    if (!status.ok()) return status;
    ChangeReport report;
    report.changes = config::ChangesBetween(in_force, settings);
    report.to_keep = config::UndoneIn(written, report.changes);
    report.generation = 6;
    in_force = settings;
    return report;
  }
  absl::Status Drain(bool drains) override {
    draining = drains;
    return absl::OkStatus();
  }
  absl::Status Stop() override {
    ++stops;
    return absl::OkStatus();
  }
  absl::StatusOr<UpgradeReport> Upgrade() override {
    if (!mistake.empty()) return absl::InvalidArgumentError(mistake);
    return UpgradeReport{77, {{.key = "log.level", .before = "info", .after = "error"}}};
  }
  absl::StatusOr<std::shared_ptr<const policy::CoreSettings>> SettingsInForce() override {
    return absl::UnavailableError("no settings");
  }
  absl::StatusOr<uint64_t> Flush(const FlushWish& wish) override {
    wishes += Concat(wire::ToText(wish.name), wish.below ? " below" : "",
                     wish.negative ? " negative" : "",
                     wish.type ? " " + wire::ToText(*wish.type) : "", ";");
    return 3;
  }

  std::string mistake;
  std::vector<EventFile> files;
  config::Settings in_force = config::DefaultSettings();
  config::Settings written = config::DefaultSettings();
  bool draining = false;
  int stops = 0;
  std::string wishes;
};

class OneQuery final : public CounterSource {
 public:
  CounterSnapshot ReadCounters() const override {
    CounterSnapshot counts;
    counts.jobs = 12;
    return counts;
  }
};

class ControlVerbsTest : public testing::Test {
 protected:
  std::string Say(std::string_view line) {
    std::string answer = AnswerControl(
        {.steered = &daemon_, .store = nullptr, .watched = {.counters = &counters_}}, line);
    EXPECT_EQ(answer.find('\n'), answer.size() - 1) << answer;
    answer.pop_back();
    return answer;
  }
  nlohmann::json Result(std::string_view line) {
    const auto answer = nlohmann::json::parse(Say(line));
    EXPECT_EQ(answer["ok"], true) << answer;
    return answer["result"];
  }

  FakeDaemon daemon_;
  OneQuery counters_;
};

TEST_F(ControlVerbsTest, HostileLinesAreRefused) {
  for (const std::string& line :
       {std::string(), std::string("{"), std::string("[]"), std::string("\"status\""),
        std::string("{}"), std::string("{\"verb\":1}"), std::string("{\"verb\":null}"),
        std::string("{\"verb\":\"status\",\"verb\":{}}"), std::string("\xff\xfe\0{", 4),
        std::string("{\"verb\":\"\xff\"}"), std::string("{\"verb\":\"status\"} x"),
        std::string("{\"verb\":\"status\",\"a\":true}"), std::string(60'000, '['),
        std::string("{\"verb\":\"stop\",\"a\":") + std::string(60'000, '{'),
        std::string("{\"verb\":\"STOP\"}"), std::string("{\"verb\":\"stop\",\"x\":1e999}")}) {
    EXPECT_EQ(Say(line).rfind("{\"ok\":false,\"error\":\"", 0), 0u) << line.substr(0, 50);
  }
  EXPECT_EQ(daemon_.stops, 0);
}

TEST_F(ControlVerbsTest, StatusSaysWhatRuns) {
  const auto status = Result(R"({"verb":"status"})");
  EXPECT_EQ(status["version"], "1");
  EXPECT_EQ(status["listening"][0], "127.0.0.1:53");
}

TEST_F(ControlVerbsTest, ReloadSaysWhatNeedsAStartOrWhatIsWrong) {
  EXPECT_EQ(Result(R"({"verb":"reload"})"), nlohmann::json::parse(R"({
    "generation": 2, "needs_restart": ["workers"], "dropped": [], "unopened": [],
    "changed": [{"key": "stub", "added": ["{zone: \"a.\"}"], "removed": []}],
    "waiting": [{"key": "workers", "before": "auto", "after": "2"}],
    "lines": ["stub: added {zone: \"a.\"}",
              "workers: auto -> 2: changes only when ternd is started anew",
              "generation 2 is in force; the cache is kept"]})"));
  daemon_.mistake = "tern.yaml:1:1: worker: unknown key";
  EXPECT_EQ(Say(R"({"verb":"reload"})"),
            R"({"ok":false,"error":"tern.yaml:1:1: worker: unknown key"})");
}

TEST_F(ControlVerbsTest, LogReopenSaysWhatItOpenedAndFailsWhenOneCannotBe) {
  const std::string request = R"({"verb":"log reopen"})";
  EXPECT_EQ(Result(request)["lines"][0],
            "nothing is written to a file (query_log.file, dnstap.file)");
  daemon_.files = {{.key = "query_log.file", .path = "/a/log"},
                   {.key = "dnstap.file", .path = "/a/tap", .state = EventFile::State::kStayed}};
  EXPECT_EQ(Result(request), nlohmann::json::parse(R"({
    "files": [{"key": "query_log.file", "path": "/a/log", "opened": true},
              {"key": "dnstap.file", "path": "/a/tap", "opened": false}],
    "lines": ["query_log.file: /a/log: opened",
              "dnstap.file: /a/tap: was not moved, so it goes on"]})"));
  daemon_.files[0].state = EventFile::State::kFailed;
  daemon_.files[0].error = EACCES;
  EXPECT_EQ(Say(request),
            R"({"ok":false,"error":"query_log.file: /a/log: cannot be opened: Permission denied\n)"
            R"(dnstap.file: /a/tap: was not moved, so it goes on"})");
}

TEST_F(ControlVerbsTest, AnUpgradeSaysWhatTheNextProcessDoesNotKnow) {
  EXPECT_EQ(Result(R"({"verb":"upgrade"})"), nlohmann::json::parse(R"({
    "pid": 77, "dropped": [{"key": "log.level", "before": "info", "after": "error"}],
    "lines": ["process 77 has taken over",
              "it does not know what a command changed: log.level: info -> error"]})"));
}

TEST_F(ControlVerbsTest, AZoneIsAddedListedAndRemoved) {
  const auto added = Result(R"({"verb":"forward add","zone":"Corp.example",)"
                            R"("servers":"10.0.0.1 10.0.0.2:54","first":true})");
  EXPECT_EQ(added["generation"], 6);
  EXPECT_EQ(added["yaml"].dump(), R"(["forward:","  - {zone: \"Corp.example.\", to: )"
                                  R"([\"10.0.0.1:53\", \"10.0.0.2:54\"], first: true}"])");
  EXPECT_EQ(Result(R"({"verb":"forward list"})")["items"].dump(),
            R"([{"at_run_time":true,"first":true,"to":["10.0.0.1:53","10.0.0.2:54"],)"
            R"("validate":false,"zone":"Corp.example."}])");
  EXPECT_EQ(Result(R"({"verb":"stub list"})")["lines"][0], "none");
  daemon_.written = daemon_.in_force;
  EXPECT_EQ(Result(R"({"verb":"forward list"})")["items"][0]["at_run_time"], false);
  const auto removed = Result(R"({"verb":"forward remove","zone":"corp.example."})");
  EXPECT_EQ(removed["changed"][0]["removed"].size(), 1u);
  EXPECT_EQ(removed["to_keep"][0]["key"], "forward");
  EXPECT_EQ(Result(R"({"verb":"forward list"})")["items"].size(), 0u);
}

TEST_F(ControlVerbsTest, ListsOfRecordsAndAnchorsHaveTheirFields) {
  Result(R"({"verb":"local add","record":"a.example. 60 TXT \"x y\""})");
  EXPECT_EQ(Result(R"({"verb":"local list"})")["items"][0],
            nlohmann::json::parse(R"({"name":"a.example.","ttl":60,"type":"TXT",)"
                                  R"("data":"\"x y\"","at_run_time":true})"));
  Result(R"({"verb":"nta add","zone":"b.example","for":"1h","reason":"broken"})");
  EXPECT_EQ(Result(R"({"verb":"nta list"})")["items"][0],
            nlohmann::json::parse(R"({"zone":"b.example.","until":"2001-09-09T02:46:40Z",)"
                                  R"("reason":"broken","ended":false,"at_run_time":true})"));
}

TEST_F(ControlVerbsTest, TheLevelOfTheLogIsShownAndChanged) {
  EXPECT_EQ(Result(R"({"verb":"log level"})")["level"], "info");
  Result(R"({"verb":"log level","level":"error"})");
  EXPECT_EQ(Result(R"({"verb":"log level"})")["level"], "error");
  EXPECT_EQ(Say(R"({"verb":"log level","level":"loud"})"),
            R"({"ok":false,"error":"log level: log.level: expected error, warning or info, found )"
            R"(\"loud\""})");
}

TEST_F(ControlVerbsTest, TheConfigurationIsShownWithWhatIsSpecialOfIt) {
  daemon_.written.workers = 4;
  daemon_.in_force.log_level = LogLevel::kError;
  daemon_.in_force.cookie_secret = policy::CookieSecret{1, 2, 3};
  const auto shown = Result(R"({"verb":"config show"})");
  EXPECT_EQ(shown["configuration"], "tern.yaml");
  EXPECT_EQ(shown["generation"], 5);
  std::map<std::string, nlohmann::json> keys;
  for (const auto& key : shown["keys"]) keys[key["key"]] = key;
  EXPECT_EQ(keys["workers"].dump(),
            R"({"default":true,"file":"4","key":"workers","needs_restart":true,"value":"auto"})");
  EXPECT_EQ(keys["log.level"].dump(), R"({"at_run_time":true,"default":false,"file":"info",)"
                                      R"("key":"log.level","value":"error"})");
  EXPECT_EQ(keys["access.cookie_secret"]["value"], "hidden");
  EXPECT_EQ(shown.dump().find("010203"), std::string::npos);
}

TEST_F(ControlVerbsTest, DrainIsOnUnlessItIsOff) {
  EXPECT_EQ(Result(R"({"verb":"drain"})")["draining"], true);
  EXPECT_TRUE(daemon_.draining);
  Result(R"({"verb":"drain","state":"off"})");
  EXPECT_FALSE(daemon_.draining);
  EXPECT_EQ(Say(R"({"verb":"drain","state":"no"})").rfind("{\"ok\":false", 0), 0u);
}

TEST_F(ControlVerbsTest, StopStopsOnce) {
  EXPECT_EQ(Say(R"({"verb":"stop"})"), R"({"ok":true,"result":{"stopping":true}})");
  EXPECT_EQ(daemon_.stops, 1);
}

TEST_F(ControlVerbsTest, FlushTakesANameAndWhatOfIt) {
  EXPECT_EQ(Result(R"({"verb":"flush","name":"Example.com"})")["entries"], 3);
  Result(R"({"verb":"flush","name":"a.","type":"AAAA","below":true})");
  Result(R"({"verb":"flush","name":"a.","negative":true})");
  Result(R"({"verb":"flush","all":true})");
  EXPECT_EQ(daemon_.wishes, "Example.com.;a. below AAAA;a. negative;. below;");
}

TEST_F(ControlVerbsTest, AFlushThatIsNotClearForgetsNothing) {
  for (const char* line :
       {R"({"verb":"flush"})", R"({"verb":"flush","name":""})", R"({"verb":"flush","name":"a..b"})",
        R"({"verb":"flush","name":"a","all":true})", R"({"verb":"flush","name":"a","type":"NO"})",
        R"({"verb":"flush","below":true})"}) {
    EXPECT_EQ(Say(line).rfind("{\"ok\":false", 0), 0u) << line;
  }
  EXPECT_EQ(daemon_.wishes, "");
}

// An entry that lives with the test.
struct MadeEntry {
  alignas(8) uint8_t octets[512];
  cache::EntryView view() const { return cache::EntryView(octets); }
};

MadeEntry Made(cache::EntryKind kind, std::string_view name, wire::RRType type) {
  MadeEntry entry;
  cache::EntryBuilder builder(entry.octets);
  const wire::Name owner = *wire::ParseName(name);
  const cache::Instant now(100);
  bool started = false;
  switch (kind) {
    case cache::EntryKind::kRRset:
      started = builder.StartRRset(owner, type, 60, now, cache::Rank::kAnswerAuthoritative);
      break;
    case cache::EntryKind::kNoData:
      started = builder.StartNoData(owner, type, wire::Name(), 60, now);
      break;
    case cache::EntryKind::kNxDomain:
      started = builder.StartNxDomain(owner, wire::Name(), 60, now);
      break;
    case cache::EntryKind::kDelegation:
      started = builder.StartDelegation(owner, 60, now);
      break;
    case cache::EntryKind::kFailure:
      started = builder.StartFailure(owner, type, wire::ExtendedError::kOther, 1, 60, now);
      break;
    case cache::EntryKind::kNxDomainOfType:
      started =
          builder.StartNxDomainOfType(owner, type, 60, now, cache::Rank::kAnswerAuthoritative);
      break;
  }
  EXPECT_TRUE(started);
  builder.Finish();
  return entry;
}

TEST(FlushWishTest, WantsTheNameAndWithBelowWhatIsBelow) {
  using cache::EntryKind;
  const MadeEntry at = Made(EntryKind::kRRset, "EXAMPLE.com", wire::RRType::kA);
  const MadeEntry below = Made(EntryKind::kRRset, "www.example.com", wire::RRType::kA);
  const MadeEntry beside = Made(EntryKind::kRRset, "anexample.com", wire::RRType::kA);
  FlushWish wish{.name = *wire::ParseName("example.com")};
  EXPECT_TRUE(Wants(wish, at.view()));
  EXPECT_FALSE(Wants(wish, below.view()));
  wish.below = true;
  EXPECT_TRUE(Wants(wish, at.view()));
  EXPECT_TRUE(Wants(wish, below.view()));
  EXPECT_FALSE(Wants(wish, beside.view()));
}

TEST(FlushWishTest, ATypeTakesWhatDeniesItAlong) {
  using cache::EntryKind;
  const FlushWish wish{.name = *wire::ParseName("a."), .type = wire::RRType::kAAAA};
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kRRset, "a.", wire::RRType::kAAAA).view()));
  EXPECT_FALSE(Wants(wish, Made(EntryKind::kRRset, "a.", wire::RRType::kA).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kNoData, "a.", wire::RRType::kAAAA).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kFailure, "a.", wire::RRType::kAAAA).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kNxDomain, "a.", wire::RRType::kNone).view()));
  EXPECT_FALSE(Wants(wish, Made(EntryKind::kDelegation, "a.", wire::RRType::kNone).view()));
}

TEST(FlushWishTest, NegativeLeavesRecordsAndDelegations) {
  using cache::EntryKind;
  const FlushWish wish{.name = *wire::ParseName("a."), .negative = true};
  EXPECT_FALSE(Wants(wish, Made(EntryKind::kRRset, "a.", wire::RRType::kA).view()));
  EXPECT_FALSE(Wants(wish, Made(EntryKind::kDelegation, "a.", wire::RRType::kNone).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kNoData, "a.", wire::RRType::kA).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kNxDomain, "a.", wire::RRType::kNone).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kNxDomainOfType, "a.", wire::RRType::kA).view()));
  EXPECT_TRUE(Wants(wish, Made(EntryKind::kFailure, "a.", wire::RRType::kA).view()));
}

}  // namespace
}  // namespace tern::resolver::control
