#include "resolver/upstream/reply_class.h"

#include <gtest/gtest.h>

#include "tests/support/message_making.h"

namespace tern::resolver::upstream {
namespace {

using test::N;
using test::PlainReply;
using test::ReadReply;
using test::ReplyText;
using wire::Rcode;
using wire::RRType;

constexpr std::string_view kSoa = "example. 900 SOA ns.example. root.example. 7 3600 600 86400 900";

struct Question {
  std::string_view name = "www.example.";
  RRType type = RRType::kA;
  std::string_view zone = "example.";
  bool forwarded = false;
};

struct Classified {
  ReplyClass reply_class;
  std::string end;
  std::string cut;
  bool has_soa;
};

Classified Classify(const ReplyText& text, const Question& question = {}) {
  const ReadReply reply(question.zone, PlainReply(question.name, question.type, text));
  const ReplyMeaning meaning = ClassifyReply(reply.records(), N(question.name), question.type,
                                             N(question.zone), question.forwarded);
  return {meaning.reply_class, wire::ToText(meaning.end.view()), wire::ToText(meaning.cut.view()),
          meaning.soa != nullptr};
}

ReplyClass ClassOf(const ReplyText& text, const Question& question = {}) {
  return Classify(text, question).reply_class;
}

TEST(ReplyClassTest, AnswerIsTheTypeAsked) {
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 A 192.0.2.1"}), ReplyClass::kAnswer);
  EXPECT_EQ(ClassOf({.answer = "WWW.EXAMPLE. 300 A 192.0.2.1"}), ReplyClass::kAnswer);
  // It counts from a server that is not authoritative too, with a lower rank.
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 A 192.0.2.1", .flags = 0}), ReplyClass::kAnswer);
}

TEST(ReplyClassTest, AnswerToAnotherNameIsNone) {
  EXPECT_NE(ClassOf({.answer = "web.example. 300 A 192.0.2.1"}), ReplyClass::kAnswer);
  EXPECT_NE(ClassOf({.answer = "www.example. 300 AAAA 2001:db8::1"}), ReplyClass::kAnswer);
}

TEST(ReplyClassTest, AliasInsideTheZoneIsFollowedInTheReply) {
  const Classified found = Classify({.answer = "www.example. 300 CNAME web.example.\n"
                                               "web.example. 300 A 192.0.2.1"});
  EXPECT_EQ(found.reply_class, ReplyClass::kAnswer);
  EXPECT_EQ(found.end, "web.example.");
  // The order of the records does not matter.
  EXPECT_EQ(ClassOf({.answer = "web.example. 300 A 192.0.2.1\n"
                               "www.example. 300 CNAME web.example."}),
            ReplyClass::kAnswer);
  const Classified open = Classify({.answer = "www.example. 300 CNAME web.example."});
  EXPECT_EQ(open.reply_class, ReplyClass::kAlias);
  EXPECT_EQ(open.end, "web.example.");
}

// The later links of a chain are asked for again, unless they are in the same zone.
TEST(ReplyClassTest, AliasOutOfTheZoneEndsTheReply) {
  const Classified alias =
      Classify({.answer = "www.example. 300 CNAME www.bank.\nwww.bank. 300 A 192.0.2.66"});
  EXPECT_EQ(alias.reply_class, ReplyClass::kAlias);
  EXPECT_EQ(alias.end, "www.bank.");
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 CNAME www.bank.", .rcode = Rcode::kNXDomain}),
            ReplyClass::kAlias);
}

TEST(ReplyClassTest, AliasThatIsAskedForIsTheAnswer) {
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 CNAME www.bank."}, {.type = RRType::kCNAME}),
            ReplyClass::kAnswer);
}

// RFC 6672 section 3.2.
TEST(ReplyClassTest, DnameMakesTheNextName) {
  const Question question = {.name = "a.old.example."};
  const Classified found = Classify({.answer = "old.example. 300 DNAME new.example.\n"
                                               "a.old.example. 300 CNAME a.new.example.\n"
                                               "a.new.example. 300 A 192.0.2.1"},
                                    question);
  EXPECT_EQ(found.reply_class, ReplyClass::kAnswer);
  EXPECT_EQ(found.end, "a.new.example.");
  // The DNAME is believed and not the synthesised CNAME. It is not missed if it is not there.
  const Classified lie = Classify({.answer = "old.example. 300 DNAME new.example.\n"
                                             "a.old.example. 300 CNAME evil.example."},
                                  question);
  EXPECT_EQ(lie.end, "a.new.example.");
  EXPECT_EQ(Classify({.answer = "old.example. 300 DNAME new.example."}, question).end,
            "a.new.example.");
}

TEST(ReplyClassTest, DnameAtTheNameItselfRenamesNothing) {
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 DNAME new.example.", .authority = kSoa}),
            ReplyClass::kNoData);
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 DNAME new.example."}, {.type = RRType::kDNAME}),
            ReplyClass::kAnswer);
}

// The CNAME that the server made is not believed. The one that the DNAME makes is the answer.
TEST(ReplyClassTest, AliasBelowADnameIsTheDnamesWhenAskedFor) {
  const ReadReply reply("example.", PlainReply("a.old.example.", RRType::kCNAME,
                                               {.answer = "a.old.example. 300 CNAME evil.example.\n"
                                                          "old.example. 300 DNAME new.example."}));
  wire::Name target;
  const ChainLink link = FindLink(reply.records(), N("a.old.example."), RRType::kCNAME, &target);
  EXPECT_EQ(link.kind, ChainLink::Kind::kDname);
  EXPECT_EQ(wire::ToText(target.view()), "a.new.example.");
  EXPECT_EQ(
      ClassifyReply(reply.records(), N("a.old.example."), RRType::kCNAME, N("example."), false)
          .reply_class,
      ReplyClass::kAnswer);
}

TEST(ReplyClassTest, DnameThatOverflowsIsYxDomain) {
  std::string target;
  for (int i = 0; i < 4; ++i) target += std::string(60, 'x') + ".";
  const std::string answer = "old.example. 300 DNAME " + target;
  const Question question = {.name = "abcdefghijklm.old.example."};
  EXPECT_EQ(ClassOf({.answer = answer, .rcode = Rcode::kYXDomain}, question),
            ReplyClass::kYxDomain);
  EXPECT_EQ(ClassOf({.answer = answer}, question), ReplyClass::kYxDomain);
  // Without a DNAME the code means nothing.
  EXPECT_EQ(ClassOf({.rcode = Rcode::kYXDomain}), ReplyClass::kServerFailure);
}

// RFC 2308 section 2.2, types 1 to 3.
TEST(ReplyClassTest, NoDataHasAnSoa) {
  EXPECT_EQ(ClassOf({.authority = kSoa}), ReplyClass::kNoData);
  const std::string with_ns = std::string(kSoa) + "\nexample. 300 NS ns.example.";
  EXPECT_EQ(ClassOf({.authority = with_ns}), ReplyClass::kNoData);
  const Classified alias =
      Classify({.answer = "www.example. 300 CNAME web.example.", .authority = kSoa});
  EXPECT_EQ(alias.reply_class, ReplyClass::kNoData);
  EXPECT_EQ(alias.end, "web.example.");
}

TEST(ReplyClassTest, SoaOfAnotherNameDeniesNothing) {
  const Classified below = Classify(
      {.authority = "sub.example. 900 SOA ns.example. root.example. 7 3600 600 86400 900"});
  EXPECT_NE(below.reply_class, ReplyClass::kNoData);
  EXPECT_FALSE(below.has_soa);
}

TEST(ReplyClassTest, NxDomainCountsWithAndWithoutSoa) {
  const Classified with = Classify({.authority = kSoa, .rcode = Rcode::kNXDomain});
  EXPECT_EQ(with.reply_class, ReplyClass::kNxDomain);
  EXPECT_TRUE(with.has_soa);
  const Classified without = Classify({.rcode = Rcode::kNXDomain});
  EXPECT_EQ(without.reply_class, ReplyClass::kNxDomain);
  EXPECT_FALSE(without.has_soa);
  const Classified alias = Classify({.answer = "www.example. 300 CNAME gone.example.",
                                     .authority = kSoa,
                                     .rcode = Rcode::kNXDomain});
  EXPECT_EQ(alias.reply_class, ReplyClass::kNxDomain);
  EXPECT_EQ(alias.end, "gone.example.");
}

TEST(ReplyClassTest, ReferralIsTheDeepestCutTowardsTheName) {
  const Question question = {.name = "a.b.c.example."};
  const Classified found =
      Classify({.authority = "c.example. 300 NS ns.c.example.\nb.c.example. 300 NS ns.c.example.",
                .flags = 0},
               question);
  EXPECT_EQ(found.reply_class, ReplyClass::kReferral);
  EXPECT_EQ(found.cut, "b.c.example.");
  // A cut at the name itself counts too.
  EXPECT_EQ(Classify({.authority = "www.example. 300 NS ns.example.", .flags = 0}).cut,
            "www.example.");
}

TEST(ReplyClassTest, ReferralThatLeadsNowhereIsLame) {
  // These are no referrals: the zone itself, a zone above it (not even read), a sibling.
  EXPECT_EQ(ClassOf({.authority = "example. 300 NS ns.example.", .flags = 0}), ReplyClass::kLame);
  // But an authoritative server may show only its own NS.
  EXPECT_EQ(ClassOf({.authority = "example. 300 NS ns.example."}), ReplyClass::kEmpty);
  EXPECT_EQ(ClassOf({.authority = ". 300 NS a.root.", .flags = 0}), ReplyClass::kLame);
  EXPECT_EQ(ClassOf({.authority = "sub.example. 300 NS ns.example.", .flags = 0}),
            ReplyClass::kLame);
}

TEST(ReplyClassTest, NothingAtAllIsEmptyOnlyFromAnAuthority) {
  EXPECT_EQ(ClassOf({}), ReplyClass::kEmpty);
  EXPECT_EQ(ClassOf({.flags = 0}), ReplyClass::kBare);
  EXPECT_EQ(ClassOf({.flags = wire::kFlagRA}, {.zone = ".", .forwarded = true}),
            ReplyClass::kEmpty);
}

TEST(ReplyClassTest, OtherTypesAtTheNameSayThatItExists) {
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 AAAA 2001:db8::1", .flags = 0}),
            ReplyClass::kEmpty);
}

// RFC 2308 section 2.2: without an SOA, NS records are a referral and deny nothing.
TEST(ReplyClassTest, ForwardersThatReferElsewhereAreLame) {
  EXPECT_EQ(
      ClassOf({.authority = "www.example. 300 NS ns.example.", .flags = 0}, {.forwarded = true}),
      ReplyClass::kLame);
  EXPECT_EQ(ClassOf({.authority = ". 300 NS a.root.", .flags = 0}, {.forwarded = true}),
            ReplyClass::kLame);
}

TEST(ReplyClassTest, UpwardReferralWithAuthorityIsLame) {
  EXPECT_EQ(ClassOf({.authority = ". 300 NS a.root."}), ReplyClass::kLame);
  EXPECT_EQ(ClassOf({.authority = "com. 300 NS a.root."}), ReplyClass::kEmpty);
}

TEST(ReplyClassTest, ErrorCodes) {
  EXPECT_EQ(ClassOf({.rcode = Rcode::kServFail}), ReplyClass::kServerFailure);
  EXPECT_EQ(ClassOf({.rcode = Rcode::kRefused}), ReplyClass::kServerFailure);
  EXPECT_EQ(ClassOf({.rcode = static_cast<Rcode>(9)}), ReplyClass::kServerFailure);
  EXPECT_EQ(ClassOf({.rcode = Rcode::kFormErr}), ReplyClass::kFormatError);
  EXPECT_EQ(ClassOf({.rcode = Rcode::kNotImp}), ReplyClass::kFormatError);
  EXPECT_EQ(ClassOf({.rcode = Rcode::kBadVers, .edns = true}), ReplyClass::kFormatError);
  // Records beside an error are not looked at.
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 A 192.0.2.1", .rcode = Rcode::kServFail}),
            ReplyClass::kServerFailure);
}

TEST(ReplyClassTest, TruncatedWinsOverWhatItHolds) {
  EXPECT_EQ(
      ClassOf({.answer = "www.example. 300 A 192.0.2.1", .flags = wire::kFlagAA | wire::kFlagTC}),
      ReplyClass::kTruncated);
}

// A loop ends as an alias that leads to a name which was there before, with any code. It is never
// taken for a denial.
TEST(ReplyClassTest, LoopsAndLongChainsStayAliases) {
  const std::string loop = "www.example. 300 CNAME b.example.\nb.example. 300 CNAME www.example.";
  EXPECT_EQ(ClassOf({.answer = loop}), ReplyClass::kAlias);
  EXPECT_EQ(ClassOf({.answer = loop, .authority = kSoa, .rcode = Rcode::kNXDomain}),
            ReplyClass::kAlias);
  EXPECT_EQ(ClassOf({.answer = loop, .authority = kSoa}), ReplyClass::kAlias);
  std::string chain;
  for (int i = 0; i < 20; ++i) {
    chain +=
        "l" + std::to_string(i) + ".example. 300 CNAME l" + std::to_string(i + 1) + ".example.\n";
  }
  chain += "l20.example. 300 A 192.0.2.1";
  EXPECT_EQ(ClassOf({.answer = chain}, {.name = "l0.example."}), ReplyClass::kAlias);
  EXPECT_EQ(ClassOf({.answer = chain}, {.name = "l9.example."}), ReplyClass::kAnswer);
}

// RFC 6672 section 2.2: the name that a DNAME made is too long. Together with the answer this makes
// no sense.
TEST(ReplyClassTest, YxDomainWithTheAnswerContradictsItself) {
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 A 192.0.2.1", .rcode = wire::Rcode::kYXDomain}),
            ReplyClass::kServerFailure);
}

// The replies in RFC 2308 section 2.1 have an SOA. A server that shows no SOA and no AA cannot
// deny.
TEST(ReplyClassTest, ADenialWithoutAuthorityOrSoaIsBare) {
  const auto classify = [](uint16_t flags, std::string_view soa, bool forwarded = false) {
    return ClassOf({.authority = soa, .rcode = wire::Rcode::kNXDomain, .flags = flags},
                   {.forwarded = forwarded});
  };
  constexpr std::string_view kExampleSoa = "example. 300 SOA a. b. 1 2 3 4 5";
  EXPECT_EQ(classify(0, ""), ReplyClass::kBare);
  EXPECT_EQ(classify(0, ". 300 SOA a. b. 1 2 3 4 5"), ReplyClass::kBare);
  EXPECT_EQ(classify(0, "victim. 300 NS a."), ReplyClass::kLame);
  EXPECT_EQ(classify(0, kExampleSoa), ReplyClass::kNxDomain);
  EXPECT_EQ(classify(wire::kFlagAA, ""), ReplyClass::kNxDomain);
  EXPECT_EQ(classify(0, "", /*forwarded=*/true), ReplyClass::kNxDomain);
}

// The server of the child was asked as one of the parent. Another one may know better.
TEST(ReplyClassTest, ADenialOfDsByTheChildIsBare) {
  constexpr std::string_view kChildSoa = "www.example. 300 SOA a. b. 1 2 3 4 5";
  const auto classify = [&](const Question& question) {
    return ClassOf({.authority = kChildSoa}, question);
  };
  EXPECT_EQ(classify({.type = RRType::kDS}), ReplyClass::kBare);
  EXPECT_EQ(classify({.type = RRType::kDS, .forwarded = true}), ReplyClass::kNoData);
  EXPECT_EQ(classify({.type = RRType::kDS, .zone = "."}), ReplyClass::kNoData);
  EXPECT_EQ(classify({.type = RRType::kMX}), ReplyClass::kNoData);
  EXPECT_EQ(ClassOf({.authority = "example. 300 SOA a. b. 1 2 3 4 5"}, {.type = RRType::kDS}),
            ReplyClass::kNoData);
}

// A server answered for the zone, so the zone exists. And nothing denies the root.
TEST(ReplyClassTest, ADenialOfTheZoneItselfDeniesTheType) {
  const ReplyText denial = {.authority = "example. 300 SOA a. b. 1 2 3 4 5",
                            .rcode = wire::Rcode::kNXDomain};
  EXPECT_EQ(ClassOf(denial, {.name = "example."}), ReplyClass::kNoData);
  EXPECT_EQ(ClassOf({.rcode = wire::Rcode::kNXDomain}, {.name = "example."}), ReplyClass::kEmpty);
  EXPECT_EQ(ClassOf({.authority = ". 300 SOA a. b. 1 2 3 4 5", .rcode = wire::Rcode::kNXDomain},
                    {.name = "example."}),
            ReplyClass::kServerFailure);
  EXPECT_EQ(ClassOf(denial, {.name = "www.example."}), ReplyClass::kNxDomain);
  // A forwarder may not know the names for which it is configured.
  EXPECT_EQ(ClassOf(denial, {.name = "example.", .forwarded = true}), ReplyClass::kNxDomain);
  const ReplyText nothing = {.authority = ". 300 SOA a. b. 1 2 3 4 5",
                             .rcode = wire::Rcode::kNXDomain};
  for (const bool forwarded : {false, true}) {
    EXPECT_EQ(ClassOf(nothing, {.name = ".", .zone = ".", .forwarded = forwarded}),
              ReplyClass::kServerFailure);
  }
  // The same behind an alias.
  EXPECT_EQ(ClassOf({.answer = "www.example. 300 CNAME example.",
                     .authority = "example. 300 SOA a. b. 1 2 3 4 5",
                     .rcode = wire::Rcode::kNXDomain}),
            ReplyClass::kNoData);
}

}  // namespace
}  // namespace tern::resolver::upstream
