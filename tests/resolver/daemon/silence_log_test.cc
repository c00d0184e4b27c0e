#include "resolver/daemon/silence_log.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

using std::chrono::seconds;
using upstream::SilentZones;

class SilenceLogTest : public testing::Test {
 protected:
  SilenceLogTest() {
    StaticZone zone;
    zone.zone = *wire::ParseName("corp.example.");
    zone.forward = true;
    zone.to = {*Endpoint::Parse("192.0.2.1", 53), *Endpoint::Parse("192.0.2.2", 53)};
    static_zones_ = {zone};
  }
  void Silence(const std::string& zone) { report_.zones.push_back({*wire::ParseName(zone), now_}); }
  void SilenceEverybody() {
    report_.everybody = true;
    for (const char* zone : {"a.example.", "b.example.", "com."}) {
      report_.of_everybody.push_back({*wire::ParseName(zone), now_});
    }
  }
  // The lines that are written now.
  std::vector<std::string> Tell() {
    lines_.clear();
    next_ = log_.Tell(report_, static_zones_, now_);
    return lines_;
  }
  using Lines = std::vector<std::string>;

  std::vector<StaticZone> static_zones_;
  SilentZones::Report report_;
  Time now_{seconds(1000)};
  std::optional<Time> next_;
  Lines lines_;
  SilenceLog log_{[this](LogLevel level, std::string_view line) {
    lines_.push_back((level == LogLevel::kWarning ? "warning: " : "") + std::string(line));
  }};
};

TEST_F(SilenceLogTest, AConfiguredZoneIsToldOnceWithItsServers) {
  EXPECT_EQ(Tell(), Lines());
  Silence("corp.example.");
  EXPECT_EQ(Tell(), Lines{"warning: no server of the forward zone corp.example. answers: "
                          "192.0.2.1:53, 192.0.2.2:53"});
  EXPECT_EQ(Tell(), Lines());
  now_ += seconds(42);
  report_.zones.clear();
  EXPECT_EQ(Tell(), Lines{"a server of the forward zone corp.example. answers again, after 42 s"});
  EXPECT_EQ(Tell(), Lines());
}

TEST_F(SilenceLogTest, TheRootAndATopLevelDomainAreNamedAsSuch) {
  Silence(".");
  Silence("com.");
  EXPECT_EQ(Tell(), (Lines{"warning: no server of the root answers",
                           "warning: no server of the top level domain com. answers"}));
  now_ += seconds(600);
  report_.zones.clear();
  EXPECT_EQ(Tell(),
            (Lines{"a server of the root answers again, after 10 minutes",
                   "a server of the top level domain com. answers again, after 10 minutes"}));
}

TEST_F(SilenceLogTest, WhenNobodyAnswersOneLineSaysSo) {
  SilenceEverybody();
  Silence("com.");
  Silence("corp.example.");
  EXPECT_EQ(Tell(), (Lines{"warning: no name server answers; asked were those of a.example., "
                           "b.example., com.",
                           "warning: no server of the forward zone corp.example. answers: "
                           "192.0.2.1:53, 192.0.2.2:53"}));
  now_ += seconds(9);
  report_.everybody = false;
  EXPECT_EQ(Tell(), (Lines{"name servers answer again, after 9 s",
                           "warning: no server of the top level domain com. answers"}));
}

TEST_F(SilenceLogTest, ThatNobodyAnswersSaysItOfATopLevelDomainToo) {
  Silence("com.");
  EXPECT_EQ(Tell().size(), 1u);
  SilenceEverybody();
  EXPECT_EQ(Tell().size(), 1u);
  report_ = {};
  now_ += seconds(9);
  EXPECT_EQ(Tell(), Lines{"name servers answer again, after 9 s"});
}

TEST_F(SilenceLogTest, WhoComesAndGoesHasTwoLinesAMinute) {
  size_t lines = 0;
  for (int i = 0; i < 300; ++i) {
    report_.zones.clear();
    if (i % 2 == 0) Silence("corp.example.");
    lines += Tell().size();
    now_ += seconds(1);
  }
  EXPECT_GE(lines, 8u);
  EXPECT_LE(lines, 10u);
}

TEST_F(SilenceLogTest, AChangeThatWasNotToldIsToldLater) {
  Silence("com.");
  Tell();
  report_.zones.clear();
  now_ += seconds(1);
  EXPECT_EQ(Tell().size(), 1u);
  now_ += seconds(1);
  Silence("com.");
  EXPECT_EQ(Tell(), Lines());
  EXPECT_EQ(next_, now_ + seconds(59));
  now_ += seconds(59);
  EXPECT_EQ(Tell(), Lines{"warning: no server of the top level domain com. answers"});
  EXPECT_EQ(next_, std::nullopt);
}

TEST_F(SilenceLogTest, RemembersSoManyZones) {
  for (size_t i = 0; i < 2 * SilenceLog::kSubjectsMax; ++i) Silence("t" + std::to_string(i) + ".");
  EXPECT_EQ(Tell().size(), SilenceLog::kSubjectsMax);
}

}  // namespace
}  // namespace tern::resolver::daemon
