// The mail path: what a mail server will ask next is looked up behind the answer that it has just
// got, and comes with it when it is known.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/config/settings.h"
#include "resolver/mail/warm_up.h"
#include "tests/sim/small_internet.h"

namespace tern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kMailServer = "192.0.2.20";
constexpr RRType kFamilies[] = {RRType::kA, RRType::kAAAA};

class MailTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << internet_.world().Trace(); }

  void AddMailDomain() {
    internet_.AddDomain("example.com.", {kMailServer},
                        "@ 300 MX 20 mx2\n@ 300 MX 10 mx1\n"
                        "mx1 300 A 198.51.100.1\nmx1 300 AAAA 2001:db8::1\n"
                        "mx2 300 A 198.51.100.2\nmx2 300 AAAA 2001:db8::2\n");
  }
  PlainMessage Ask(std::string_view name, RRType type) { return internet_.Lookup(name, type); }
  size_t Sent() { return internet_.world().upstream().size(); }
  // Asks for the MX of a domain, and lets what follows end.
  PlainMessage AskForMail(std::string_view domain) {
    PlainMessage reply = Ask(domain, RRType::kMX);
    internet_.world().RunFor(seconds(10));
    return reply;
  }
  uint64_t fan_outs() { return internet_.resolver().recursor().counters().mail_fan_outs; }

  SmallInternet internet_{SimWorld::Options{.seed = 7}};
};

std::vector<std::string> Lines(const std::vector<PlainRecord>& records) {
  std::vector<std::string> lines;
  for (const PlainRecord& record : records) lines.push_back(record.ToText());
  return lines;
}

TEST_F(MailTest, AddressesOfTheExchangersAreKnownWhenTheMailServerAsks) {
  AddMailDomain();
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  EXPECT_EQ(AskForMail("example.com.").answer.size(), 2u);
  // As many queries as the mail server's own questions would cost.
  EXPECT_EQ(Sent() - before, 1u + 4u) << internet_.world().Trace();
  for (const std::string_view host : {"mx1.example.com.", "mx2.example.com."}) {
    for (const RRType type : kFamilies) {
      EXPECT_EQ(Ask(host, type).answer.size(), 1u);
      EXPECT_EQ(internet_.last_upstream_queries(), 0u);
    }
  }
  EXPECT_EQ(fan_outs(), 1u);
  EXPECT_EQ(internet_.resolver().recursor().counters().mail_warm_answers, 4u);
  EXPECT_EQ(internet_.resolver().recursor().counters().mail_questions, 1u);
}

TEST_F(MailTest, TheAnswerDoesNotWaitForWhatFollows) {
  Duration latency[2];
  for (const bool warm : {false, true}) {
    SmallInternet internet(SimWorld::Options{.seed = 7});
    internet.AddDomain("example.com.", {kMailServer}, "@ 300 MX 10 mx1\nmx1 300 A 198.51.100.1\n");
    internet.settings().mail.warm = warm;
    internet.Start();
    internet.Lookup("example.com.", RRType::kMX);
    latency[warm ? 1 : 0] = internet.last_latency();
  }
  EXPECT_EQ(latency[0], latency[1]);
}

// The mail server asks while the look-ups are under way. It waits for these, so all four answers
// are there after one round trip.
TEST_F(MailTest, QuestionsJoinTheLookUpsUnderWay) {
  AddMailDomain();
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  internet_.Ask("example.com.", RRType::kMX);
  internet_.world().RunFor(milliseconds(11));  // one round trip is 10 ms
  std::vector<ClientQueryId> asked;
  for (const RRType type : kFamilies) {
    asked.push_back(internet_.Ask("mx1.example.com.", type));
    asked.push_back(internet_.Ask("mx2.example.com.", type));
  }
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(Sent() - before, 5u) << internet_.world().Trace();
  for (const ClientQueryId id : asked) {
    const ClientQuery& client = internet_.world().client_query(id);
    ASSERT_TRUE(client.Message().has_value());
    EXPECT_EQ(client.Message()->answer.size(), 1u);
    EXPECT_LE(client.Latency(), milliseconds(10));
  }
}

TEST_F(MailTest, WithoutWarmNothingFollows) {
  AddMailDomain();
  internet_.settings().mail.warm = false;
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  AskForMail("example.com.");
  AskForMail("example.com.");
  EXPECT_EQ(Sent() - before, 1u);
}

TEST_F(MailTest, KnownAddressesComeWithTheAnswerInOrderOfPreference) {
  AddMailDomain();
  internet_.Start();
  EXPECT_TRUE(AskForMail("example.com.").additional.empty());
  const PlainMessage hit = Ask("example.com.", RRType::kMX);
  EXPECT_EQ(hit.answer.size(), 2u);
  EXPECT_EQ(Lines(hit.additional), (std::vector<std::string>{
                                       "mx1.example.com. 290 IN A 198.51.100.1",
                                       "mx1.example.com. 290 IN AAAA 2001:db8::1",
                                       "mx2.example.com. 290 IN A 198.51.100.2",
                                       "mx2.example.com. 290 IN AAAA 2001:db8::2",
                                   }));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(MailTest, AnOperatorMayLeaveTheAddressesOut) {
  AddMailDomain();
  internet_.settings().mail.additional = false;
  internet_.Start();
  AskForMail("example.com.");
  EXPECT_TRUE(Ask("example.com.", RRType::kMX).additional.empty());
}

// An answer that was resolved a moment ago comes with addresses too.
TEST_F(MailTest, AResolvedAnswerComesWithKnownAddresses) {
  AddMailDomain();
  internet_.Start();
  Ask("mx1.example.com.", RRType::kA);
  const PlainMessage reply = Ask("example.com.", RRType::kMX);
  ASSERT_EQ(reply.additional.size(), 1u);
  EXPECT_EQ(reply.additional[0].type, RRType::kA);
}

TEST_F(MailTest, SrvAnswersComeWithKnownAddressesToo) {
  internet_.AddDomain("example.com.", {kMailServer},
                      "_submission._tcp 300 SRV 10 0 587 far\n"
                      "_submission._tcp 300 SRV 5 0 587 near\n"
                      "near 300 A 198.51.100.1\nfar 300 A 198.51.100.2\n");
  internet_.Start();
  Ask("near.example.com.", RRType::kA);
  Ask("far.example.com.", RRType::kA);
  Ask("_submission._tcp.example.com.", RRType::kSRV);
  const PlainMessage hit = Ask("_submission._tcp.example.com.", RRType::kSRV);
  ASSERT_EQ(hit.additional.size(), 2u);
  EXPECT_EQ(hit.additional[0].owner.view().FirstLabel(), "near");
  EXPECT_EQ(hit.answer.size(), 2u);
}

// Addresses that do not fit are left out. The answer itself stays whole.
TEST_F(MailTest, AddressesNeverTruncateTheAnswer) {
  std::string records;
  for (int i = 10; i < 24; ++i) {
    const std::string host = "exchanger-" + std::to_string(i);
    records += "@ 300 MX " + std::to_string(i) + " " + host + "\n";
    for (int j = 1; j < 7; ++j) {
      records += host + " 300 A 198.51." + std::to_string(i) + "." + std::to_string(j) + "\n";
    }
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  internet_.Start();
  AskForMail("example.com.");
  AskForMail("example.com.");
  const PlainMessage hit = Ask("example.com.", RRType::kMX);
  EXPECT_EQ(hit.flags & wire::kFlagTC, 0);
  EXPECT_EQ(hit.answer.size(), 14u);
  // The client takes 1,232 octets. RRsets are whole.
  EXPECT_GT(hit.additional.size(), 0u);
  EXPECT_LT(hit.additional.size(), 14u * 6u);
  EXPECT_EQ(hit.additional.size() % 6, 0u);
}

// RFC 7505: a null MX names no host.
TEST_F(MailTest, NothingFollowsANullMx) {
  internet_.AddDomain("example.com.", {kMailServer}, "@ 300 MX 0 .\n");
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  const PlainMessage reply = AskForMail("example.com.");
  EXPECT_EQ(reply.answer.size(), 1u);
  EXPECT_EQ(reply.rcode, Rcode::kNoError);
  EXPECT_EQ(Sent() - before, 1u);
  EXPECT_EQ(fan_outs(), 0u);
}

TEST_F(MailTest, NothingFollowsHostsThatLocalDataAnswers) {
  internet_.AddDomain("example.com.", {kMailServer}, "@ 300 MX 0 localhost.\n");
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  EXPECT_EQ(AskForMail("example.com.").answer.size(), 1u);
  EXPECT_TRUE(Ask("example.com.", RRType::kMX).additional.empty());
  EXPECT_EQ(Sent() - before, 1u);
}

// A fan-out that fails leaves the MX answer as it is. What failed is not asked again for a while.
TEST_F(MailTest, ExchangersThatCannotBeFoundDoNotChangeTheAnswer) {
  internet_.AddDomain("example.com.", {kMailServer},
                      "@ 300 MX 10 mx.dead.com.\n@ 300 MX 20 gone\n@ 300 MX 30 alias\n"
                      "alias 300 CNAME target\ntarget 300 A 198.51.100.9\n");
  internet_.AddDomain("dead.com.", {"192.0.2.66"}, "mx 300 A 198.51.100.1\n")[0]->conduct().fault =
      Fault::kSilent;
  internet_.Start();
  for (int i = 0; i < 3; ++i) {
    const PlainMessage reply = Ask("example.com.", RRType::kMX);
    EXPECT_EQ(reply.rcode, Rcode::kNoError);
    EXPECT_EQ(reply.answer.size(), 3u);
    EXPECT_TRUE(reply.additional.empty());
    internet_.world().RunFor(seconds(9));
  }
}

// What follows one question costs at most what one question may cost.
TEST_F(MailTest, AHundredExchangersInAHundredZonesCostNoMoreThanOneQuestion) {
  std::string records;
  for (int i = 0; i < 100; ++i) {
    const std::string zone = "z" + std::to_string(i) + ".net.";
    records += "@ 300 MX " + std::to_string(100 + i) + " mx." + zone + "\n";
    internet_.AddToTld("net.", zone + " 3600 NS ns." + zone + "\nns." + zone + " 3600 A 192.0.2." +
                                   std::to_string(120 + i) + "\n");
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  AskForMail("example.com.");
  // The MX answer takes two, over UDP and over TCP.
  EXPECT_LE(Sent() - before, 2u + 64u);
  EXPECT_EQ(fan_outs(), 1u);
}

TEST_F(MailTest, FanOutsOfAWorkerAreBoundedAndCounted) {
  constexpr uint64_t kMost = resolver::mail::kFanOutsMax;
  std::string records;
  for (uint64_t i = 0; i < kMost + 6; ++i) {
    records += "d" + std::to_string(i) + " 300 MX 10 mx.slow.net.\n";
    records += "d" + std::to_string(i) + " 300 MX 20 mx" + std::to_string(i) + ".slow.net.\n";
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  internet_.AddDomain("slow.net.", {"192.0.2.60"}, "")[0]->conduct().fault = Fault::kSilent;
  internet_.Start();
  for (uint64_t i = 0; i < kMost + 6; ++i) {
    (void)internet_.Ask("d" + std::to_string(i) + ".example.com.", RRType::kMX);
  }
  internet_.world().RunFor(milliseconds(800));
  auto limits = internet_.resolver().ReadCounters().of_limits;
  EXPECT_EQ(limits.mail_fan_outs, kMost);
  EXPECT_EQ(limits.mail_fan_outs_met, 6u);
  internet_.world().RunFor(seconds(20));
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.mail_fan_outs, 0u);
}

// NXNSAttack: one question must not become many for the servers of a victim.
TEST_F(MailTest, ExchangersThatDoNotExistCostFewLookUps) {
  std::string exchangers;
  for (int i = 0; i < 16; ++i) {
    exchangers += "@ 300 MX 10 no" + std::to_string(i) + ".victim.net.\n" + "empty 300 MX 10 text" +
                  std::to_string(i) + ".victim.net.\n";
  }
  std::string texts;
  for (int i = 0; i < 16; ++i) texts += "text" + std::to_string(i) + " 300 TXT \"x\"\n";
  internet_.AddDomain("example.com.", {kMailServer}, exchangers);
  ZoneServer* victim = internet_.AddDomain("victim.net.", {"192.0.2.60"}, texts)[0];
  internet_.Start();
  size_t before = victim->queries();
  AskForMail("example.com.");
  EXPECT_LE(victim->queries() - before, 19u) << internet_.world().Trace();
  before = victim->queries();
  AskForMail("empty.example.com.");
  EXPECT_LE(victim->queries() - before, 2u * 19u) << internet_.world().Trace();
  EXPECT_LT(victim->queries() - before, 32u) << internet_.world().Trace();
}

// Each question of the flood names 16 more hosts of a zone whose servers are silent.
TEST_F(MailTest, AFloodOfMailQuestionsLeavesRoomForOthers) {
  constexpr int kFlood = 400;
  std::string records;
  for (int i = 0; i < kFlood; ++i) {
    for (int j = 0; j < 16; ++j) {
      const std::string number = std::to_string(i);
      records +=
          "d" + number + " 300 MX 10 n" + number + "-" + std::to_string(j) + ".victim.net.\n";
    }
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  ZoneServer* victim = internet_.AddDomain("victim.net.", {"192.0.2.60"}, "")[0];
  victim->conduct().fault = Fault::kSilent;
  internet_.AddDomain("example.net.", {"192.0.2.30"}, "* 300 A 198.51.100.1\n");
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  std::vector<ClientQueryId> others;
  for (int i = 0; i < kFlood; ++i) {
    const std::string number = std::to_string(i);
    internet_.Ask("d" + number + ".example.com.", RRType::kMX);
    if (i % 8 == 0) others.push_back(internet_.Ask("o" + number + ".example.net.", RRType::kA));
    internet_.world().RunFor(milliseconds(2));
  }
  internet_.world().RunFor(seconds(2));
  for (const ClientQueryId id : others) {
    const ClientQuery& client = internet_.world().client_query(id);
    ASSERT_TRUE(client.Message().has_value());
    EXPECT_EQ(client.Message()->answer.size(), 1u);
    EXPECT_LT(client.Latency(), milliseconds(100));
  }
  internet_.world().RunFor(seconds(30));
  // To ask for one of the hosts costs as much.
  EXPECT_LE(victim->queries(), size_t{3} * kFlood);
}

// Most hosts have no IPv6 address.
TEST_F(MailTest, ExchangersWithoutIpv6AreAllLookedUp) {
  std::string records;
  for (int i = 0; i < 16; ++i) {
    const std::string host = "mx" + std::to_string(i);
    records += "@ 300 MX 10 " + host + "\n" + host + " 300 A 198.51.100.1\n";
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  internet_.Start();
  AskForMail("example.com.");
  const size_t before = Sent();
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(Ask("mx" + std::to_string(i) + ".example.com.", RRType::kA).answer.size(), 1u);
  }
  EXPECT_EQ(Sent(), before);
}

// A fan-out waits for its questions too. Clients do not lose a place by that.
TEST_F(MailTest, AClientFindsRoomInALookUpAhead) {
  AddMailDomain();
  internet_.settings().resolution.limits.waiters = 1;
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  internet_.Ask("example.com.", RRType::kMX);
  internet_.world().RunFor(milliseconds(11));  // one round trip is 10 ms
  const ClientQueryId first = internet_.Ask("mx1.example.com.", RRType::kA);
  const ClientQueryId second = internet_.Ask("mx1.example.com.", RRType::kA);
  internet_.world().RunFor(seconds(2));
  // The older client makes room, as everywhere.
  EXPECT_EQ(internet_.world().client_query(first).Message()->rcode, Rcode::kServFail);
  EXPECT_EQ(internet_.world().client_query(second).Message()->answer.size(), 1u);
}

// A fan-out that is under way goes on after a reload.
TEST_F(MailTest, AReloadInTheMiddleChangesNothing) {
  AddMailDomain();
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  internet_.Ask("example.com.", RRType::kMX);
  internet_.world().RunFor(milliseconds(11));
  auto& recursor = internet_.resolver().recursor();
  recursor.SetSettings(std::make_shared<const resolver::policy::CoreSettings>(
                           resolver::config::CoreSettingsOf(internet_.settings())),
                       recursor.facilities().local_data);
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(Sent() - before, 5u) << internet_.world().Trace();
}

// The resolver ends while look-ups ahead are under way, at every moment of them.
TEST_F(MailTest, EndsInTheMiddle) {
  for (int ms = 0; ms < 60; ++ms) {
    SmallInternet internet(SimWorld::Options{.seed = 7, .workers = ms % 2 == 0 ? 1u : 2u});
    internet.AddDomain("example.com.", {kMailServer},
                       "@ 300 MX 20 mx2\n@ 300 MX 10 mx1.example.net.\n"
                       "@ 300 TXT \"v=spf1 include:x.example.net a:y.example.net mx\"\n"
                       "mx2 300 A 198.51.100.2\n");
    internet.AddDomain("example.net.", {"192.0.2.30"}, "mx1 300 A 198.51.100.1\n");
    internet.Start();
    internet.Ask("example.com.", RRType::kMX);
    internet.Ask("example.com.", RRType::kTXT);
    internet.world().RunFor(milliseconds(ms));
  }
}

TEST_F(MailTest, AHundredExchangersAreSixteen) {
  std::string records;
  for (int i = 0; i < 100; ++i) {
    const std::string host = "mx" + std::to_string(i);
    records +=
        "@ 300 MX " + std::to_string(200 - i) + " " + host + "\n" + host + " 300 A 198.51.100.1\n";
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  Ask("example.com.", RRType::kMX);
  internet_.world().RunFor(seconds(10));
  const size_t before = Sent();
  // The lowest preference is asked first.
  for (int i = 99; i >= 84; --i) Ask("mx" + std::to_string(i) + ".example.com.", RRType::kA);
  EXPECT_EQ(Sent() - before, 0u);
  Ask("mx83.example.com.", RRType::kA);
  EXPECT_EQ(Sent() - before, 1u);
}

// The addresses are asked for again before they expire, when mail uses them.
TEST_F(MailTest, AddressesAreRefreshedWhileMailUsesThem) {
  internet_.AddDomain("example.com.", {kMailServer}, "@ 3000 MX 10 mx1\nmx1 300 A 198.51.100.1\n");
  internet_.Start();
  AskForMail("example.com.");
  for (int i = 0; i < 5; ++i) Ask("example.com.", RRType::kMX);
  internet_.world().RunFor(seconds(265));
  const size_t before = Sent();
  Ask("example.com.", RRType::kMX);
  internet_.world().RunFor(seconds(1));
  EXPECT_GE(Sent() - before, 1u);
  EXPECT_EQ(Ask("mx1.example.com.", RRType::kA).answer.at(0).ttl, 299u)
      << internet_.world().Trace();
}

TEST_F(MailTest, ExpiredAddressesAreLookedUpBehindACachedAnswer) {
  internet_.AddDomain("example.com.", {kMailServer}, "@ 3000 MX 10 mx1\nmx1 300 A 198.51.100.1\n");
  internet_.Start();
  AskForMail("example.com.");
  internet_.world().RunFor(seconds(400));
  EXPECT_EQ(AskForMail("example.com.").answer.size(), 1u);
  Ask("mx1.example.com.", RRType::kA);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

// Each answer from the cache would cost look-ups again and again.
TEST_F(MailTest, AddressesThatCannotBeKeptAreLookedUpRarely) {
  internet_.AddDomain("example.com.", {kMailServer}, "@ 3000 MX 10 mx1\nmx1 0 A 198.51.100.1\n");
  internet_.Start();
  AskForMail("example.com.");
  const size_t before = Sent();
  for (int i = 0; i < 40; ++i) {
    Ask("example.com.", RRType::kMX);
    internet_.world().RunFor(milliseconds(100));
  }
  EXPECT_LE(Sent() - before, 2u);
}

// RFC 1034 section 4.3.1: a query without recursion starts nothing.
TEST_F(MailTest, AQueryWithoutRecursionStartsNothing) {
  internet_.AddDomain("example.com.", {kMailServer}, "@ 3000 MX 10 mx1\nmx1 300 A 198.51.100.1\n");
  internet_.Start();
  AskForMail("example.com.");
  internet_.world().RunFor(seconds(400));
  const size_t before = Sent();
  PlainMessage query = MakeQuery(1, "example.com.", RRType::kMX);
  query.flags = 0;
  internet_.world().AskDatagram(query.Encode());
  internet_.world().RunFor(seconds(2));
  EXPECT_EQ(Sent(), before);
}

TEST_F(MailTest, WhatAnSpfRecordRefersToIsKnown) {
  internet_.AddDomain("example.com.", {kMailServer},
                      "@ 300 TXT \"v=spf1 include:_spf.example.net a:out.example.com mx ~all\"\n"
                      "@ 300 MX 10 mx1\nmx1 300 A 198.51.100.1\nout 300 A 198.51.100.2\n");
  internet_.AddDomain("example.net.", {"192.0.2.30"},
                      "_spf 300 TXT \"v=spf1 redirect=deep.example.net\"\n"
                      "deep 300 TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n");
  internet_.Start();
  EXPECT_EQ(Ask("example.com.", RRType::kTXT).answer.size(), 1u);
  internet_.world().RunFor(seconds(5));
  const size_t before = Sent();
  EXPECT_EQ(Ask("_spf.example.net.", RRType::kTXT).answer.size(), 1u);
  EXPECT_EQ(Ask("deep.example.net.", RRType::kTXT).answer.size(), 1u);
  EXPECT_EQ(Ask("out.example.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(Ask("example.com.", RRType::kMX).answer.size(), 1u);
  EXPECT_EQ(Ask("mx1.example.com.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(Sent(), before) << internet_.world().Trace();
}

TEST_F(MailTest, AnOperatorMayLeaveSpfAlone) {
  internet_.AddDomain("example.com.", {kMailServer},
                      "@ 300 TXT \"v=spf1 a:out.example.com ~all\"\nout 300 A 198.51.100.2\n");
  internet_.settings().mail.spf = false;
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  Ask("example.com.", RRType::kTXT);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(Sent() - before, 1u);
}

// RFC 7208 section 4.6.4: ten look-ups. A chain of includes that never ends is left after them.
TEST_F(MailTest, AnEndlessChainOfIncludesIsLeftAfterTenLookUps) {
  std::string records;
  for (int i = 0; i < 30; ++i) {
    records += "s" + std::to_string(i) + " 300 TXT \"v=spf1 include:s" + std::to_string(i + 1) +
               ".example.com ~all\"\n";
  }
  internet_.AddDomain("example.com.", {kMailServer}, records);
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  Ask("s0.example.com.", RRType::kTXT);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(Sent() - before, 1u + 10u);
}

// The same section: two look-ups in vain.
TEST_F(MailTest, IncludesThatDoNotExistEndTheWalk) {
  std::string text = "@ 300 TXT \"v=spf1";
  for (int i = 0; i < 10; ++i) text += " include:no" + std::to_string(i) + ".example.com";
  internet_.AddDomain("example.com.", {kMailServer}, text + " ~all\"\n");
  internet_.Start();
  Ask("example.com.", RRType::kNS);
  const size_t before = Sent();
  Ask("example.com.", RRType::kTXT);
  internet_.world().RunFor(seconds(5));
  EXPECT_EQ(Sent() - before, 1u + 3u);
}

TEST_F(MailTest, PoliciesAreLookedUpIfTheOperatorWants) {
  internet_.AddDomain("example.com.", {kMailServer},
                      "@ 300 MX 10 mx1\nmx1 300 A 198.51.100.1\n"
                      "_dmarc 300 TXT \"v=DMARC1; p=none\"\n_mta-sts 300 TXT \"v=STSv1; id=1\"\n");
  for (const bool wanted : {false, true}) {
    internet_.settings().mail.policies = wanted;
    internet_.Start();
    AskForMail("example.com.");
    for (const std::string_view name : {"_dmarc.example.com.", "_mta-sts.example.com."}) {
      EXPECT_EQ(Ask(name, RRType::kTXT).answer.size(), 1u);
      EXPECT_EQ(internet_.last_upstream_queries(), wanted ? 0u : 1u);
    }
  }
}

TEST_F(MailTest, PoliciesAreLookedUpBehindACachedAnswerTooWithoutTheExchangers) {
  internet_.AddDomain("example.com.", {kMailServer},
                      "@ 3000 MX 10 mx1\nmx1 300 A 198.51.100.1\n"
                      "_dmarc 300 TXT \"v=DMARC1; p=none\"\n");
  internet_.settings().mail.policies = true;
  internet_.settings().mail.warm = false;
  internet_.Start();
  AskForMail("example.com.");
  internet_.world().RunFor(seconds(400));
  AskForMail("example.com.");
  EXPECT_EQ(Ask("_dmarc.example.com.", RRType::kTXT).answer.size(), 1u);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  Ask("mx1.example.com.", RRType::kA);
  EXPECT_EQ(internet_.last_upstream_queries(), 1u);
}

}  // namespace
}  // namespace tern::sim
