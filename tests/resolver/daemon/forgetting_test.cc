#include "resolver/daemon/forgetting.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "cache/entry.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

using control::FlushWish;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::RRType;

constexpr Time kNow(seconds(1000));

wire::Name N(std::string_view text) { return *wire::ParseName(text); }

class ForgettingTest : public testing::Test {
 protected:
  void SetUp() override {
    PutDelegation("example.", "ns.example.", "192.0.2.1");
    PutDelegation("sub.example.", "ns.elsewhere.", "");
    PutAddress("ns.elsewhere.", "192.0.2.2");
    PutAddress("www.example.", "192.0.2.3");
    for (const char* server : {"192.0.2.1", "192.0.2.2", "192.0.2.9", "10.0.0.1"}) {
      servers_.NotePlainDns(KeyOf(server), kNow);
    }
    servers_.NoteLame(KeyOf("192.0.2.9"), N("example."), seconds(60), kNow);
  }

  upstream::ServerKey KeyOf(std::string_view address) const {
    return servers_.KeyOf({*IpAddress::Parse(address), 53});
  }
  bool IsKnown(std::string_view address) const { return servers_.Get(KeyOf(address)).plain_dns; }
  uint64_t Flush(const FlushWish& wish) {
    const auto count = Forget(wish, {.store = &store_,
                                     .servers = &servers_,
                                     .zones = {{.zone = N("corp."),
                                                .to = {{*IpAddress::Parse("10.0.0.1"), 53}},
                                                .forward = true}}});
    EXPECT_TRUE(count.ok());
    return count.value_or(0);
  }
  bool Has(std::string_view name, RRType type = RRType::kA) {
    return static_cast<bool>(store_.Find(N(name), cache::KeySpace::kData, type));
  }
  void PutAddress(std::string_view name, std::string_view address) {
    alignas(8) uint8_t octets[512];
    cache::EntryBuilder builder(octets);
    const IpAddress ip = *IpAddress::Parse(address);
    ASSERT_TRUE(builder.StartRRset(N(name), RRType::kA, 300, StoreInstant(kNow),
                                   cache::Rank::kAnswerAuthoritative));
    ASSERT_TRUE(builder.AddRecord({ip.octets, 4}));
    store_.Put(builder.Finish(), StoreInstant(kNow));
  }
  void PutDelegation(std::string_view zone, std::string_view server, std::string_view address) {
    alignas(8) uint8_t octets[512];
    cache::EntryBuilder builder(octets);
    ASSERT_TRUE(builder.StartDelegation(N(zone), 3600, StoreInstant(kNow)));
    const IpAddress ip = address.empty() ? IpAddress() : *IpAddress::Parse(address);
    ASSERT_TRUE(builder.AddNameServer(N(server), {ip.octets, ip.size}, {}));
    store_.Put(builder.Finish(), StoreInstant(kNow));
  }

  cache::Store store_{{.memory_octets = size_t{4} << 20, .seed = 3}};
  std::unique_ptr<cache::Store::Reader> reader_ = store_.Register();
  upstream::ServerTable servers_{3, {{1, 2}}};
};

TEST_F(ForgettingTest, ANameTakesItsEntriesAndTheServersOfItsZone) {
  EXPECT_EQ(Flush({.name = N("EXAMPLE.")}), 1u);
  EXPECT_FALSE(store_.FindCut(N("example.")));
  EXPECT_TRUE(store_.FindCut(N("sub.example.")));
  EXPECT_FALSE(IsKnown("192.0.2.1"));
  EXPECT_TRUE(IsKnown("192.0.2.2"));
  EXPECT_TRUE(IsKnown("192.0.2.9"));
  EXPECT_FALSE(servers_.IsLame(KeyOf("192.0.2.9"), N("example."), kNow));
}

TEST_F(ForgettingTest, BelowANameTheServersOfAllZonesGo) {
  EXPECT_EQ(Flush({.name = N("example."), .below = true}), 3u);
  EXPECT_FALSE(store_.FindCut(N("sub.example.")));
  EXPECT_FALSE(Has("www.example."));
  EXPECT_TRUE(Has("ns.elsewhere."));
  EXPECT_FALSE(IsKnown("192.0.2.1"));
  EXPECT_FALSE(IsKnown("192.0.2.2"));
  EXPECT_TRUE(IsKnown("192.0.2.9"));
}

TEST_F(ForgettingTest, ATypeLeavesTheServers) {
  EXPECT_EQ(Flush({.name = N("www.example."), .type = RRType::kA}), 1u);
  EXPECT_EQ(Flush({.name = N("example."), .below = true, .type = RRType::kNS}), 2u);
  EXPECT_TRUE(IsKnown("192.0.2.1"));
  EXPECT_TRUE(servers_.IsLame(KeyOf("192.0.2.9"), N("example."), kNow));
}

TEST_F(ForgettingTest, NegativeLeavesTheServers) {
  EXPECT_EQ(Flush({.name = N("example."), .below = true, .negative = true}), 0u);
  EXPECT_TRUE(IsKnown("192.0.2.1"));
}

TEST_F(ForgettingTest, TheServersOfAForwardZoneGoWithIt) {
  EXPECT_EQ(Flush({.name = N("corp.")}), 0u);
  EXPECT_FALSE(IsKnown("10.0.0.1"));
  EXPECT_TRUE(IsKnown("192.0.2.1"));
}

TEST_F(ForgettingTest, AllTakesAll) {
  EXPECT_EQ(Flush({.name = {}, .below = true}), 4u);
  EXPECT_EQ(store_.Statistics().entries, 0u);
  for (const char* server : {"192.0.2.1", "192.0.2.2", "192.0.2.9", "10.0.0.1"}) {
    EXPECT_FALSE(IsKnown(server)) << server;
  }
}

}  // namespace
}  // namespace tern::resolver::daemon
