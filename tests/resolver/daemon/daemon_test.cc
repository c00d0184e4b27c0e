#include "resolver/daemon/daemon.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <thread>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/daemon/settings_doubts.h"
#include "resolver/io/sockets.h"
#include "resolver/tool/configured_lists.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_json.h"
#include "resolver/tool/lookup_reply.h"
#include "resolver/tool/mail_counters.h"
#include "tests/resolver/daemon/loopback_daemon.h"
#include "tests/support/allocation_count.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {
namespace {

tool::LookupReply Ask(const Daemon& daemon, const char* name, bool tcp = false,
                      bool trace = false) {
  tool::LookupOptions options;
  options.name = *wire::ParseName(name);
  options.server = daemon.listening().front();
  options.tcp = tcp;
  options.trace = trace;
  const tool::RawReply raw = tool::AskServer(options);
  EXPECT_EQ(raw.outcome, tool::LookupOutcome::kReply);
  return tool::ReadLookupReply(raw.message);
}

TEST(DaemonTest, AnswersOverUdpAndTcpOnAllItsWorkers) {
  const auto daemon = Started(LoopbackSettings());
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(daemon->worker_count(), 2u);
  // The kernel spreads clients over the workers' sockets by their ports.
  for (int i = 0; i < 20; ++i) {
    const tool::LookupReply reply = Ask(*daemon, "localhost.", i % 2 == 1);
    ASSERT_EQ(reply.sections[0].size(), 1u);
    EXPECT_EQ(reply.sections[0][0].rdata, "127.0.0.1");
  }
}

TEST(DaemonTest, AutomaticWorkersAreOneForEachProcessor) {
  cpu_set_t processors;
  ASSERT_EQ(sched_getaffinity(0, sizeof processors, &processors), 0);
  config::Settings settings = LoopbackSettings();
  settings.workers = 0;
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(daemon->worker_count(), static_cast<size_t>(CPU_COUNT(&processors)));
}

TEST(DaemonTest, GivesAnAccountToClientsOfItsOwnMachine) {
  const auto daemon = Started(LoopbackSettings());
  const tool::LookupReply reply = Ask(*daemon, "localhost.", true, true);
  ASSERT_TRUE(reply.trace);
  const std::vector<tool::TraceStep> steps = tool::ReadTraceSteps(*reply.trace);
  ASSERT_GE(steps.size(), 2u);
  EXPECT_EQ(steps.front().Text("kind"), "start");
  EXPECT_EQ(steps.back().Text("kind"), "done");
}

TEST(DaemonTest, ReloadChangesWhoMayAsk) {
  const auto daemon = Started(LoopbackSettings());
  EXPECT_EQ(Ask(*daemon, "localhost.").rcode, wire::Rcode::kNoError);
  config::Settings settings = LoopbackSettings();
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

// The reply's cookie to a cookie of a client; empty without.
std::vector<uint8_t> AskCookie(const Daemon& daemon, std::vector<uint8_t> cookie) {
  std::vector<uint8_t> query = {0, 7, 0, 0,  0, 0,    0, 0, 0, 0, 0,
                                1, 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0};
  query.insert(query.end(), {static_cast<uint8_t>(4 + cookie.size()), 0, 10, 0,
                             static_cast<uint8_t>(cookie.size())});
  query.insert(query.end(), cookie.begin(), cookie.end());
  const io::OwnedFd client(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  const socklen_t octets = daemon.listening().front().ToSockaddr(&storage);
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  uint8_t reply[512];
  if (connect(client.get(), reinterpret_cast<const sockaddr*>(&storage), octets) != 0 ||
      send(client.get(), query.data(), query.size(), 0) < 0 ||
      recv(client.get(), reply, sizeof reply, 0) != 12 + 11 + 4 + 24) {
    return {};
  }
  // BADCOOKIE is 23: its upper bits are in OPT.
  if ((reply[3] & 0xf) != 0 || reply[17] != 0) return {reply[17], reply[3]};
  return std::vector<uint8_t>(reply + 27, reply + 51);
}

// RFC 7873 section 7.1: a day's cookies are good for an hour of the next day, and no longer.
TEST(DaemonTest, RollsTheCookieSecret) {
  const auto daemon = Started(LoopbackSettings());
  const std::vector<uint8_t> first = AskCookie(*daemon, {1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_EQ(first.size(), 24u);
  const auto is_good = [&](const std::vector<uint8_t>& cookie) {
    return AskCookie(*daemon, cookie).size() == 24;
  };
  daemon->RollCookieSecret();
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(is_good(first)) << i;
  daemon->RollCookieSecret();
  // Each worker takes it in with its next turn.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  int bad_in_a_row = 0;
  while (bad_in_a_row < 20 && std::chrono::steady_clock::now() < end) {
    bad_in_a_row = is_good(first) ? 0 : bad_in_a_row + 1;
  }
  EXPECT_EQ(bad_in_a_row, 20);
}

TEST(DaemonTest, AutomaticIpv6FollowsTheRoutes) {
  config::Settings settings = LoopbackSettings();
  ASSERT_EQ(settings.resolution.ipv6, Ipv6Use::kAuto);
  // Without its interface this address has no route on any machine.
  settings.resolution.root_hints[0].addresses.push_back(*IpAddress::Parse("fe80::1"));
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  EXPECT_FALSE(daemon->asks_over_ipv6());
  const auto always = [](const IpAddress&) { return true; };
  daemon->FollowNetwork(always);
  EXPECT_TRUE(daemon->asks_over_ipv6());
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_FALSE(daemon->asks_over_ipv6());
  daemon->FollowNetwork(always);
  daemon->FollowNetwork([](const IpAddress&) { return false; });
  EXPECT_FALSE(daemon->asks_over_ipv6());
}

TEST(ConfigurationTest, AutomaticIpv6IsOnWhereARootServerHasARoute) {
  config::Settings settings = LoopbackSettings();
  settings.resolution.root_hints[0].addresses.push_back(*IpAddress::Parse("::1"));
  const auto configuration = MakeConfiguration(settings);
  ASSERT_TRUE(configuration.ok());
  EXPECT_EQ(configuration->view.settings->resolution.ipv6 == Ipv6Use::kOn,
            io::StateOf(*IpAddress::Parse("::1")) == io::AddressState::kThere);
}

TEST(DaemonTest, FixedIpv6DoesNotFollowTheRoutes) {
  for (const Ipv6Use use : {Ipv6Use::kOn, Ipv6Use::kOff}) {
    config::Settings settings = LoopbackSettings();
    settings.resolution.ipv6 = use;
    const auto daemon = Started(settings);
    ASSERT_NE(daemon, nullptr);
    for (const bool route : {true, false}) {
      daemon->FollowNetwork([route](const IpAddress&) { return route; });
      EXPECT_EQ(daemon->asks_over_ipv6(), use == Ipv6Use::kOn);
    }
  }
}

TEST(DaemonTest, OwnAddressesFollowThoseOfTheMachine) {
  const auto daemon = Started(LoopbackSettings());
  ASSERT_NE(daemon, nullptr);
  const IpAddress server = *IpAddress::Parse("192.0.2.1");
  std::vector<Prefix> own;
  std::string failure;
  const auto follow = [&] {
    daemon->FollowNetwork([](const IpAddress&) { return false; },
                          [&](std::span<const Endpoint>, uint16_t, std::string* why_incomplete) {
                            *why_incomplete = failure;
                            return own;
                          });
    return daemon->MayAsk(server);
  };
  EXPECT_TRUE(follow());
  own = {*Prefix::Parse("192.0.2.1/32")};
  EXPECT_FALSE(follow());
  own = {};
  failure = "no descriptors left";
  EXPECT_FALSE(follow()) << "an address is not forgotten because the list could not be read";
  failure = "";
  EXPECT_TRUE(follow());
}

void AwaitTurns(Daemon* daemon) {
  const auto turned = std::make_shared<std::atomic<size_t>>(0);
  daemon->DutiesOfWatchdog({}).ask_workers([turned] { ++*turned; });
  while (*turned < daemon->worker_count()) usleep(1000);
}

// Each question would come back as one more client of itself, and end at its timeout.
TEST(DaemonTest, AForwarderWhoseAddressBecomesTheMachinesOwnIsNotAsked) {
  const io::OwnedFd forwarder(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  const socklen_t octets = Endpoint::Parse("127.0.0.1", 0)->ToSockaddr(&storage);
  ASSERT_EQ(bind(forwarder.get(), reinterpret_cast<const sockaddr*>(&storage), octets), 0);
  const Endpoint server = io::LocalEndpoint(forwarder.get());
  config::Settings settings = LoopbackSettings();
  settings.resolution.budget.failure_timeout = std::chrono::milliseconds(600);
  settings.static_zones = {{*wire::ParseName("test.example."), {server}, true, false}};
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  std::vector<Prefix> own = {*Prefix::Parse("127.0.0.1/32")};
  const auto questions_at_forwarder = [&](const char* name) {
    daemon->FollowNetwork([](const IpAddress&) { return false; },
                          [&](std::span<const Endpoint>, uint16_t port, std::string*) {
                            return port == server.port ? own : std::vector<Prefix>();
                          });
    AwaitTurns(daemon.get());  // each worker takes it in with its next turn
    EXPECT_EQ(Ask(*daemon, name).rcode, wire::Rcode::kServFail);
    int count = 0;
    for (char octet = 0; recv(forwarder.get(), &octet, 1, 0) >= 0;) ++count;
    return count;
  };
  EXPECT_EQ(questions_at_forwarder("a.test.example."), 0);
  own.clear();
  EXPECT_GT(questions_at_forwarder("b.test.example."), 0);
}

TEST(DaemonTest, ReloadWithABrokenHostsFileKeepsTheOldConfiguration) {
  const auto daemon = Started(LoopbackSettings());
  config::Settings settings = LoopbackSettings();
  settings.allow.clear();
  settings.local.hosts_file = "/nonexistent/hosts";
  EXPECT_EQ(std::string(daemon->Reload(settings).message()),
            "local.hosts_file: /nonexistent/hosts: No such file or directory");
  EXPECT_EQ(Ask(*daemon, "localhost.").rcode, wire::Rcode::kNoError);
}

// Lacks memory for its allocation number `granted`; true when it threw for that.
bool ThrowsWithoutMemory(size_t granted, const std::function<void()>& task) {
  const test::MemoryRunsOut memory(granted);
  try {
    task();
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

TEST(DaemonTest, AReloadThatLacksMemoryChangesNothing) {
  config::Settings settings = LoopbackSettings();
  settings.allow = {*Prefix::Parse("192.0.2.0/24")};
  settings.static_zones = {
      {*wire::ParseName("corp.test."), {*Endpoint::Parse("192.0.2.53", 53)}, /*forward=*/true}};
  const auto reload = [&settings](Daemon& daemon) { EXPECT_TRUE(daemon.Reload(settings).ok()); };
  reload(*Started(LoopbackSettings()));  // what a process makes once
  const auto other = Started(LoopbackSettings());
  size_t allocations = test::AllocationCount();
  reload(*other);
  allocations = test::AllocationCount() - allocations;
  // The last ones are those that could come too late.
  const auto daemon = Started(LoopbackSettings());
  for (size_t granted = allocations - std::min<size_t>(allocations, 40); granted < allocations;
       ++granted) {
    SCOPED_TRACE(granted);
    EXPECT_TRUE(ThrowsWithoutMemory(granted, [&] { reload(*daemon); }));
    EXPECT_FALSE(daemon->forget_again_at());
    // TCP, because the kernel spreads it over the workers.
    for (int i = 0; i < 8; ++i) {
      ASSERT_EQ(Ask(*daemon, "localhost.", /*tcp=*/true).rcode, wire::Rcode::kNoError);
    }
  }
  EXPECT_FALSE(ThrowsWithoutMemory(allocations, [&] { reload(*daemon); }));
  EXPECT_TRUE(daemon->forget_again_at());
}

TEST(DaemonTest, ACookieSecretThatCannotBeRolledStays) {
  const auto daemon = Started(LoopbackSettings());
  const std::vector<uint8_t> first = AskCookie(*daemon, {1, 2, 3, 4, 5, 6, 7, 8});
  size_t granted = 0;
  while (ThrowsWithoutMemory(granted, [&] { daemon->RollCookieSecret(); })) ++granted;
  EXPECT_GE(granted, 3u);
  // One roll: a day's cookies are good for an hour of the next day.
  for (int i = 0; i < 40; ++i) EXPECT_EQ(AskCookie(*daemon, first).size(), 24u) << i;
}

// The same user's sockets may share an address: only the daemon itself can tell that one is there.
TEST(DaemonTest, AnAddressThatAnotherServesIsAClearError) {
  const auto first = Started(LoopbackSettings());
  ASSERT_NE(first, nullptr);
  const Endpoint taken = first->listening().front();
  config::Settings settings = LoopbackSettings();
  settings.listen = {*Endpoint::Parse("127.0.0.1", 0), taken};
  settings.places_in_file["listen[1]"] = "tern.yaml:3:5";
  EXPECT_EQ(std::string(Daemon::Start(settings, [](const absl::Status&) {}).status().message()),
            "tern.yaml:3:5: listen[1]: cannot listen on " + taken.ToText() +
                ": the address is in use for UDP by another process");
  settings.listen = {{*IpAddress::Parse("0.0.0.0"), taken.port}};
  EXPECT_FALSE(Daemon::Start(settings, [](const absl::Status&) {}).ok());
}

TEST(DaemonTest, AnAddressThatAnotherServesOverTcpOnlyIsAClearError) {
  const io::OwnedFd other(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  const Endpoint any = *Endpoint::Parse("127.0.0.1", 0);
  const socklen_t octets = any.ToSockaddr(&storage);
  const int on = 1;
  ASSERT_EQ(setsockopt(other.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
  ASSERT_EQ(bind(other.get(), reinterpret_cast<const sockaddr*>(&storage), octets), 0);
  ASSERT_EQ(listen(other.get(), 1), 0);
  config::Settings settings = LoopbackSettings();
  settings.listen = {io::LocalEndpoint(other.get())};
  const auto daemon = Daemon::Start(settings, [](const absl::Status&) {});
  ASSERT_FALSE(daemon.ok());
  EXPECT_NE(std::string(daemon.status().message()).find("the address is in use for TCP"),
            std::string::npos)
      << daemon.status();
}

TEST(DaemonTest, AWildcardAddressAndOneOfItsOwnMayBothBeListenedOn) {
  config::Settings settings = LoopbackSettings();
  const Endpoint any = Started(settings)->listening().front();  // a port that is free now
  settings.listen = {any, {*IpAddress::Parse("0.0.0.0"), any.port}};
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(Ask(*daemon, "localhost.").rcode, wire::Rcode::kNoError);
}

// Connections of the last run are in TIME_WAIT then, and a ring's sockets may still be there.
TEST(DaemonTest, StartsAgainAtOnceOnTheSameAddress) {
  config::Settings settings = LoopbackSettings();
  for (int i = 0; i < 5; ++i) {
    auto daemon = Started(settings);
    ASSERT_NE(daemon, nullptr);
    settings.listen = {daemon->listening().front()};
    EXPECT_EQ(Ask(*daemon, "localhost.", true).rcode, wire::Rcode::kNoError);
  }
}

TEST(DaemonTest, AnAddressThatTheMachineLacksIsNamedAndIsNoError) {
  config::Settings settings = LoopbackSettings();
  settings.listen.push_back(*Endpoint::Parse("192.0.2.1", 0));
  settings.resolution.outgoing = {*IpAddress::Parse("127.0.0.2"), *IpAddress::Parse("192.0.2.7")};
  settings.places_in_file["resolution.outgoing[1]"] = "tern.yaml:4:27";
  EXPECT_EQ(MissingAddresses(settings),
            (std::vector<std::string>{
                "listen[1]: this machine does not have 192.0.2.1; it is served as soon as it has",
                "tern.yaml:4:27: resolution.outgoing[1]: this machine does not have 192.0.2.7; no "
                "server is asked from it until it has"}));
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(Ask(*daemon, "localhost.").rcode, wire::Rcode::kNoError);
}

TEST(DaemonTest, EndsAtOnceWhileATcpClientIsConnected) {
  auto daemon = Started(LoopbackSettings());
  EXPECT_EQ(Ask(*daemon, "localhost.", true).rcode, wire::Rcode::kNoError);
  const auto start = std::chrono::steady_clock::now();
  daemon.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(ConfigurationTest, NamesThePlaceAndTheKeyOfABadHostsFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "no_hosts";
  config::Settings settings = LoopbackSettings();
  settings.local.hosts_file = path.string();
  const std::string error = "local.hosts_file: " + path.string() + ": No such file or directory";
  EXPECT_EQ(std::string(MakeConfiguration(settings).status().message()), error);
  const auto read = config::ParseConfig("local:\n  hosts_file: " + path.string(), "/etc/tern.yaml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(std::string(MakeConfiguration(*read).status().message()),
            "/etc/tern.yaml:2:15: " + error);
}

// Forgets what the public tree said of names that are in a static zone from now on.
TEST(DaemonTest, ReloadForgetsWhatOthersSaidOfANewZone) {
  config::Settings settings = LoopbackSettings();
  settings.workers = 1;
  StaticZone all;
  all.forward = true;
  all.to = {{*IpAddress::Parse("127.0.0.1"), 9}};
  settings.static_zones = {all};
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  cache::Store& store = daemon->store();
  const auto reader = store.Register();
  const auto put = [&](std::string_view name) {
    std::vector<uint64_t> room(cache::kBuiltOctetsMax / 8);
    cache::EntryBuilder builder({reinterpret_cast<uint8_t*>(room.data()), cache::kBuiltOctetsMax});
    ASSERT_TRUE(builder.StartNxDomain(*wire::ParseName(std::string(name)), wire::NameView(), 3600,
                                      cache::Instant(1)));
    (void)store.Put(builder.Finish(), cache::Instant(1));
  };
  const auto has = [&](std::string_view name) {
    return bool(store.Find(*wire::ParseName(std::string(name)), cache::KeySpace::kNxDomain,
                           wire::RRType::kNone));
  };
  for (const char* name : {"corp.", "x.corp.", "example.", "localhost."}) put(name);
  StaticZone corp = all;
  corp.zone = *wire::ParseName("Corp.");
  settings.static_zones.push_back(corp);
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_FALSE(has("corp."));
  EXPECT_FALSE(has("x.corp."));
  EXPECT_FALSE(has("localhost."));
  EXPECT_TRUE(has("example."));
  // Jobs that were under way may have learnt more under the old configuration.
  put("x.corp.");
  ASSERT_TRUE(daemon->forget_again_at().has_value());
  daemon->ForgetAgain();
  EXPECT_FALSE(has("x.corp."));
  EXPECT_FALSE(daemon->forget_again_at().has_value());
  // The same again takes nothing; another server of the zone, or none any more, does.
  put("x.corp.");
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_TRUE(has("x.corp."));
  settings.static_zones.pop_back();
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_FALSE(has("x.corp."));
}

TEST(DaemonTest, TellsTheOperatorsToolItsBlockLists) {
  config::Settings settings = LoopbackSettings();
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  const auto told = [&] {
    const auto lists =
        tool::AskConfiguredLists(daemon->listening().front(), std::chrono::seconds(5));
    std::string text;
    if (!lists.ok()) return std::string(lists.status().message());
    for (const wire::Name& zone : *lists) text += wire::ToText(zone) + " ";
    return text;
  };
  EXPECT_NE(told().find("has no block lists in its configuration"), std::string::npos) << told();
  settings.mail.dnsbl.push_back({.zone = *wire::ParseName("zen.corp.")});
  settings.mail.dnsbl.push_back({.zone = *wire::ParseName("bl.corp.")});
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_EQ(told(), "zen.corp. bl.corp. ");
  settings.trace = false;
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_NE(told().find("does not tell its block lists"), std::string::npos) << told();
}

// The counters are there when the check of a list that no server answers for has ended.
TEST(DaemonTest, ChecksItsBlockListsFromTheStart) {
  config::Settings settings = LoopbackSettings();
  settings.mail.dnsbl.push_back({.zone = *wire::ParseName("zen.corp.")});
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  const auto failing = [&] {
    for (const tool::MailCounter& counter :
         tool::AskMailCounters(daemon->listening().front(), std::chrono::seconds(5))) {
      if (counter.name == "lists_failing") return counter.value;
    }
    return uint64_t{99};
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (failing() == 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(failing(), 1u);
}

// Other servers are asked about the names of a list, and their denials count otherwise.
TEST(DaemonTest, ReloadForgetsTheNamesOfABlockListThatComesOrGoes) {
  config::Settings settings = LoopbackSettings();
  settings.workers = 1;
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  cache::Store& store = daemon->store();
  const auto reader = store.Register();
  const auto put = [&](const char* name) {
    std::vector<uint64_t> room(cache::kBuiltOctetsMax / 8);
    cache::EntryBuilder builder({reinterpret_cast<uint8_t*>(room.data()), cache::kBuiltOctetsMax});
    ASSERT_TRUE(
        builder.StartNxDomain(*wire::ParseName(name), wire::NameView(), 3600, cache::Instant(1)));
    (void)store.Put(builder.Finish(), cache::Instant(1));
  };
  const auto has = [&](const char* name) {
    return bool(
        store.Find(*wire::ParseName(name), cache::KeySpace::kNxDomain, wire::RRType::kNone));
  };
  const auto reload = [&] { ASSERT_TRUE(daemon->Reload(settings).ok()); };
  for (const char* name : {"zen.corp.", "x.zen.corp.", "bl.corp.", "corp."}) put(name);
  settings.mail.dnsbl.push_back({.zone = *wire::ParseName("Zen.corp.")});
  reload();
  EXPECT_FALSE(has("zen.corp."));
  EXPECT_FALSE(has("x.zen.corp."));
  EXPECT_TRUE(has("bl.corp."));
  EXPECT_TRUE(has("corp."));
  // Jobs that were under way may have learnt more under the old configuration.
  put("x.zen.corp.");
  ASSERT_TRUE(daemon->forget_again_at().has_value());
  daemon->ForgetAgain();
  EXPECT_FALSE(has("x.zen.corp."));
  // What the list says stays when another list comes, or when its time changes.
  put("x.zen.corp.");
  settings.mail.dnsbl.push_back({.zone = *wire::ParseName("bl.corp.")});
  settings.mail.dnsbl[0].timeout = std::chrono::seconds(2);
  reload();
  EXPECT_TRUE(has("x.zen.corp."));
  EXPECT_FALSE(has("bl.corp."));
  daemon->ForgetAgain();
  settings.mail.dnsbl.erase(settings.mail.dnsbl.begin());
  reload();
  EXPECT_FALSE(has("x.zen.corp."));
}

TEST(DaemonTest, ReloadForgetsWhatTheDnsSaidOfSpecialNames) {
  config::Settings settings = LoopbackSettings();
  settings.local.special_names = false;
  const auto daemon = Started(settings);
  ASSERT_NE(daemon, nullptr);
  const auto reader = daemon->store().Register();
  std::vector<uint64_t> room(cache::kBuiltOctetsMax / 8);
  cache::EntryBuilder builder({reinterpret_cast<uint8_t*>(room.data()), cache::kBuiltOctetsMax});
  const wire::Name localhost = *wire::ParseName("localhost.");
  ASSERT_TRUE(builder.StartNxDomain(localhost, wire::NameView(), 3600, cache::Instant(1)));
  (void)daemon->store().Put(builder.Finish(), cache::Instant(1));
  settings.local.special_names = true;
  ASSERT_TRUE(daemon->Reload(settings).ok());
  EXPECT_FALSE(daemon->store().Find(localhost, cache::KeySpace::kNxDomain, wire::RRType::kNone));
}

// It would be asked for the zone, and ask itself again.
TEST(ConfigurationTest, AZoneOfOurOwnIsAClearError) {
  const auto message = [](std::string_view text) {
    const auto read = config::ParseConfig(std::string(text), "tern.yaml");
    return read.ok() ? std::string(MakeConfiguration(*read).status().message())
                     : std::string(read.status().message());
  };
  constexpr std::string_view kListen = "listen: [\"127.0.0.1:5301\", \"0.0.0.0:5302\"]\n";
  const std::string listen(kListen);
  EXPECT_EQ(message(listen + "stub: [{zone: a, to: [192.0.2.1]}]\n"
                             "forward:\n"
                             "  - {zone: b, to: [\"127.0.0.1:5302\"]}\n"),
            "tern.yaml:4:5: forward[0]: expected other servers than this one, found "
            "127.0.0.1:5302, where it listens itself");
  EXPECT_NE(message(listen + "stub: [{zone: a, to: [\"127.0.0.1:5301\"]}]\n"), "");
  EXPECT_EQ(message(listen + "forward: [{zone: a, to: [\"127.0.0.1:5303\"]}]\n"), "");
}

TEST(DaemonTest, AMemoryThatTheProcessMayNotHaveIsAClearError) {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit low = before;
  low.rlim_cur = pages * static_cast<size_t>(getpagesize()) + (size_t{1} << 30);
  config::Settings settings = LoopbackSettings();
  settings.cache.memory_octets = size_t{16} << 30;
  settings.places_in_file["cache.memory"] = "tern.yaml:1:9";
  ASSERT_EQ(setrlimit(RLIMIT_AS, &low), 0);
  const absl::Status status = Daemon::Start(settings, [](const absl::Status&) {}).status();
  EXPECT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(std::string(status.message()),
            "tern.yaml:1:9: cache.memory: expected no more than this process may have (ulimit -v)");
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
}  // namespace tern::resolver::daemon
