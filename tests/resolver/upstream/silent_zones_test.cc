#include "resolver/upstream/silent_zones.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/resolver/upstream/race_fixture.h"
#include "wire/presentation.h"

namespace tern::resolver::upstream {
namespace {

using Kind = SilentZones::Kind;

class SilentZonesTest : public testing::Test {
 protected:
  SilentZonesTest() {
    zones_.SetObserver([this] { ++news_; });
  }
  void Silence(const std::string& zone, Kind kind = Kind::kOther) {
    zones_.NoteSilence(N(zone), HashOf(zone), kind, now_);
  }
  void Answer(const std::string& zone) { zones_.NoteAnswer(HashOf(zone)); }
  static uint64_t HashOf(const std::string& zone) { return std::hash<std::string>()(zone) | 1; }
  static std::string Names(const std::vector<SilentZones::Silence>& silences) {
    std::string names;
    for (const auto& silence : silences) names += wire::ToText(silence.zone) + " ";
    return names;
  }
  // `the zones|everybody's zones`
  std::string Look() {
    const SilentZones::Report report = zones_.Look();
    EXPECT_EQ(report.everybody, zones_.IsEverybodySilent());
    return Names(report.zones) + "|" + Names(report.of_everybody);
  }

  SilentZones zones_;
  Time now_{seconds(100)};
  int news_ = 0;
};

TEST_F(SilentZonesTest, AZoneOfAllIsSilentUntilOneOfItsServersAnswers) {
  Silence("com.", Kind::kTop);
  Silence("com.", Kind::kTop);
  EXPECT_EQ(news_, 1);
  EXPECT_EQ(Look(), "com. |");
  EXPECT_EQ(zones_.Look().zones[0].since, now_);
  Answer("org.");
  EXPECT_EQ(news_, 1);
  EXPECT_EQ(Look(), "com. |");
  Answer("com.");
  EXPECT_EQ(news_, 2);
  EXPECT_EQ(Look(), "|");
  Answer("com.");
  EXPECT_EQ(news_, 2);
}

TEST_F(SilentZonesTest, OtherZonesAreNotNamedAlone) {
  Silence("a.example.");
  EXPECT_EQ(news_, 0);
  EXPECT_EQ(Look(), "|");
}

TEST_F(SilentZonesTest, EverybodyIsSilentAfterSomeZonesWithoutAnAnswerBetween) {
  Silence("a.example.");
  Silence("b.example.");
  Silence("a.example.");
  Silence("b.example.");
  EXPECT_EQ(Look(), "|");
  EXPECT_EQ(news_, 0);
  Silence("c.example.");
  EXPECT_EQ(news_, 1);
  EXPECT_EQ(Look(), "|a.example. b.example. c.example. ");
  Silence("d.example.");
  EXPECT_EQ(news_, 1);
  Answer("e.example.");
  EXPECT_EQ(news_, 2);
  EXPECT_EQ(Look(), "|");
}

TEST_F(SilentZonesTest, OneAnswerAboutAnyZoneBeginsTheCountAnew) {
  Silence("a.example.");
  Silence("b.example.");
  zones_.NoteAnswer(0);
  Silence("c.example.");
  Silence("d.example.");
  EXPECT_EQ(Look(), "|");
  Silence("e.example.");
  EXPECT_EQ(Look(), "|c.example. d.example. e.example. ");
}

TEST_F(SilentZonesTest, AZoneOfAllCountsForEverybodyToo) {
  Silence("com.", Kind::kTop);
  Silence("a.example.");
  Silence("corp.example.", Kind::kStatic);
  EXPECT_EQ(Look(), "com. corp.example. |com. a.example. corp.example. ");
}

// Then the network was away. What it says of top level domains is old.
TEST_F(SilentZonesTest, WhenSomebodyAnswersAgainTopLevelDomainsAreFoundOutAnew) {
  Silence("com.", Kind::kTop);
  Silence("a.example.");
  Silence("corp.example.", Kind::kStatic);
  zones_.NoteAnswer(0);
  EXPECT_EQ(Look(), "corp.example. |");
  Silence("com.", Kind::kTop);
  EXPECT_EQ(Look(), "com. corp.example. |");
  Answer("corp.example.");
  EXPECT_EQ(Look(), "com. |");
}

TEST_F(SilentZonesTest, KeepsSoManyZones) {
  for (size_t i = 0; i < SilentZones::kZonesMax + 10; ++i)
    Silence("t" + std::to_string(i), Kind::kStatic);
  EXPECT_EQ(zones_.Look().zones.size(), SilentZones::kZonesMax);
  EXPECT_EQ(zones_.CountTaken(), SilentZones::kZonesMax);
  EXPECT_EQ(zones_.left_out(), 10u);
  Answer("t3");
  EXPECT_EQ(zones_.CountTaken(), SilentZones::kZonesMax - 1);
  Silence("t70", Kind::kStatic);
  EXPECT_EQ(zones_.Look().zones.size(), SilentZones::kZonesMax);
}

// What races tell.
class SilentWorldTest : public RaceFixture {
 protected:
  SilentZones& zones() { return world_.table().silent_zones(); }
  bool IsNoted(const std::string& zone) {
    for (const auto& silence : zones().Look().zones) {
      if (wire::ToText(silence.zone) == zone) return true;
    }
    return false;
  }
};

TEST_F(SilentWorldTest, RacesTellSilenceAndAnswers) {
  AddBoth("www 300 A 203.0.113.1\n");
  world_.Start(kTwoServers);
  a_->conduct().fault = Fault::kSilent;
  b_->conduct().fault = Fault::kSilent;
  (void)world_.Lookup("www.example.");
  EXPECT_TRUE(IsNoted("example."));
  EXPECT_FALSE(IsNoted("."));
  EXPECT_FALSE(zones().IsEverybodySilent());
  a_->conduct().fault = Fault::kNone;
  world_.Run(seconds(60));
  (void)world_.Lookup("mail.example.");
  EXPECT_FALSE(IsNoted("example."));
}

TEST_F(SilentWorldTest, OneServerThatRefusesIsNoSilence) {
  AddBoth("www 300 A 203.0.113.1\n");
  world_.Start(kTwoServers);
  a_->conduct().fault = Fault::kSilent;
  b_->conduct().fault = Fault::kRefused;
  (void)world_.Lookup("www.example.");
  EXPECT_FALSE(IsNoted("example."));
}

}  // namespace
}  // namespace tern::resolver::upstream
