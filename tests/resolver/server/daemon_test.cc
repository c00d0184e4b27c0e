#include "resolver/server/daemon.h"

#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "resolver/server/config.h"
#include "resolver/server/lookup_client.h"
#include "resolver/server/lookup_reply.h"
#include "wire/presentation.h"

namespace tern::resolver {
namespace {

// Loopback only: nothing is ever asked upstream.
Settings LoopbackSettings() {
  Settings settings = DefaultSettings();
  settings.listen = {*Endpoint::Parse("127.0.0.1", 0)};
  settings.listen_is_builtin = false;
  settings.workers = 2;
  settings.cache.memory_octets = size_t{8} << 20;
  settings.resolution.root_hints = {
      {*wire::ParseName("root.test."), {*IpAddress::Parse("127.0.0.1")}}};
  return settings;
}

std::unique_ptr<Daemon> Started(Settings settings) {
  auto daemon = Daemon::Start(std::move(settings),
                              [](const absl::Status& status) { ADD_FAILURE() << status; });
  EXPECT_TRUE(daemon.ok()) << daemon.status();
  return daemon.ok() ? *std::move(daemon) : nullptr;
}

LookupReply Ask(const Daemon& daemon, const char* name, bool tcp = false, bool trace = false) {
  LookupOptions options;
  options.name = *wire::ParseName(name);
  options.server = daemon.listening().front();
  options.tcp = tcp;
  options.trace = trace;
  const RawReply raw = AskServer(options);
  EXPECT_EQ(raw.outcome, LookupOutcome::kReply);
  return ReadLookupReply(raw.message);
}

TEST(DaemonTest, AnswersOverUdpAndTcpOnAllItsWorkers) {
  const auto daemon = Started(LoopbackSettings());
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(daemon->worker_count(), 2u);
  // The kernel spreads clients over the workers' sockets by their ports.
  for (int i = 0; i < 20; ++i) {
    const LookupReply reply = Ask(*daemon, "localhost.", i % 2 == 1);
    ASSERT_EQ(reply.sections[0].size(), 1u);
    EXPECT_EQ(reply.sections[0][0].rdata, "127.0.0.1");
  }
}

TEST(DaemonTest, GivesAnAccountToClientsOfItsOwnMachine) {
  const auto daemon = Started(LoopbackSettings());
  const LookupReply reply = Ask(*daemon, "localhost.", true, true);
  EXPECT_TRUE(reply.has_trace);
  ASSERT_GE(reply.trace.size(), 2u);
  EXPECT_EQ(reply.trace.front().Find("kind")->text(), "start");
  EXPECT_EQ(reply.trace.back().Find("kind")->text(), "done");
}

TEST(DaemonTest, ReloadChangesWhoMayAsk) {
  const auto daemon = Started(LoopbackSettings());
  EXPECT_EQ(Ask(*daemon, "localhost.").rcode, wire::Rcode::kNoError);
  Settings settings = LoopbackSettings();
  settings.allow = {*Prefix::Parse("192.0.2.0/24")};
  ASSERT_TRUE(daemon->Reload(settings).ok());
  // Each worker takes it in with its next turn.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  int refused_in_a_row = 0;
  while (refused_in_a_row < 20 && std::chrono::steady_clock::now() < end) {
    const bool refused = Ask(*daemon, "localhost.").rcode == wire::Rcode::kRefused;
    refused_in_a_row = refused ? refused_in_a_row + 1 : 0;
  }
  EXPECT_EQ(refused_in_a_row, 20);
}

TEST(DaemonTest, ReloadWithABrokenHostsFileKeepsTheOldConfiguration) {
  const auto daemon = Started(LoopbackSettings());
  Settings settings = LoopbackSettings();
  settings.allow.clear();
  settings.local.hosts_file = "/nonexistent/hosts";
  EXPECT_EQ(std::string(daemon->Reload(settings).message()),
            "local.hosts_file: /nonexistent/hosts: No such file or directory");
  EXPECT_EQ(Ask(*daemon, "localhost.").rcode, wire::Rcode::kNoError);
}

TEST(DaemonTest, AnAddressOfSomebodyElseIsAClearError) {
  Settings settings = LoopbackSettings();
  settings.listen = {*Endpoint::Parse("192.0.2.1:5353", 0)};
  const auto daemon = Daemon::Start(settings, [](const absl::Status&) {});
  ASSERT_FALSE(daemon.ok());
  EXPECT_NE(std::string(daemon.status().message()).find("192.0.2.1:5353"), std::string::npos)
      << daemon.status();
}

TEST(DaemonTest, EndsAtOnceWhileATcpClientIsConnected) {
  auto daemon = Started(LoopbackSettings());
  EXPECT_EQ(Ask(*daemon, "localhost.", true).rcode, wire::Rcode::kNoError);
  const auto start = std::chrono::steady_clock::now();
  daemon.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(FixedKeysTest, NamesWhatOnlyARestartChanges) {
  const Settings before = LoopbackSettings();
  EXPECT_TRUE(FixedKeysThatDiffer(before, before).empty());
  Settings after = before;
  after.allow.clear();
  after.resolution.upstream_port = 5353;
  after.cache.ttl.max_ttl = 60;
  EXPECT_TRUE(FixedKeysThatDiffer(before, after).empty());
  after.listen.push_back(*Endpoint::Parse("127.0.0.2:53", 0));
  after.workers = 3;
  after.cache.memory_octets *= 2;
  after.resolution.outgoing = {*IpAddress::Parse("127.0.0.1")};
  EXPECT_EQ(
      FixedKeysThatDiffer(before, after),
      (std::vector<std::string_view>{"listen", "workers", "cache.memory", "resolution.outgoing"}));
}

TEST(ConfigurationTest, NamesTheKeyOfABadHostsFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "daemon_hosts";
  std::ofstream(path) << "127.0.0.1 a\nnonsense b\n";
  Settings settings = LoopbackSettings();
  settings.local.hosts_file = path.string();
  EXPECT_EQ(std::string(MakeConfiguration(settings).status().message()),
            "local.hosts_file: " + path.string() +
                ":2: expected an IPv4 or IPv6 address, found \"nonsense\"");
  std::filesystem::remove(path);
}

TEST(DescriptorLimitTest, GoesUpToTheHardLimit) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_TRUE(RaiseDescriptorLimit());
  rlimit after;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace tern::resolver
