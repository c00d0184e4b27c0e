// What the trace of a resolution says about the chain of trust, and a replay of it, which looks at
// the network again.
#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/sim/small_internet.h"
#include "wire/edns.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kWhyServer = "192.0.2.30";
constexpr std::string_view kWhyHost = "www.example.com.";

SigningPlan ExpiredPlan() {
  SigningPlan plan;
  plan.expiration = 1'699'000'000;
  return plan;
}

class WhyTest : public testing::Test {
 protected:
  WhyTest() : internet_({.seed = 8}) {
    internet_.settings().allow = {*resolver::Prefix::Parse("0.0.0.0/0")};
  }

  void Start(const SigningPlan& plan = {}) {
    server_ = internet_.AddSigned("example.com.", kWhyServer, "www 300 A 198.51.100.1\n", plan);
    internet_.AddUnsigned("plain.com.", "192.0.2.31", "www 300 A 198.51.100.5\n");
    internet_.Start();
  }

  // The zone's server signs it in another way from now on.
  void Resign(const SigningPlan& plan) {
    server_->AddZone(std::make_shared<const SignedZone>(
        NameOf("example.com.").view(),
        RecordsOfText("example.com.",
                      "@ 3600 SOA ns1 hostmaster 1 7200 3600 604800 300\n@ 3600 NS ns1\n"
                      "ns1 3600 A 192.0.2.30\nwww 300 A 198.51.100.1\n"),
        plan));
  }

  // The lines of the trace. Empty: the reply has none.
  std::string Traced(std::string_view name, std::string_view request,
                     bool from_this_machine = true) {
    PlainMessage query = MakeQuery(7, name, RRType::kA, 1232);
    query.flags |= wire::kFlagAD;
    query.edns->options = {0xfd, 0xe9, 0, static_cast<uint8_t>(request.size())};
    query.edns->options.insert(query.edns->options.end(), request.begin(), request.end());
    const size_t before = internet_.world().upstream().size();
    const ClientQueryId id = from_this_machine
                                 ? internet_.world().AskStreamFromLoopback(query.Encode())
                                 : internet_.world().AskStream(query.Encode());
    internet_.world().RunFor(std::chrono::seconds(8));
    queries_ = internet_.world().upstream().size() - before;
    const std::optional<PlainMessage> reply = internet_.world().client_query(id).Message();
    if (!reply || !reply->edns) return "no reply";
    rcode_ = reply->rcode;
    return {reply->edns->options.begin(), reply->edns->options.end()};
  }
  std::string Trace(std::string_view name) { return Traced(name, wire::kTraceRequest); }
  std::string Replay(std::string_view name) { return Traced(name, wire::kReplayRequest); }

  SignedTlds internet_;
  ZoneServer* server_ = nullptr;
  size_t queries_ = 0;  // that the last trace cost
  Rcode rcode_ = Rcode::kNoError;
};

// Each of the texts is in the lines, behind the one before it.
void ExpectInOrder(const std::string& lines, std::initializer_list<std::string_view> texts) {
  size_t at = 0;
  for (const std::string_view text : texts) {
    const size_t found = lines.find(text, at);
    ASSERT_NE(found, std::string::npos) << text << " is not behind " << at << " in\n" << lines;
    at = found + text.size();
  }
}

TEST_F(WhyTest, TheTraceShowsTheChainOfTrustLinkByLink) {
  Start();
  const std::string lines = Trace(kWhyHost);
  ExpectInOrder(lines, {R"("kind":"query","zone":".")", R"("question":". DNSKEY")",
                        R"("kind":"trust","zone":".","question":". DNSKEY","outcome":"secure: )",
                        "by the trust anchor", R"("question":"com. DS","outcome":"secure: DS of )",
                        R"("question":"com. DNSKEY","outcome":"secure: KSK )", "by its DS",
                        R"("question":"example.com. DS","outcome":"secure: DS of key )",
                        R"("question":"example.com. DNSKEY","outcome":"secure: )",
                        R"("kind":"validate","question":"www.example.com. A","outcome":"secure")",
                        R"("security":"secure")", R"("kind":"done")"});
}

TEST_F(WhyTest, KeysThatAreKnownAreShownAsKnown) {
  Start();
  EXPECT_EQ(internet_.Lookup("example.com.", RRType::kSOA).rcode, Rcode::kNoError);
  const std::string lines = Trace(kWhyHost);
  ExpectInOrder(lines, {R"("question":"example.com. DNSKEY","outcome":"secure: )", "known"});
  EXPECT_EQ(queries_, 1u);
}

TEST_F(WhyTest, TheTraceSaysWhyAZoneIsNotSigned) {
  Start();
  const std::string because =
      R"("question":"plain.com. DS","outcome":"insecure: com. proves that there is no DS")";
  EXPECT_NE(Trace("www.plain.com.").find(because), std::string::npos);
  EXPECT_NE(Replay("www.plain.com.").find(because), std::string::npos);
}

TEST_F(WhyTest, TheTraceNamesTheBrokenLink) {
  SigningPlan plan;
  plan.ds_edits = {
      [](wire::NameView, std::vector<PlainRecord>* ds) { ds->at(0).rdata.back() ^= 1; }};
  Start(plan);
  const std::string lines = Trace(kWhyHost);
  ExpectInOrder(lines, {R"("question":"example.com. DS","outcome":"secure: )",
                        R"("kind":"retry","question":"example.com. DNSKEY")",
                        R"("question":"example.com. DNSKEY","outcome":"bogus: no DNSKEY of )",
                        R"("security":"bogus")"});
}

TEST_F(WhyTest, TheTraceHasTheTimesOfAnExpiredSignatureAsNumbers) {
  Start(ExpiredPlan());
  ExpectInOrder(Trace(kWhyHost),
                {R"("question":"example.com. DNSKEY","outcome":"bogus: RRSIG of )",
                 R"("signature_inception":)", R"("signature_expiration":1699000000})"});
}

TEST_F(WhyTest, AReplaySeesThatAZoneWasMended) {
  Start(ExpiredPlan());
  EXPECT_EQ(internet_.Lookup(kWhyHost, RRType::kA).rcode, Rcode::kServFail);
  Resign({});
  EXPECT_NE(Trace(kWhyHost).find("failed "), std::string::npos);
  EXPECT_EQ(rcode_, Rcode::kServFail);
  ExpectInOrder(Replay(kWhyHost), {"by the trust anchor", R"("question":"example.com. DNSKEY")",
                                   R"("kind":"validate")", "secure"});
  EXPECT_EQ(rcode_, Rcode::kNoError);
  // Everybody has what it found.
  EXPECT_EQ(internet_.Lookup(kWhyHost, RRType::kA).rcode, Rcode::kNoError);
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(WhyTest, AReplayThatFindsABrokenZoneTakesNothingFromClients) {
  Start();
  EXPECT_EQ(internet_.Lookup(kWhyHost, RRType::kA).rcode, Rcode::kNoError);
  Resign(ExpiredPlan());
  ExpectInOrder(Replay(kWhyHost),
                {R"("question":"example.com. DNSKEY","outcome":"bogus: RRSIG of )", "expired 2023",
                 "valid from 2023", R"("security":"bogus")"});
  EXPECT_EQ(rcode_, Rcode::kServFail);
  const PlainMessage answer = internet_.Lookup(kWhyHost, RRType::kA);
  EXPECT_EQ(answer.rcode, Rcode::kNoError);
  EXPECT_TRUE(answer.Has(wire::kFlagAD));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(WhyTest, AnOutageIsNotTakenForABrokenSignature) {
  Start();
  EXPECT_EQ(internet_.Lookup(kWhyHost, RRType::kA).rcode, Rcode::kNoError);
  internet_.world().SetLink(SignedTlds::kRoot, {.loss = 1.0});
  const std::string lines = Replay(kWhyHost);
  EXPECT_EQ(rcode_, Rcode::kServFail);
  ExpectInOrder(lines,
                {R"("question":". DNSKEY","outcome":"unknown: no DNSKEY of .: its servers fail)",
                 R"("security":"unknown")"});
  EXPECT_EQ(lines.find("bogus"), std::string::npos) << lines;
}

TEST_F(WhyTest, AReplayCostsNoMoreThanOneQuestionMay) {
  Start(ExpiredPlan());
  (void)Replay(kWhyHost);
  EXPECT_LE(queries_, 64u);
  EXPECT_GE(queries_, 5u);
}

TEST_F(WhyTest, OthersCannotMakeTheResolverAskAgain) {
  Start();
  EXPECT_EQ(internet_.Lookup(kWhyHost, RRType::kA).rcode, Rcode::kNoError);
  EXPECT_EQ(Traced(kWhyHost, wire::kReplayRequest, /*from_this_machine=*/false), "");
  EXPECT_EQ(queries_, 0u);
}

TEST_F(WhyTest, TheReasonOfANegativeTrustAnchorIsShown) {
  internet_.settings().dnssec.negative_trust_anchors = {
      {.zone = NameOf("example.com."), .reason = "old \\ \"DS\", ticket 17"}};
  Start(ExpiredPlan());
  for (const std::string& text : {Trace(kWhyHost), Replay(kWhyHost)}) {
    EXPECT_EQ(rcode_, Rcode::kNoError);
    EXPECT_NE(text.find(R"("outcome":"insecure: example.com. is a negative trust anchor: )"
                        R"(old \\ \"DS\", ticket 17")"),
              std::string::npos)
        << text;
    // The extended error.
    EXPECT_NE(text.find("\x21old \\ \"DS\", ticket 17"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tern::sim
