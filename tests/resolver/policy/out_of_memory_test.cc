// Memory that runs out. What is built from the settings is built whole or throws; what a query
// calls needs no memory.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "resolver/policy/cookies.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/gate.h"
#include "resolver/policy/local_data.h"
#include "resolver/policy/local_data_build.h"
#include "resolver/policy/name_source.h"
#include "tests/support/allocation_count.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::policy {
namespace {

constexpr cache::Instant kStoreNow(1000);

wire::Name NameFrom(std::string_view text) { return *wire::ParseName(text); }

// Each allocation of `build` is refused in turn. It throws, or what it gives passes the check:
// where memory was only to be saved, a lack of it does not count.
template <typename Build, typename Check>
void ExpectWholeOrThrown(size_t allocations_least, Build&& build, Check&& check) {
  test::WithEachAllocationRefused(allocations_least, 5000, [&](size_t granted) {
    std::optional<decltype(build())> built;
    size_t refused = 0;
    {
      const test::MemoryRunsOut memory(granted);
      try {
        built.emplace(build());
      } catch (const std::bad_alloc&) {
      }
      refused = memory.refused();
    }
    EXPECT_TRUE(built.has_value() || refused != 0);
    if (built.has_value()) check(*built);
    return refused;
  });
}

class PolicyMemoryTest : public testing::Test {
 protected:
  PolicyMemoryTest() {
    std::ofstream(path_) << "192.0.2.1 router.example. router\n2001:db8::1 router.example.\n";
    zone_.zone = NameFrom("corp.example.");
    zone_.to = {*Endpoint::Parse("192.0.2.53", 53)};
    zone_.forward = true;
  }
  ~PolicyMemoryTest() override { std::filesystem::remove(path_); }

  std::string path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name();
  StaticZone zone_;
};

TEST_F(PolicyMemoryTest, LocalDataIsBuiltWholeOrThrows) {
  const LocalSettings settings = {.special_names = true, .hosts_file = path_};
  ExpectWholeOrThrown(
      20, [&] { return BuildLocalData(settings, std::span(&zone_, 1)); },
      [](const auto& local) {
        ASSERT_TRUE(local.ok()) << local.status();
        for (const char* name :
             {"router.example.", "localhost.", "1.2.0.192.in-addr.arpa.", "test."}) {
          EXPECT_TRUE((*local)->Has(NameFrom(name))) << name;
        }
      });
}

TEST_F(PolicyMemoryTest, AHostsFileWithAMistakeIsToldOrThrows) {
  std::ofstream(path_) << "192.0.2.1 router.example.\n192.0.2.256 wrong.example.\n";
  const LocalSettings settings = {.special_names = false, .hosts_file = path_};
  ExpectWholeOrThrown(
      5,
      [&] {
        std::vector<std::string> warnings;
        const auto local = BuildLocalData(settings, {}, &warnings);
        return local.ok() ? warnings : std::vector<std::string>();
      },
      [](const std::vector<std::string>& warnings) {
        ASSERT_EQ(warnings.size(), 1u);
        EXPECT_NE(warnings[0].find(":2:"), std::string::npos) << warnings[0];
      });
}

TEST_F(PolicyMemoryTest, TheGateAndTheSettingsOfTheCoreAreBuiltWholeOrThrow) {
  const std::vector<Prefix> allow = {*Prefix::Parse("192.0.2.0/24"),
                                     *Prefix::Parse("2001:db8::/32")};
  RateLimitSettings limit;
  limit.queries = 10;
  limit.exempt = allow;
  const std::vector<Prefix> deny = {*Prefix::Parse("192.0.2.128/25")};
  ExpectWholeOrThrown(
      4, [&] { return std::make_shared<Gate>(allow, deny, limit, /*require_cookies=*/false, 7); },
      [&](const std::shared_ptr<Gate>& gate) {
        EXPECT_EQ(gate->FindGroup(allow[0].address, GateQuery()), RateLimit::Group::kExempt);
        EXPECT_EQ(gate->Judge(gate->MayAsk(allow[1].address), RateLimit::Group::kExempt,
                              GateQuery(), Time()),
                  GateVerdict::kPass);
      });
  ResolutionSettings resolution;
  resolution.root_hints = {{NameFrom("a.root."), {*IpAddress::Parse("192.0.2.1")}}};
  resolution.never_query = allow;
  const std::vector<StaticZone> zones = {zone_};
  ExpectWholeOrThrown(
      5, [&] { return std::make_shared<const CoreSettings>(resolution, CacheSettings(), zones); },
      [&](const std::shared_ptr<const CoreSettings>& core) {
        EXPECT_EQ(core->resolution.root_hints.size(), 1u);
        EXPECT_TRUE(core->never_asked.Contains(allow[0].address));
        const StaticZone* zone = core->static_zones.At(zone_.zone);
        ASSERT_NE(zone, nullptr);
        EXPECT_EQ(zone->to, zone_.to);
      });
}

TEST_F(PolicyMemoryTest, AQueryNeedsNone) {
  const auto local =
      BuildLocalData({.special_names = true, .hosts_file = path_}, std::span(&zone_, 1));
  ASSERT_TRUE(local.ok()) << local.status();
  RateLimitSettings limit;
  limit.queries = 10;
  limit.misses = 5;
  Gate gate(std::vector<Prefix>{*Prefix::Parse("192.0.2.0/24")}, {}, limit,
            /*require_cookies=*/true, 7);
  const ServerCookies cookies(CookieSecret{1, 2, 3});
  ResolutionSettings resolution;
  const CoreSettings core(resolution, CacheSettings(), {zone_});
  const IpAddress client = *IpAddress::Parse("192.0.2.1");
  sockaddr_storage address;
  Endpoint{client, 4000}.ToSockaddr(&address);
  const auto* peer = reinterpret_cast<const sockaddr*>(&address);
  const wire::Name names[] = {NameFrom("router.example."), NameFrom("www.corp.example."),
                              NameFrom("a.localhost."), NameFrom("www.example.")};
  alignas(8) uint8_t room[cache::kEntryOctetsMax];
  const uint8_t client_cookie[kClientCookieOctets] = {};
  uint8_t cookie[kOurCookieOctets];
  int judged = 0;
  int found = 0;
  bool verified = false;
  size_t refused = 0;
  {
    const test::MemoryRunsOut memory;
    for (int i = 0; i < 40; ++i) {
      const GateQuery asked = {.transport = i % 2 == 0 ? Transport::kUdp : Transport::kTcp};
      const RateLimit::Group group = gate.FindGroup(peer, asked);
      judged += gate.Judge(gate.MayAsk(peer), group, asked, Time(std::chrono::seconds(1))) ==
                GateVerdict::kPass;
      judged += gate.Judge(gate.MayAsk(client), gate.FindGroup(client, asked), asked,
                           Time(std::chrono::seconds(1))) == GateVerdict::kOverLimit;
      judged += gate.JudgeMiss(group, Time(std::chrono::seconds(1))) == GateVerdict::kPass;
    }
    for (const wire::Name& name : names) {
      for (const wire::RRType type : {wire::RRType::kA, wire::RRType::kANY, wire::RRType::kMX}) {
        cache::EntryBuilder builder(room);
        found += (*local)->Find(name, type, kStoreNow, &builder);
        found += (*local)->Has(name) + DeniesBelow(core, name) + IsDsOfStubZone(core, name, type) +
                 IsAskedAtParent(core, name, type);
      }
    }
    cookies.Make(client_cookie, client, 1'700'000'000, cookie);
    verified = cookies.Verify(cookie, client, 1'700'000'000);
    refused = memory.refused();
  }
  EXPECT_EQ(refused, 0u);
  EXPECT_GT(judged, 0);
  EXPECT_GT(found, 0);
  EXPECT_TRUE(verified);
}

}  // namespace
}  // namespace tern::resolver::policy
