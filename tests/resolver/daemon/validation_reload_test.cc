// What the daemon tells and forgets when the configuration of validation changes.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "gtest/gtest.h"
#include "resolver/base/text_file.h"
#include "resolver/base/version.h"
#include "resolver/config/config.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/settings_doubts.h"
#include "resolver/dnssec/anchor_state_text.h"
#include "tests/resolver/daemon/loopback_settings.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::daemon {
namespace {

StaticZone PrivateStub(std::string_view zone) {
  StaticZone stub;
  stub.zone = *wire::ParseName(zone);
  stub.to = {*Endpoint::Parse("10.0.0.1", 53)};
  return stub;
}

TEST(PrivateZonesLogTest, TheLogSaysWhichZonesAreNotValidated) {
  config::Settings settings = config::DefaultSettings();
  EXPECT_EQ(TellPrivateZones(settings), "");
  settings.static_zones = {PrivateStub("corp.")};
  EXPECT_EQ(TellPrivateZones(settings),
            "not validated, because all their servers have private addresses: corp.; `validate: "
            "true` in a zone changes that");
  for (const char* zone : {"a.", "b.", "c.", "d.", "e.", "f."}) {
    settings.static_zones.push_back(PrivateStub(zone));
  }
  EXPECT_NE(TellPrivateZones(settings).find(": corp., a., b., c., d. and 2 more; "),
            std::string::npos)
      << TellPrivateZones(settings);
  settings.dnssec.validation = Validation::kOff;
  EXPECT_EQ(TellPrivateZones(settings), "");
}

class ValidationReloadTest : public testing::Test {
 protected:
  ValidationReloadTest() : settings_(LoopbackSettings()) {
    settings_.workers = 1;
    auto daemon =
        Daemon::Start(settings_, [](const absl::Status& status) { ADD_FAILURE() << status; });
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    reader_ = daemon_->store().Register();
  }

  void Put(std::string_view name) {
    std::vector<uint64_t> room(cache::kBuiltOctetsMax / 8);
    cache::EntryBuilder builder({reinterpret_cast<uint8_t*>(room.data()), cache::kBuiltOctetsMax});
    ASSERT_TRUE(builder.StartNxDomain(*wire::ParseName(std::string(name)), wire::NameView(), 3600,
                                      cache::Instant(1)));
    (void)daemon_->store().Put(builder.Finish(), cache::Instant(1));
  }
  bool Has(std::string_view name) {
    return bool(daemon_->store().Find(*wire::ParseName(std::string(name)),
                                      cache::KeySpace::kNxDomain, wire::RRType::kNone));
  }
  // Reloads, with an entry of each name in the store. Returns those that are still there.
  std::string Kept() {
    for (const char* name : {"x.corp.", "x.lab.", "x.example."}) Put(name);
    EXPECT_TRUE(daemon_->Reload(settings_).ok());
    std::string kept;
    for (const char* name : {"x.corp.", "x.lab.", "x.example."}) kept += Has(name) ? name : "";
    return kept;
  }

  config::Settings settings_ = config::DefaultSettings();
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<cache::Store::Reader> reader_;
};

TEST_F(ValidationReloadTest, NamesBelowANegativeTrustAnchorThatComesOrGoesAreForgotten) {
  EXPECT_EQ(Kept(), "x.corp.x.lab.x.example.");
  settings_.dnssec.negative_trust_anchors = {{.zone = *wire::ParseName("corp.")}};
  EXPECT_EQ(Kept(), "x.lab.x.example.");
  // Jobs that were under way may have learnt more under the old configuration.
  Put("x.corp.");
  ASSERT_TRUE(daemon_->forget_again_at().has_value());
  daemon_->ForgetAgain();
  EXPECT_FALSE(Has("x.corp."));
  EXPECT_EQ(Kept(), "x.corp.x.lab.x.example.");
  settings_.dnssec.negative_trust_anchors = {{.zone = *wire::ParseName("lab.")}};
  EXPECT_EQ(Kept(), "x.example.");
}

// Time passes from `until`: to one second before, and to the end.
TEST_F(ValidationReloadTest, NamesBelowANegativeTrustAnchorThatEndsAreForgotten) {
  const int64_t until = ReadWallClock().now + 1000;
  settings_.dnssec.negative_trust_anchors = {{.zone = *wire::ParseName("corp."), .until = until},
                                             {.zone = *wire::ParseName("lab.")}};
  EXPECT_EQ(Kept(), "x.example.");
  daemon_->ForgetAgain();
  for (const char* name : {"x.corp.", "x.lab.", "x.example."}) Put(name);
  EXPECT_EQ(daemon_->UntilAnchorEnds({.now = until - 7}), std::chrono::seconds(7));
  testing::internal::CaptureStderr();
  daemon_->FollowAnchors({.now = until - 1, .synchronised = true});
  EXPECT_TRUE(Has("x.corp."));
  EXPECT_EQ(daemon_->validation_in_force().negative_anchors.all().size(), 2u);
  const std::string before = testing::internal::GetCapturedStderr();
  EXPECT_EQ(before.find("corp."), std::string::npos) << before;
  testing::internal::CaptureStderr();
  daemon_->FollowAnchors({.now = until, .synchronised = true});
  daemon_->FollowAnchors({.now = until, .synchronised = true});
  const std::string log = testing::internal::GetCapturedStderr();
  const std::string line =
      "the negative trust anchor corp. has ended: the zone is validated again\n";
  EXPECT_NE(log.find(line), std::string::npos) << log;
  EXPECT_EQ(log.find(line), log.rfind(line)) << log;
  EXPECT_EQ(daemon_->validation_in_force().negative_anchors.all().size(), 1u);
  EXPECT_FALSE(Has("x.corp."));
  EXPECT_TRUE(Has("x.lab."));
  EXPECT_TRUE(Has("x.example."));
  EXPECT_TRUE(daemon_->forget_again_at().has_value());
  EXPECT_GT(daemon_->UntilAnchorEnds({.now = until}), std::chrono::hours(24));
}

TEST_F(ValidationReloadTest, AnAnchorThatHasEndedIsAWarningAndNotInForce) {
  auto settings = config::ParseConfig(
      "dnssec:\n  negative_trust_anchors:\n    - {zone: corp., until: 2020-01-01T10:00:00Z}\n",
      "tern.yaml");
  ASSERT_TRUE(settings.ok()) << settings.status();
  const int64_t end = settings->dnssec.negative_trust_anchors[0].until;
  EXPECT_TRUE(EndedAnchors(*settings, end - 1).empty());
  EXPECT_EQ(EndedAnchors(*settings, end),
            std::vector<std::string>{
                "tern.yaml:3:28: dnssec.negative_trust_anchors[0].until: 2020-01-01T10:00:00Z is "
                "past, so corp. is validated"});
  settings_.dnssec = settings->dnssec;
  EXPECT_EQ(Kept(), "x.corp.x.lab.x.example.");
  EXPECT_TRUE(daemon_->validation_in_force().negative_anchors.all().empty());
}

TEST_F(ValidationReloadTest, AllNamesAreForgottenWhenSha1IsSwitched) {
  settings_.dnssec.sha1 = false;
  EXPECT_EQ(Kept(), "");
}

TEST_F(ValidationReloadTest, AnotherReasonForgetsNothing) {
  settings_.dnssec.negative_trust_anchors = {{.zone = *wire::ParseName("corp.")}};
  (void)Kept();
  daemon_->ForgetAgain();
  settings_.dnssec.negative_trust_anchors[0].reason = "ticket 17";
  EXPECT_EQ(Kept(), "x.corp.x.lab.x.example.");
  EXPECT_EQ(daemon_->validation_in_force().negative_anchors.all()[0].reason, "ticket 17");
}

TEST_F(ValidationReloadTest, NamesBelowATrustAnchorThatChangesAreForgotten) {
  TrustAnchor lab;
  lab.zone = *wire::ParseName("lab.");
  lab.ds = {{0, 1, 15, 2, 7}};
  settings_.dnssec.anchors.push_back(lab);
  EXPECT_EQ(Kept(), "x.corp.x.example.");
  daemon_->ForgetAgain();
  settings_.dnssec.anchors.back().ds[0][4] = 8;
  EXPECT_EQ(Kept(), "x.corp.x.example.");
  daemon_->ForgetAgain();
  settings_.dnssec.anchors.pop_back();
  EXPECT_EQ(Kept(), "x.corp.x.example.");
  daemon_->ForgetAgain();
  settings_.dnssec.anchors.clear();
  EXPECT_EQ(Kept(), "");
}

TEST_F(ValidationReloadTest, AllNamesAreForgottenWhenValidationChanges) {
  for (const Validation validation : {Validation::kLog, Validation::kOff, Validation::kOn}) {
    settings_.dnssec.validation = validation;
    EXPECT_EQ(Kept(), "");
    daemon_->ForgetAgain();
    EXPECT_EQ(Kept(), "x.corp.x.lab.x.example.");
  }
}

// A daemon with a folder for the state of its anchors. One key is configured.
class AnchorStateTest : public testing::Test {
 protected:
  AnchorStateTest() : settings_(LoopbackSettings()) {
    std::string folder = testing::TempDir() + "/state.XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    settings_.workers = 1;
    settings_.dnssec.anchors = {{wire::Name(), {}, {kConfigured}}};
    settings_.dnssec.state_file = folder_ + "/state";
    state_.last_good = 1;
    state_.zones = {
        {wire::Name(),
         {{kConfigured, dnssec::KeyState::kRevoked, 1}, {kLearnt, dnssec::KeyState::kValid, 1}}}};
  }
  ~AnchorStateTest() override { std::filesystem::remove_all(folder_); }

  void SetFile(std::string_view text) const { std::ofstream(settings_.dnssec.state_file) << text; }
  std::unique_ptr<Daemon> Start() {
    auto daemon =
        Daemon::Start(settings_, [](const absl::Status& status) { ADD_FAILURE() << status; });
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    return *std::move(daemon);
  }

  const std::vector<uint8_t> kConfigured = {1, 1, 3, 15, 1};
  const std::vector<uint8_t> kLearnt = {1, 1, 3, 15, 2};
  std::string folder_;
  config::Settings settings_ = config::DefaultSettings();
  dnssec::AnchorState state_;
};

TEST_F(AnchorStateTest, TheStateOfTheAnchorsIsReadAtTheStart) {
  SetFile(dnssec::WriteAnchorState(state_));
  const auto daemon = Start();
  const std::vector<TrustAnchor> learnt = {{wire::Name(), {}, {kLearnt}}};
  EXPECT_EQ(daemon->validation_in_force().anchors, learnt);
  // Neither a reload nor a new network brings the anchors of the configuration back.
  EXPECT_TRUE(daemon->Reload(settings_).ok());
  EXPECT_EQ(daemon->validation_in_force().anchors, learnt);
  daemon->FollowNetwork([](const IpAddress&) { return false; },
                        [](auto, uint16_t, std::string*) -> std::vector<Prefix> {
                          return {*Prefix::Parse("192.0.2.0/24")};
                        });
  EXPECT_EQ(daemon->validation_in_force().anchors, learnt);
}

TEST_F(AnchorStateTest, AStateThatCannotBeUsedIsNoReasonNotToStart) {
  for (const std::string_view text : {"torn", "tern-trust-anchors 1\nlast-good 1\n"}) {
    SetFile(text);
    EXPECT_EQ(Start()->validation_in_force().anchors, settings_.dnssec.anchors);
  }
  settings_.dnssec.state_file = folder_;
  EXPECT_EQ(Start()->validation_in_force().anchors, settings_.dnssec.anchors);
}

TEST_F(AnchorStateTest, ATimeThatWasRightIsKept) {
  Start()->FollowAnchors({.now = kReleasedSeconds + 7, .synchronised = true});
  const auto text = ReadTextFile(settings_.dnssec.state_file, 4096);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(dnssec::ReadAnchorState(*text)->last_good, kReleasedSeconds + 7);
}

}  // namespace
}  // namespace tern::resolver::daemon
