// DANE in the mail path (RFC 7672): TLSA is looked up behind a secure MX answer and secure
// addresses, and what a mail server gets about TLSA is never a guess.
#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/mail/question.h"
#include "tests/sim/signed_tlds.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kSender = "192.0.2.20";    // serves example.com.
constexpr std::string_view kProvider = "192.0.2.21";  // serves example.net.
constexpr std::string_view kExchangers = R"(
@ 300 MX 10 mx1
@ 300 MX 20 mx2
mx1 300 A 198.51.100.1
mx1 300 AAAA 2001:db8::1
mx2 300 A 198.51.100.2
_25._tcp.mx1 300 TLSA 3 1 1 abababababababababababababababababababababababababababababababab
)";

using Names = std::vector<std::string>;

// The names that servers were asked TLSA of, in order. A name that was asked twice is there twice.
Names TlsaAskedIn(const SimWorld& world) {
  Names names;
  for (const UpstreamQuery& query : world.upstream()) {
    wire::Name name = query.name;
    name.Lower();
    if (query.type == RRType::kTLSA) names.push_back(wire::ToText(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

class DaneTest : public testing::Test {
 protected:
  // Asks for the MX of the domain, and lets what follows end.
  PlainMessage AskForMail(std::string_view domain, uint16_t flags = wire::kFlagRD) {
    PlainMessage reply = internet_.Lookup(domain, RRType::kMX, {.flags = flags});
    internet_.world().RunFor(seconds(10));
    return reply;
  }
  Names TlsaAsked() { return TlsaAskedIn(internet_.world()); }

  SignedTlds internet_{SimWorld::Options{.seed = 11}};
};

TEST_F(DaneTest, TlsaIsLookedUpBehindASecureMxAndSecureAddresses) {
  internet_.AddSigned("example.com.", kSender, kExchangers);
  internet_.Start();
  ASSERT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), (Names{"_25._tcp.mx1.example.com.", "_25._tcp.mx2.example.com."}));
  const PlainMessage tlsa = internet_.Lookup("_25._tcp.mx1.example.com.", RRType::kTLSA);
  EXPECT_EQ(tlsa.answer.size(), 2u) << tlsa.ToText();
  EXPECT_TRUE(tlsa.Has(wire::kFlagAD));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
  const PlainMessage none = internet_.Lookup("_25._tcp.mx2.example.com.", RRType::kTLSA);
  EXPECT_EQ(none.rcode, Rcode::kNXDomain) << none.ToText();
  EXPECT_TRUE(none.Has(wire::kFlagAD));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(DaneTest, TlsaIsLookedUpOfAnExchangerWhoseAddressesAreKnown) {
  internet_.AddSigned("example.com.", kSender, kExchangers);
  internet_.Start();
  for (const std::string_view host : {"mx1.example.com.", "mx2.example.com."}) {
    for (const RRType type : {RRType::kA, RRType::kAAAA}) internet_.Lookup(host, type);
  }
  AskForMail("example.com.");
  EXPECT_EQ(TlsaAsked(), (Names{"_25._tcp.mx1.example.com.", "_25._tcp.mx2.example.com."}));
}

TEST_F(DaneTest, TlsaThatIsKnownIsNotLookedUp) {
  internet_.AddSigned("example.com.", kSender, kExchangers);
  internet_.Start();
  internet_.Lookup("_25._tcp.mx1.example.com.", RRType::kTLSA);
  AskForMail("example.com.");
  EXPECT_EQ(TlsaAsked(), (Names{"_25._tcp.mx1.example.com.", "_25._tcp.mx2.example.com."}));
}

// Its TTL is often shorter than that of the addresses.
TEST_F(DaneTest, TlsaThatHasRunOutIsLookedUpAgainBehindAKnownMx) {
  internet_.AddSigned("example.com.", kSender,
                      "@ 3600 MX 10 mx\nmx 3600 A 198.51.100.1\nmx 3600 AAAA 2001:db8::1\n"
                      "_25._tcp.mx 60 TLSA 3 1 1 "
                      "abababababababababababababababababababababababababababababababab\n");
  internet_.Start();
  ASSERT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  AskForMail("example.com.");
  EXPECT_EQ(TlsaAsked().size(), 1u);
  internet_.world().RunFor(seconds(60));
  // A client that cannot use it.
  internet_.Lookup("example.com.", RRType::kMX, {.dnssec_ok = false});
  internet_.world().RunFor(seconds(10));
  EXPECT_EQ(TlsaAsked().size(), 1u);
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked().size(), 2u);
  const PlainMessage tlsa = internet_.Lookup("_25._tcp.mx.example.com.", RRType::kTLSA);
  EXPECT_TRUE(tlsa.Has(wire::kFlagAD)) << tlsa.ToText();
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(DaneTest, NoTlsaIsLookedUpBehindAnInsecureMx) {
  internet_.AddUnsigned("example.com.", kSender, "@ 300 MX 10 mx.example.net.\n");
  internet_.AddSigned("example.net.", kProvider, "mx 300 A 198.51.100.1\n");
  internet_.Start();
  EXPECT_EQ(AskForMail("example.com.").answer.size(), 1u);
  EXPECT_TRUE(internet_.Lookup("mx.example.net.", RRType::kA).Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), Names{});
}

TEST_F(DaneTest, NoTlsaIsLookedUpOfAnExchangerInAnInsecureZone) {
  internet_.AddSigned("example.com.", kSender, "@ 300 MX 10 mx.example.net.\n");
  internet_.AddUnsigned("example.net.", kProvider, "mx 300 A 198.51.100.1\n");
  internet_.Start();
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(internet_.Lookup("mx.example.net.", RRType::kA).answer.size(), 1u);
  EXPECT_EQ(TlsaAsked(), Names{});
}

TEST_F(DaneTest, NoTlsaIsLookedUpOfABogusExchanger) {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  internet_.AddSigned("example.com.", kSender, "@ 300 MX 10 mx.example.net.\n");
  internet_.AddSigned("example.net.", kProvider, "mx 300 A 198.51.100.1\n", plan);
  internet_.Start();
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), Names{});
}

TEST_F(DaneTest, NoTlsaIsLookedUpOfAnExchangerWithoutAddresses) {
  internet_.AddSigned("example.com.", kSender,
                      "@ 300 MX 10 gone\n@ 300 MX 20 text\ntext 300 TXT x\n");
  internet_.Start();
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), Names{});
}

TEST_F(DaneTest, NoTlsaIsLookedUpWhenNothingIsValidated) {
  internet_.AddSigned("example.com.", kSender, kExchangers);
  internet_.SetValidation(resolver::Validation::kOff);
  internet_.Start();
  EXPECT_GT(AskForMail("example.com.").answer.size(), 0u);
  EXPECT_EQ(TlsaAsked(), Names{});
}

// The two families of an exchanger may belong to two workers.
TEST(DaneWorkersTest, TlsaIsLookedUpOnceByAllWorkersTogether) {
  std::string records;
  for (int i = 0; i < 6; ++i) {
    const std::string host = "mx" + std::to_string(i);
    records += "@ 300 MX 10 " + host + "\n" + host + " 300 A 198.51.100.1\n";
    records += host + " 300 AAAA 2001:db8::1\n";
  }
  SignedTlds internet(SimWorld::Options{.seed = 11, .workers = 3});
  internet.settings().dnssec.aggressive = false;
  internet.AddSigned("example.com.", kSender, records);
  internet.Start();
  internet.Lookup("example.com.", RRType::kMX);
  internet.world().RunFor(seconds(10));
  EXPECT_EQ(TlsaAskedIn(internet.world()).size(), 6u) << internet.world().Trace();
}

// RFC 7672 section 2.2.2: at the end of the chain, and at the name in the MX record.
TEST_F(DaneTest, TlsaOfAnAliasIsLookedUpAtItsEndAndAtItsName) {
  internet_.AddSigned("example.com.", kSender, "@ 300 MX 10 mx\nmx 300 CNAME host.example.net.\n");
  internet_.AddSigned("example.net.", kProvider, "host 300 A 198.51.100.1\n");
  internet_.Start();
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), (Names{"_25._tcp.host.example.net.", "_25._tcp.mx.example.com."}));
}

// The alias itself is secure, so its own name may have TLSA.
TEST_F(DaneTest, TlsaOfASecureAliasThatLeadsToAnInsecureZoneIsLookedUpAtItsNameOnly) {
  internet_.AddSigned("example.com.", kSender, "@ 300 MX 10 mx\nmx 300 CNAME host.example.net.\n");
  internet_.AddUnsigned("example.net.", kProvider, "host 300 A 198.51.100.1\n");
  internet_.Start();
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), Names{"_25._tcp.mx.example.com."});
}

TEST_F(DaneTest, AnInsecureLinkToASecureMxIsInsecure) {
  internet_.AddUnsigned("example.com.", kSender, "@ 300 MX 1 x\nalias 300 CNAME example.net.\n");
  internet_.AddSigned("example.net.", kProvider, kExchangers);
  internet_.Start();
  EXPECT_FALSE(AskForMail("alias.example.com.").Has(wire::kFlagAD));
  EXPECT_EQ(TlsaAsked(), Names{});
}

// Most exchangers have no TLSA, so that is not in vain.
TEST_F(DaneTest, ExchangersWithoutTlsaAreAllLookedUp) {
  std::string records;
  for (int i = 0; i < 12; ++i) {
    const std::string host = "mx" + std::to_string(i);
    records += "@ 300 MX 10 " + host + "\n" + host + " 300 A 198.51.100.1\n";
  }
  internet_.settings().dnssec.aggressive = false;
  internet_.AddSigned("example.com.", kSender, records);
  internet_.Start();
  AskForMail("example.com.");
  EXPECT_EQ(TlsaAsked().size(), 12u);
}

// What follows one MX question costs at most what one question may cost.
TEST_F(DaneTest, TlsaIsPaidFromTheAllowanceOfTheFanOut) {
  constexpr int kAllowance = 8;
  std::string records;
  for (int i = 0; i < 12; ++i) {
    const std::string host = "mx" + std::to_string(i);
    records += "@ 300 MX 10 " + host + "\n" + host + " 300 A 198.51.100.1\n";
  }
  internet_.settings().dnssec.aggressive = false;
  internet_.AddSigned("example.com.", kSender, records);
  internet_.Start();
  for (int i = 0; i < 12; ++i) {
    for (const RRType type : {RRType::kA, RRType::kAAAA}) {
      internet_.Lookup("mx" + std::to_string(i) + ".example.com.", type);
    }
  }
  internet_.settings().resolution.budget.upstream_queries = kAllowance;
  internet_.resolver().Reconfigure(internet_.settings());
  internet_.world().RunFor(seconds(1));
  EXPECT_TRUE(AskForMail("example.com.").Has(wire::kFlagAD));
  EXPECT_GT(TlsaAsked().size(), 0u) << internet_.world().Trace();
  EXPECT_LE(TlsaAsked().size(), size_t{kAllowance});
}

// The addresses in the additional section of a reply.
Names AddressesIn(const PlainMessage& reply) {
  Names names;
  for (const PlainRecord& record : reply.additional) {
    if (record.type == RRType::kA) names.push_back(wire::ToText(record.owner));
  }
  return names;
}

// A client that trusts AD may take the addresses as they are.
TEST_F(DaneTest, AddressesBesideASecureAnswerAreSecureOrAbsent) {
  for (const RRType type : {RRType::kMX, RRType::kSRV}) {
    const std::string head = type == RRType::kMX ? "@ 300 MX 10 " : "@ 300 SRV 0 0 25 ";
    const std::string records =
        head + "safe.example.net.\n" + head + "plain.other.net.\n" + head + "bogus.broken.net.\n";
    SignedTlds internet(SimWorld::Options{.seed = 13});
    SigningPlan expired;
    expired.expiration = 1'699'000'000;
    internet.AddSigned("example.com.", kSender, records);
    internet.AddUnsigned("mail.com.", "192.0.2.25", records);
    internet.AddSigned("example.net.", kProvider, "safe 300 A 198.51.100.1\n");
    internet.AddUnsigned("other.net.", "192.0.2.23", "plain 300 A 198.51.100.2\n");
    internet.AddSigned("broken.net.", "192.0.2.24", "bogus 300 A 198.51.100.3\n", expired);
    internet.Start();
    const Names hosts = {"safe.example.net.", "plain.other.net.", "bogus.broken.net."};
    for (const std::string& host : hosts) internet.Lookup(host, RRType::kA);
    internet.Lookup(hosts[2], RRType::kA, {.flags = wire::kFlagRD | wire::kFlagCD});
    for (int i = 0; i < 2; ++i) {  // resolved, and from the store
      const PlainMessage secure = internet.Lookup("example.com.", type);
      EXPECT_TRUE(secure.Has(wire::kFlagAD));
      EXPECT_EQ(AddressesIn(secure), Names{hosts[0]}) << secure.ToText();
      const PlainMessage insecure = internet.Lookup("mail.com.", type);
      EXPECT_FALSE(insecure.Has(wire::kFlagAD));
      EXPECT_EQ(AddressesIn(insecure), (Names{hosts[0], hosts[1]})) << insecure.ToText();
    }
  }
}

// TLSA that is past its TTL must not say how to trust a server, nor that it need not be trusted.
TEST_F(DaneTest, AStaleTlsaIsNeverServed) {
  ZoneServer* server = internet_.AddSigned("example.com.", kSender, kExchangers);
  internet_.Start();
  constexpr std::string_view kNames[] = {"_25._tcp.mx1.example.com.", "_25._tcp.mx2.example.com."};
  for (const std::string_view name : kNames) internet_.Lookup(name, RRType::kTLSA);
  internet_.Lookup("mx1.example.com.", RRType::kA);
  server->conduct().fault = Fault::kSilent;
  internet_.world().RunFor(seconds(4000));
  for (int i = 0; i < 2; ++i) {
    for (const std::string_view name : kNames) {
      const PlainMessage tlsa = internet_.Lookup(name, RRType::kTLSA);
      EXPECT_EQ(tlsa.rcode, Rcode::kServFail) << tlsa.ToText();
      EXPECT_TRUE(tlsa.answer.empty());
    }
  }
  EXPECT_EQ(internet_.Lookup("mx1.example.com.", RRType::kA).rcode, Rcode::kNoError);
}

// RFC 7672 section 2.1.2: a mail server takes SERVFAIL for TLSA as an attack, and waits.
TEST_F(DaneTest, AnInsecureDenialOfTlsaIsADenialWithoutAd) {
  SigningPlan opt_out;
  opt_out.denial = Denial::kNsec3;
  opt_out.opt_out = true;
  internet_.tld_plan() = opt_out;
  internet_.AddUnsigned("example.net.", kProvider,
                        "mx 300 A 198.51.100.1\n_25._tcp.txt 300 TXT x\n");
  internet_.Start();
  for (int i = 0; i < 2; ++i) {
    const PlainMessage gone = internet_.Lookup("_25._tcp.mx.example.net.", RRType::kTLSA);
    EXPECT_EQ(gone.rcode, Rcode::kNXDomain) << gone.ToText();
    EXPECT_FALSE(gone.Has(wire::kFlagAD));
    const PlainMessage none = internet_.Lookup("_25._tcp.txt.example.net.", RRType::kTLSA);
    EXPECT_EQ(none.rcode, Rcode::kNoError) << none.ToText();
    EXPECT_TRUE(none.answer.empty());
    EXPECT_FALSE(none.Has(wire::kFlagAD));
  }
}

// Servers of an insecure zone that do not answer TLSA, but other types.
class TlsaUnansweredTest : public testing::TestWithParam<Fault> {
 protected:
  TlsaUnansweredTest() {
    for (const std::string_view address : {kProvider, kOther}) {
      servers_.emplace_back("example.net.", kZone).conduct().with_tlsa = GetParam();
      internet_.world().AddServer(address, &servers_.back());
    }
    internet_.AddToTld(
        "net.",
        "example.net. 3600 NS ns1.example.net.\nexample.net. 3600 NS ns2.example.net.\n"
        "ns1.example.net. 3600 A 192.0.2.21\nns2.example.net. 3600 A 192.0.2.22\n");
    internet_.Start();
  }
  PlainMessage Ask(std::string_view name, RRType type) { return internet_.Lookup(name, type); }
  // What a mail server asks before TLSA.
  void WarmUp() {
    for (const std::string_view name : {"mx", "mx1", "mx2", "mx3", "mx4", "mx5"}) {
      Ask(std::string(name) + ".example.net.", RRType::kA);
    }
  }
  void ExpectUnanswered(const PlainMessage& reply) {
    EXPECT_EQ(reply.rcode, Rcode::kServFail) << reply.ToText();
    EXPECT_EQ(ExtendedErrorOf(reply), wire::ExtendedError::kNetworkError) << reply.ToText();
  }

  static constexpr std::string_view kOther = "192.0.2.22";
  static constexpr std::string_view kZone = R"(
@ 3600 SOA ns1 hostmaster 1 7200 3600 604800 300
@ 3600 NS ns1
@ 3600 NS ns2
ns1 3600 A 192.0.2.21
ns2 3600 A 192.0.2.22
* 300 A 198.51.100.1
)";
  std::deque<ZoneServer> servers_;
  SignedTlds internet_{SimWorld::Options{.seed = 12}};
};

// One round trip is 10 ms.
TEST_P(TlsaUnansweredTest, TheQuestionFailsWithinTwoRoundTripsAndIsRemembered) {
  WarmUp();
  ExpectUnanswered(Ask("_25._tcp.mx.example.net.", RRType::kTLSA));
  EXPECT_LE(internet_.last_upstream_queries(), 2u) << internet_.world().Trace();
  const auto two_round_trips = std::chrono::milliseconds(GetParam() == Fault::kSilent ? 60 : 20);
  EXPECT_LE(internet_.last_latency(), two_round_trips) << internet_.world().Trace();
  // Whatever name of the zone it is.
  for (const std::string_view name : {"_25._tcp.mx.example.net.", "_25._tcp.mx2.example.net."}) {
    ExpectUnanswered(Ask(name, RRType::kTLSA));
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << name;
  }
}

TEST_P(TlsaUnansweredTest, AColdQuestionFailsSoonToo) {
  ExpectUnanswered(Ask("_25._tcp.mx.example.net.", RRType::kTLSA));
  EXPECT_LE(internet_.last_latency(), std::chrono::milliseconds(1200));
  ExpectUnanswered(Ask("_25._tcp.mx2.example.net.", RRType::kTLSA));
  // A part of the name: whether it is a zone.
  EXPECT_LE(internet_.last_upstream_queries(), 1u);
}

TEST_P(TlsaUnansweredTest, OtherTypesOfTheZoneAreAnsweredAsBefore) {
  WarmUp();
  Ask("_25._tcp.mx.example.net.", RRType::kTLSA);
  Ask("_25._tcp.mx2.example.net.", RRType::kTLSA);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Ask("w" + std::to_string(i) + ".example.net.", RRType::kA).answer.size(), 1u);
    EXPECT_LE(internet_.last_upstream_queries(), 1u);
    EXPECT_LE(internet_.last_latency(), std::chrono::milliseconds(10));
  }
}

TEST_P(TlsaUnansweredTest, TheZoneIsAskedAgainAfterMinutes) {
  WarmUp();
  Ask("_25._tcp.mx.example.net.", RRType::kTLSA);
  for (ZoneServer& server : servers_) server.conduct().with_tlsa = Fault::kNone;
  internet_.world().RunFor(std::chrono::minutes(6));
  EXPECT_EQ(Ask("_25._tcp.mx2.example.net.", RRType::kTLSA).rcode, Rcode::kNoError);
}

TEST_P(TlsaUnansweredTest, OneServerThatAnswersIsEnough) {
  servers_[0].conduct().with_tlsa = Fault::kNone;
  WarmUp();
  for (const std::string_view host : {"a", "b", "c", "d"}) {
    const PlainMessage reply =
        Ask("_25._tcp." + std::string(host) + ".example.net.", RRType::kTLSA);
    EXPECT_EQ(reply.rcode, Rcode::kNoError) << reply.ToText() << internet_.world().Trace();
  }
}

// Each name may belong to another worker.
TEST(TlsaUnansweredByWorkersTest, WhatOneWorkerFoundTheOthersKnow) {
  SignedTlds internet{SimWorld::Options{.seed = 12, .workers = 4}};
  internet.AddUnsigned("example.net.", kProvider, "* 300 A 198.51.100.1\n")->conduct().with_tlsa =
      Fault::kRefused;
  internet.Start();
  for (int i = 0; i < 12; ++i) {
    const std::string host = "mx" + std::to_string(i) + ".example.net.";
    (void)internet.Lookup(host, RRType::kA);
    (void)internet.Lookup("_25._tcp." + host, RRType::kTLSA);
  }
  EXPECT_EQ(TlsaAskedIn(internet.world()).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Faults, TlsaUnansweredTest,
                         testing::Values(Fault::kNotImp, Fault::kRefused, Fault::kSilent),
                         [](const auto& info) {
                           return info.param == Fault::kNotImp    ? "NotImp"
                                  : info.param == Fault::kRefused ? "Refused"
                                                                  : "Silent";
                         });

// A packet may be lost. So a single server is asked twice.
TEST_F(DaneTest, OneLostPacketDoesNotMakeTlsaUnanswered) {
  ZoneServer* server = internet_.AddUnsigned("example.net.", kProvider, "mx 300 A 198.51.100.1\n");
  internet_.Start();
  internet_.Lookup("mx.example.net.", RRType::kA);
  server->conduct().with_tlsa = Fault::kSilent;
  const ClientQueryId id = internet_.world().AskDatagram(
      MakeQuery(7, "_25._tcp.mx.example.net.", RRType::kTLSA).Encode());
  internet_.world().RunFor(std::chrono::milliseconds(11));
  server->conduct().with_tlsa = Fault::kNone;
  ASSERT_TRUE(internet_.world().RunUntilAnswered(id, seconds(8)));
  EXPECT_EQ(internet_.world().client_query(id).Message()->rcode, Rcode::kNXDomain)
      << internet_.world().Trace();
}

// Beside a late server of a secure zone one other is asked, as for any type, and not all of them.
TEST_F(DaneTest, ALateServerOfASecureZoneCostsOneMoreQuery) {
  ZoneServer* server = internet_.AddSigned("example.com.", kSender, kExchangers);
  for (int i = 2; i < 6; ++i) {
    const std::string address = "192.0.2.3" + std::to_string(i);
    const std::string name = "ns" + std::to_string(i) + ".example.com.";
    internet_.AddToTld("com.",
                       "example.com. 3600 NS " + name + "\n" + name + " 3600 A " + address + "\n");
    internet_.world().AddServer(address, server);
  }
  internet_.settings().dnssec.aggressive = false;
  internet_.Start();
  for (int i = 0; i < 60; ++i) {
    internet_.Lookup("n" + std::to_string(i) + ".example.com.", RRType::kTXT, {});
  }
  internet_.Lookup("mx1.example.com.", RRType::kA);
  server->conduct().with_tlsa = Fault::kSilent;
  internet_.world().AskDatagram(MakeQuery(7, "_25._tcp.mx1.example.com.", RRType::kTLSA).Encode());
  internet_.world().RunFor(std::chrono::milliseconds(25));
  EXPECT_EQ(TlsaAsked().size(), 2u) << internet_.world().Trace();
}

// In a signed zone there is no such short cut: its TLSA matter.
TEST_F(DaneTest, ASignedZoneWhoseServersDoNotAnswerTlsaIsNotGivenUp) {
  ZoneServer* server = internet_.AddSigned("example.com.", kSender, kExchangers);
  internet_.Start();
  internet_.Lookup("mx1.example.com.", RRType::kA);
  server->conduct().with_tlsa = Fault::kRefused;
  EXPECT_EQ(internet_.Lookup("_25._tcp.mx1.example.com.", RRType::kTLSA).rcode, Rcode::kServFail);
  server->conduct().with_tlsa = Fault::kNone;
  EXPECT_TRUE(internet_.Lookup("_25._tcp.mx2.example.com.", RRType::kTLSA).Has(wire::kFlagAD));
}

}  // namespace
}  // namespace tern::sim
