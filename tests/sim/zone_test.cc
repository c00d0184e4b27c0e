#include "tests/sim/zone.h"

#include "gtest/gtest.h"

namespace tern::sim {
namespace {

constexpr std::string_view kZoneText = R"(
@       3600 SOA ns hostmaster 1 2 3 4 300
@       3600 NS  ns
ns      3600 A   192.0.2.1
www     300  A   192.0.2.2
www     300  TXT "hello"
alias   300  CNAME www
a.ent   300  A   192.0.2.3
*.wild  300  A   192.0.2.4
*.wild  300  MX  10 www
x.wild  300  TXT "there"
*.alias2 300 CNAME www
sub     600  NS  ns.sub
ns.sub  600  A   192.0.2.5
sub     600  DS  1 8 2 00000000000000000000000000000000000000000000000000000000000000AA
old     600  DNAME new.example.net.
)";

Zone ExampleZone() { return *Zone::FromText("example.", kZoneText); }

ZoneMatch MatchOf(std::string_view name, wire::RRType type) {
  return ExampleZone().Lookup(NameOf(name), type).match;
}

TEST(ZoneTest, AnswersWhatStandsThere) {
  const ZoneLookup found = ExampleZone().Lookup(NameOf("WWW.example."), wire::RRType::kA);
  ASSERT_EQ(found.match, ZoneMatch::kAnswer);
  ASSERT_EQ(found.records.size(), 1u);
  EXPECT_EQ(found.records[0].rdata, (Octets{192, 0, 2, 2}));
  EXPECT_EQ(found.records[0].ttl, 300u);
}

TEST(ZoneTest, AnyGivesAllOfTheName) {
  EXPECT_EQ(ExampleZone().Lookup(NameOf("www.example."), wire::RRType::kANY).records.size(), 2u);
}

TEST(ZoneTest, TellsNoDataFromNxDomain) {
  EXPECT_EQ(MatchOf("www.example.", wire::RRType::kMX), ZoneMatch::kNoData);
  EXPECT_EQ(MatchOf("nothing.example.", wire::RRType::kMX), ZoneMatch::kNxDomain);
}

TEST(ZoneTest, EmptyNonTerminalExists) {
  EXPECT_EQ(MatchOf("ent.example.", wire::RRType::kA), ZoneMatch::kNoData);
  EXPECT_EQ(MatchOf("b.ent.example.", wire::RRType::kA), ZoneMatch::kNxDomain);
}

TEST(ZoneTest, WildcardCoversNamesBelowItsEncloserOnly) {
  const ZoneLookup found =
      ExampleZone().Lookup(NameOf("any.thing.wild.example."), wire::RRType::kA);
  ASSERT_EQ(found.match, ZoneMatch::kAnswer);
  EXPECT_EQ(found.records[0].owner, NameOf("any.thing.wild.example."));
  EXPECT_EQ(MatchOf("any.wild.example.", wire::RRType::kTXT), ZoneMatch::kNoData);
  // RFC 4592 section 2.2.1: an existing name stops the wildcard above it.
  EXPECT_EQ(MatchOf("x.wild.example.", wire::RRType::kA), ZoneMatch::kNoData);
  EXPECT_EQ(MatchOf("y.x.wild.example.", wire::RRType::kA), ZoneMatch::kNxDomain);
}

TEST(ZoneTest, WildcardCnameIsFollowed) {
  const ZoneLookup found = ExampleZone().Lookup(NameOf("q.alias2.example."), wire::RRType::kA);
  ASSERT_EQ(found.match, ZoneMatch::kCname);
  EXPECT_EQ(found.records[0].owner, NameOf("q.alias2.example."));
}

TEST(ZoneTest, CnameIsItselfForItsOwnType) {
  EXPECT_EQ(MatchOf("alias.example.", wire::RRType::kA), ZoneMatch::kCname);
  EXPECT_EQ(MatchOf("alias.example.", wire::RRType::kCNAME), ZoneMatch::kAnswer);
}

TEST(ZoneTest, CutRefersAllButItsDs) {
  EXPECT_EQ(MatchOf("sub.example.", wire::RRType::kA), ZoneMatch::kReferral);
  EXPECT_EQ(MatchOf("sub.example.", wire::RRType::kNS), ZoneMatch::kReferral);
  EXPECT_EQ(MatchOf("ns.sub.example.", wire::RRType::kA), ZoneMatch::kReferral);
  EXPECT_EQ(MatchOf("sub.example.", wire::RRType::kDS), ZoneMatch::kAnswer);
}

TEST(ZoneTest, DnameCoversNamesBelowItOnly) {
  EXPECT_EQ(MatchOf("a.b.old.example.", wire::RRType::kA), ZoneMatch::kDname);
  EXPECT_EQ(MatchOf("old.example.", wire::RRType::kDNAME), ZoneMatch::kAnswer);
  EXPECT_EQ(MatchOf("old.example.", wire::RRType::kA), ZoneMatch::kNoData);
}

TEST(ZoneTest, RefusesTextWithoutSoaAndNamesOutside) {
  EXPECT_FALSE(Zone::FromText("example.", "@ 60 NS ns.example.net.\n").ok());
  EXPECT_FALSE(
      Zone::FromText("example.", "@ 60 SOA a. b. 1 2 3 4 5\nwww.example.net. 60 A 192.0.2.1\n")
          .ok());
}

}  // namespace
}  // namespace tern::sim
