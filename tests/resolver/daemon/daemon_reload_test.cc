// What a reload says, and what commands change until the next one.
#include <filesystem>
#include <fstream>
#include <string>

#include "resolver/daemon/log.h"
#include "resolver/policy/local_record.h"
#include "tests/resolver/daemon/loopback_daemon.h"

namespace tern::resolver::daemon {
namespace {

// What the last reload said, a line each.
std::string LastReport(const Daemon& daemon) {
  std::string text;
  for (const control::ReportLine& line : LinesOf(daemon.last_reload())) {
    text += line.text + (line.is_warning ? " (warning)\n" : "\n");
  }
  return text;
}

TEST(DaemonReloadTest, AReloadSaysWhatChangedAndWhatNeedsANewStart) {
  const auto daemon = Started(LoopbackSettings());
  config::Settings settings = LoopbackSettings();
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_EQ(LastReport(*daemon), "nothing changed\ngeneration 2 is in force; the cache is kept\n");
  settings.cache.ttl.max_ttl = 3600;
  settings.workers = 3;
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_EQ(LastReport(*daemon),
            "cache.max_ttl: 1d -> 1h\n"
            "workers: 2 -> 3: changes only when ternd is started anew (warning)\n"
            "generation 3 is in force; the cache is kept\n");
  settings.local.hosts_file = "/nonexistent/hosts";
  EXPECT_FALSE(daemon->Reload(settings).ok());
  EXPECT_EQ(daemon->last_reload().generation, 3u);
  EXPECT_EQ(daemon->settings().workers, 2);
  EXPECT_EQ(daemon->written().workers, 3);
}

TEST(DaemonReloadTest, AReloadSaysThatTheHostsFileHasAnotherContent) {
  const std::string path = testing::TempDir() + "/daemon_test_hosts";
  std::ofstream(path) << "192.0.2.1 a.example\n";
  config::Settings settings = LoopbackSettings();
  settings.local.hosts_file = path;
  const auto daemon = Started(settings);
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_TRUE(daemon->last_reload().changes.empty()) << LastReport(*daemon);
  std::ofstream(path) << "192.0.2.2 a.example\n";
  ASSERT_TRUE(daemon->Reload(settings).ok());
  std::filesystem::remove(path);
  EXPECT_EQ(LastReport(*daemon).substr(0, 17), "local.hosts_file:") << LastReport(*daemon);
}

StaticZone ForwardTo(const char* zone, const char* server) {
  return {*wire::ParseName(zone), {*Endpoint::Parse(server, 53)}, /*forward=*/true};
}

TEST(DaemonReloadTest, AReloadSaysThatTheQueryLogCannotBeOpened) {
  const std::string folder = testing::TempDir() + "/tern-reload-log";
  std::filesystem::remove_all(folder);
  config::Settings settings = LoopbackSettings();
  const auto daemon = Started(settings);
  settings.query_log.file = folder + "/no/log";
  const std::string failure = "query_log.file: " + settings.query_log.file +
                              ": cannot be opened: No such file or directory";
  // The first brings it, the second finds it as it was.
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(daemon->Reload(settings).ok());
    EXPECT_NE(LastReport(*daemon).find(failure + " (warning)\n"), std::string::npos)
        << LastReport(*daemon);
  }
  const auto files = daemon->ReopenEventFiles();
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(TextOf(files->at(0)), failure);
  std::filesystem::create_directories(folder + "/no");
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_TRUE(daemon->last_reload().unopened.empty());
}

TEST(DaemonReloadTest, WhatACommandChangedIsGoneWithTheNextReloadWhichSaysSo) {
  const auto daemon = Started(LoopbackSettings());
  config::Settings settings = daemon->settings();
  settings.static_zones = {ForwardTo("a.example.", "192.0.2.1"),
                           ForwardTo("b.example.", "192.0.2.1")};
  ASSERT_TRUE(daemon->Change(settings).ok());
  EXPECT_EQ(daemon->state().generation(), 2u);
  EXPECT_TRUE(daemon->forget_again_at());
  EXPECT_TRUE(daemon->written().static_zones.empty());
  settings = LoopbackSettings();
  settings.static_zones = {ForwardTo("b.example.", "192.0.2.1")};
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_EQ(LastReport(*daemon),
            "forward: removed {zone: \"a.example.\", to: [\"192.0.2.1:53\"]}\n"
            "a command had changed this, the file does not say it: forward: added {zone: "
            "\"a.example.\", to: [\"192.0.2.1:53\"]}: no longer so (warning)\n"
            "generation 3 is in force; the cache is kept\n");
}

TEST(DaemonReloadTest, AChangeIsJudgedAsTheFileIs) {
  const auto daemon = Started(LoopbackSettings());
  config::Settings settings = daemon->settings();
  settings.static_zones = {ForwardTo("a.example.", daemon->listening().front().ToText().c_str())};
  settings.places_in_file["forward[0]"] = "tern.yaml:1:1";
  settings.listen = {daemon->listening().front()};
  EXPECT_EQ(std::string(daemon->Change(settings).message()).substr(0, 27),
            "forward[0]: expected other ");
  settings = daemon->settings();
  settings.local.data.resize(kRunTimeChangesMax + 1);
  for (size_t i = 0; i < settings.local.data.size(); ++i) {
    settings.local.data[i] = *policy::ParseLocalRecord("a" + std::to_string(i) + ". TXT x");
  }
  EXPECT_TRUE(absl::IsResourceExhausted(daemon->Change(settings)));
  settings.local.data.pop_back();
  EXPECT_TRUE(daemon->Change(settings).ok());
  settings.local.data = {*policy::ParseLocalRecord("a. CNAME b."),
                         *policy::ParseLocalRecord("a. TXT x")};
  EXPECT_EQ(std::string(daemon->Change(settings).message()).substr(0, 15), "local.data[1]: ");
  EXPECT_EQ(daemon->state().generation(), 2u);
}

TEST(DaemonReloadTest, TheLevelOfTheLogIsTheConfigurations) {
  config::Settings settings = LoopbackSettings();
  settings.log_level = LogLevel::kWarning;
  const auto daemon = Started(settings);
  EXPECT_EQ(CurrentLogLevel(), LogLevel::kWarning);
  EXPECT_TRUE(daemon->Reload(LoopbackSettings()).ok());
  EXPECT_EQ(CurrentLogLevel(), LogLevel::kInfo);
}

}  // namespace
}  // namespace tern::resolver::daemon
