// Name servers of signed zones, by what RFC 4035 section 3 and RFC 5155 section 7.2 demand.
#include "gtest/gtest.h"
#include "tests/sim/zone_server.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kSignedText = R"(
@       3600 SOA ns hostmaster 1 2 3 4 300
@       3600 NS  ns
ns      3600 A   192.0.2.1
www     300  A   192.0.2.2
alias   300  CNAME www
*.wild  300  TXT "any"
*.walias 300 CNAME www
a.ent   300  A   192.0.2.3
old     600  DNAME wild
secure  600  NS  ns.secure
secure  600  DS  1 15 2 00000000000000000000000000000000000000000000000000000000000000AA
ns.secure 600 A  192.0.2.5
plain   600  NS  ns.plain
ns.plain 600 A   192.0.2.6
)";

constexpr std::string_view kChildText = R"(
@       3600 SOA ns hostmaster 1 2 3 4 300
@       3600 NS  ns
ns      3600 A   192.0.2.5
)";

class SignedServerTest : public testing::TestWithParam<Denial> {
 protected:
  SignedServerTest() { Serve(Plan()); }

  SigningPlan Plan() const {
    SigningPlan plan;
    plan.denial = GetParam();
    return plan;
  }
  void Serve(const SigningPlan& plan) {
    zone_ = std::make_shared<const SignedZone>(NameOf("example."),
                                               RecordsOfText("example.", kSignedText), plan);
    server_.AddZone(zone_);
  }
  bool is_nsec3() const { return GetParam() == Denial::kNsec3; }

  PlainMessage Ask(std::string_view name, RRType type, bool dnssec_ok = true) {
    PlainMessage query = MakeQuery(9, name, type);
    query.edns->dnssec_ok = dnssec_ok;
    query.flags |= wire::kFlagAD | wire::kFlagCD;
    return server_.Answer(query);
  }

  // "A A RRSIG(A)" and so on.
  static std::string TypesOf(const std::vector<PlainRecord>& section) {
    std::string text;
    for (const PlainRecord& record : section) {
      if (!text.empty()) text += ' ';
      const auto rrsig = Rrsig::FromRdata(record.rdata);
      text += record.type == RRType::kRRSIG ? "RRSIG(" + wire::ToText(rrsig->covered) + ")"
                                            : wire::ToText(record.type);
    }
    return text;
  }

  // Whether a record of the authority section is that of the name, or has it in its range.
  bool Matches(const PlainMessage& reply, std::string_view name) const {
    return Has(reply, zone_->DenialAt(NameOf(name)));
  }
  bool Covers(const PlainMessage& reply, std::string_view name) const {
    return !zone_->DenialAt(NameOf(name)) && Has(reply, zone_->DenialOver(NameOf(name)));
  }
  static bool Has(const PlainMessage& reply, const std::optional<PlainRecord>& wanted) {
    bool record_there = false;
    bool signature_there = false;
    for (const PlainRecord& record : reply.authority) {
      if (!wanted || !(record.owner == wanted->owner)) continue;
      if (record.type == wanted->type) record_there = true;
      if (record.type == RRType::kRRSIG &&
          Rrsig::FromRdata(record.rdata)->covered == wanted->type) {
        signature_there = true;
      }
    }
    return record_there && signature_there;
  }

  std::shared_ptr<const SignedZone> zone_;
  ZoneServer server_;
};

TEST_P(SignedServerTest, SignaturesComeWithDoOnly) {
  const PlainMessage with = Ask("www.example.", RRType::kA);
  EXPECT_EQ(TypesOf(with.answer), "A RRSIG(A)");
  EXPECT_EQ(with.FlagsToText(), "QR AA RD");
  EXPECT_TRUE(with.edns->dnssec_ok);
  EXPECT_TRUE(with.authority.empty());
  EXPECT_EQ(TypesOf(Ask("www.example.", RRType::kA, false).answer), "A");
  EXPECT_EQ(TypesOf(Ask("no.example.", RRType::kA, false).authority), "SOA");
  EXPECT_EQ(TypesOf(Ask("secure.example.", RRType::kA, false).authority), "NS");
}

TEST_P(SignedServerTest, KeysAndSignaturesCanBeAskedFor) {
  EXPECT_EQ(TypesOf(Ask("example.", RRType::kDNSKEY).answer), "DNSKEY RRSIG(DNSKEY)");
  EXPECT_EQ(TypesOf(Ask("www.example.", RRType::kRRSIG, false).answer),
            is_nsec3() ? "RRSIG(A)" : "RRSIG(A) RRSIG(NSEC)");
}

TEST_P(SignedServerTest, NameErrorHasItsTwoProofs) {
  const PlainMessage reply = Ask("no.example.", RRType::kA);
  EXPECT_EQ(reply.rcode, Rcode::kNXDomain);
  EXPECT_TRUE(TypesOf(reply.authority).starts_with("SOA RRSIG(SOA) "));
  EXPECT_TRUE(Covers(reply, "no.example."));
  EXPECT_TRUE(Covers(reply, "*.example."));
  EXPECT_EQ(Matches(reply, "example."), is_nsec3() || !Covers(reply, "b.example."));
}

TEST_P(SignedServerTest, NoDataIsProvenAtTheNameAndAtEmptyNonTerminals) {
  const PlainMessage reply = Ask("www.example.", RRType::kMX);
  EXPECT_EQ(reply.rcode, Rcode::kNoError);
  EXPECT_TRUE(Matches(reply, "www.example."));
  const PlainMessage ent = Ask("ent.example.", RRType::kMX);
  EXPECT_EQ(ent.rcode, Rcode::kNoError);
  EXPECT_TRUE(is_nsec3() ? Matches(ent, "ent.example.") : Covers(ent, "ent.example."));
}

TEST_P(SignedServerTest, WildcardAnswersProveThatNoNameIsNearer) {
  const PlainMessage reply = Ask("x.y.wild.example.", RRType::kTXT);
  EXPECT_EQ(TypesOf(reply.answer), "TXT RRSIG(TXT)");
  EXPECT_EQ(Rrsig::FromRdata(reply.answer[1].rdata)->labels, 2);
  EXPECT_EQ(reply.answer[1].owner, NameOf("x.y.wild.example."));
  EXPECT_TRUE(Covers(reply, "y.wild.example."));
  const PlainMessage no_data = Ask("x.wild.example.", RRType::kA);
  EXPECT_TRUE(Covers(no_data, "x.wild.example."));
  EXPECT_TRUE(Matches(no_data, "*.wild.example."));
}

TEST_P(SignedServerTest, ChainsAreSignedLinkByLink) {
  EXPECT_EQ(TypesOf(Ask("alias.example.", RRType::kA).answer), "CNAME RRSIG(CNAME) A RRSIG(A)");
  const PlainMessage dname = Ask("q.old.example.", RRType::kTXT);
  EXPECT_EQ(TypesOf(dname.answer), "DNAME CNAME RRSIG(DNAME) TXT RRSIG(TXT)");
  EXPECT_TRUE(Covers(dname, "q.wild.example."));
  const PlainMessage wildcard = Ask("q.walias.example.", RRType::kA);
  EXPECT_EQ(TypesOf(wildcard.answer), "CNAME RRSIG(CNAME) A RRSIG(A)");
  EXPECT_TRUE(Covers(wildcard, "q.walias.example."));
}

TEST_P(SignedServerTest, ReferralsHaveTheDsOrItsAbsence) {
  EXPECT_EQ(TypesOf(Ask("a.secure.example.", RRType::kA).authority), "NS DS RRSIG(DS)");
  const PlainMessage plain = Ask("a.plain.example.", RRType::kA);
  EXPECT_FALSE(plain.Has(wire::kFlagAA));
  EXPECT_TRUE(Matches(plain, "plain.example."));
  EXPECT_EQ(TypesOf(plain.additional), "A");
}

class OptOutServerTest : public SignedServerTest {};

TEST_P(OptOutServerTest, DelegationsThatAreLeftOutHaveTheEnclosersProof) {
  SigningPlan plan = Plan();
  plan.opt_out = true;
  Serve(plan);
  for (const PlainMessage& reply :
       {Ask("a.plain.example.", RRType::kA), Ask("plain.example.", RRType::kDS)}) {
    EXPECT_TRUE(Matches(reply, "example."));
    EXPECT_TRUE(Covers(reply, "plain.example."));
  }
}

TEST_P(SignedServerTest, DsIsAnsweredAtTheParentsSide) {
  server_.AddZone(std::make_shared<const SignedZone>(
      NameOf("secure.example."), RecordsOfText("secure.example.", kChildText), Plan()));
  EXPECT_EQ(TypesOf(Ask("secure.example.", RRType::kDS).answer), "DS RRSIG(DS)");
  EXPECT_EQ(TypesOf(Ask("secure.example.", RRType::kDNSKEY).answer), "DNSKEY RRSIG(DNSKEY)");
  const PlainMessage none = Ask("plain.example.", RRType::kDS);
  EXPECT_TRUE(none.Has(wire::kFlagAA));
  EXPECT_TRUE(Matches(none, "plain.example."));
}

TEST_P(SignedServerTest, SignaturesOfAdditionalRecordsGoFirstWhenRoomIsShort) {
  server_.conduct().payload_max = 512;
  PlainMessage query = MakeQuery(9, "example.", RRType::kNS);
  query.edns->dnssec_ok = true;
  const PlainMessage whole = server_.Answer(query);
  EXPECT_EQ(TypesOf(whole.additional), "A RRSIG(A)");
  SigningPlan plan = Plan();
  plan.keys = {{kRsaSha256, KeyRole::kCsk, 1}, {kRsaSha256, KeyRole::kCsk, 2}};
  Serve(plan);
  const Octets octets = query.Encode();
  const SimAnswer answer = server_.OnQuery({Endpoint{}, Transport::kUdp, octets, Time{}});
  const PlainMessage cut = PlainMessage::Decode(answer.replies.at(0).octets).value();
  EXPECT_FALSE(cut.Has(wire::kFlagTC));
  EXPECT_EQ(TypesOf(cut.additional), "A");
}

INSTANTIATE_TEST_SUITE_P(All, OptOutServerTest, testing::Values(Denial::kNsec3));
INSTANTIATE_TEST_SUITE_P(All, SignedServerTest, testing::Values(Denial::kNsec, Denial::kNsec3),
                         [](const auto& info) {
                           return std::string(info.param == Denial::kNsec ? "Nsec" : "Nsec3");
                         });

}  // namespace
}  // namespace tern::sim
