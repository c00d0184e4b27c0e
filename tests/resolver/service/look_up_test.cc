#include "resolver/service/look_up.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/sim/small_internet.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::service {
namespace {

using Json = nlohmann::ordered_json;
using sim::SimWorld;
using sim::SmallInternet;
using wire::RRType;

class LookUpTest : public testing::Test {
 protected:
  LookUpTest() : internet_(SimWorld::Options{.seed = 6, .workers = 3}) {
    servers_ = internet_.AddDomain("example.com.", {"192.0.2.20"},
                                   "www 300 A 198.51.100.1\nalias 60 CNAME www\n");
  }

  // What comes within a resolution's time, or nothing.
  std::optional<Json> LookUp(std::string_view name, RRType type,
                             LookUpFrom from = LookUpFrom::kKnown) {
    std::optional<std::string> text;
    internet_.resolver().LookUp(*wire::ParseName(name), type, from, [&](std::string json) {
      EXPECT_FALSE(text) << "a second answer";
      text = std::move(json);
    });
    internet_.world().RunFor(SmallInternet::kAnswerLimit);
    if (!text) return std::nullopt;
    return Json::parse(*text);
  }

  SmallInternet internet_;
  std::vector<sim::ZoneServer*> servers_;
};

TEST_F(LookUpTest, TellsTheAnswerAndTheWayToIt) {
  internet_.Start();
  const auto found = LookUp("alias.example.com", RRType::kA);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["name"], "alias.example.com.");
  EXPECT_EQ((*found)["type"], "A");
  EXPECT_EQ((*found)["status"], "NOERROR");
  EXPECT_EQ((*found)["secure"], false);
  EXPECT_EQ((*found)["answer"],
            Json::parse(R"([{"name":"alias.example.com.","ttl":60,"type":"CNAME",
                             "data":"www.example.com."},
                            {"name":"www.example.com.","ttl":300,"type":"A",
                             "data":"198.51.100.1"}])"));
  std::string zones;
  for (const Json& step : (*found)["trace"]) {
    if (step["kind"] == "query") zones += step["zone"].get<std::string>() + " ";
  }
  EXPECT_TRUE(zones.starts_with(". com. example.com. ")) << zones;
  EXPECT_EQ((*found)["extended_errors"], Json::array());
}

TEST_F(LookUpTest, WhatIsKnownIsNotAskedFor) {
  internet_.Start();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  const size_t before = internet_.world().upstream().size();
  const auto found = LookUp("www.example.com", RRType::kA);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["answer"].size(), 1u);
  EXPECT_EQ(internet_.world().upstream().size(), before);
}

TEST_F(LookUpTest, WhatIsKnownDoesNotCountIfItsReaderWantsToSeeTheServers) {
  internet_.Start();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  const size_t before = internet_.world().upstream().size();
  const auto found = LookUp("www.example.com", RRType::kA, LookUpFrom::kServers);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["answer"].size(), 1u);
  EXPECT_EQ(internet_.world().upstream().size(), before + 1);
}

TEST_F(LookUpTest, AFailureComesWithItsReason) {
  servers_[0]->conduct().fault = sim::Fault::kRefused;
  internet_.Start();
  const auto found = LookUp("www.example.com", RRType::kA);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["status"], "SERVFAIL");
  EXPECT_EQ((*found)["answer"], Json::array());
  EXPECT_FALSE((*found)["extended_errors"].empty());
  // Those who watch are no clients.
  EXPECT_TRUE(internet_.resolver().ReadCounters().of_answers.asked() == 0);
}

// When the process ends, whoever waits sees that nothing comes. The leak check of the asan preset
// looks at the question.
TEST_F(LookUpTest, AtTheEndWhoWaitsIsLeft) {
  servers_[0]->conduct().fault = sim::Fault::kSilent;
  internet_.Start();
  const auto waits = std::make_shared<int>(7);
  internet_.resolver().LookUp(*wire::ParseName("www.example.com"), RRType::kA, LookUpFrom::kKnown,
                              [waits](const std::string&) { FAIL() << "an answer"; });
  internet_.world().RunFor(std::chrono::milliseconds(100));
  EXPECT_GT(waits.use_count(), 1);
  internet_.Start();
  EXPECT_EQ(waits.use_count(), 1);
}

}  // namespace
}  // namespace tern::resolver::service
