#include "resolver/tool/control_servers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kGood[] =
    R"({"name":"a.ns.","address":"192.0.2.1:53","round_trip_ms":12.34,"deviation_ms":1.0,
        "late_after_ms":16.0,"silences":0,"dead":false,"answered_seconds_ago":3,"edns":true,
        "cookies":"gives","case":"kept","large_replies":true,"lame":false,"may_be_asked":true,
        "family_broken":false})";
constexpr char kBad[] =
    R"({"address":"192.0.2.2:53","silences":4,"dead":true,"silent_seconds_ago":300,"edns":false,
        "cookies":"refuses","case":"not kept","large_replies":false,"lame":true,"avoided":"lame",
        "may_be_asked":false,"family_broken":true})";

TEST(ServersTextTest, AZoneHasALineForEachAddress) {
  const std::string zone = std::string(R"({"zone":"example.","known_from":"delegation","ttl":3000,
      "somebody_forges":true,"servers":[)") +
                           kGood + "," + kBad + R"(,{"name":"b.ns."}]})";
  EXPECT_EQ(
      ServersText(Json::parse(zone)),
      "example. from the delegation, for 50 min, somebody forges replies\n"
      "  a.ns. 192.0.2.1:53: 12.3 ms (late after 16.0 ms), answered 3.0 s ago, gives cookies\n"
      "  192.0.2.2:53: never measured, DEAD, 4 silences, the last 5 min ago, LAME for the "
      "zone, may not be asked, its address family does not work here, no EDNS, refuses "
      "cookies, case not kept, loses replies over 512 octets\n"
      "  b.ns.: no address known\n");
}

TEST(ServersTextTest, WhyAServerIsAvoidedIsSaidAndNotAllAreLame) {
  const auto text_of = [](std::string_view why) {
    const std::string server =
        R"({"address":"192.0.2.1:53","edns":true,"case":"kept","large_replies":true,"avoided":")";
    return ServersText(Json::parse(R"({"zone":"a.","known_from":"delegation","servers":[)" +
                                   server + std::string(why) + R"("}]})"));
  };
  EXPECT_NE(
      text_of("bogus").find(", avoided for the zone, because what it gave failed validation\n"),
      std::string::npos)
      << text_of("bogus");
  EXPECT_NE(text_of("refused").find(", REFUSES the zone\n"), std::string::npos);
  EXPECT_NE(text_of("of tomorrow").find(", avoided for the zone: of tomorrow\n"),
            std::string::npos);
  EXPECT_EQ(text_of("bogus").find("LAME"), std::string::npos);
}

TEST(ServersTextTest, WithoutAZoneTheSilentOnesComeLast) {
  EXPECT_EQ(ServersText(Json::parse(R"({"zones":[],"silent":[]})")), "no server is silent\n");
  const std::string text =
      ServersText(Json::parse(std::string(R"({"zones":[],"silent":[)") + kBad + "]}"));
  EXPECT_TRUE(text.starts_with("silent servers, the most silent first\n  192.0.2.2:53: ")) << text;
}

TEST(ServersTextTest, WhateverComesIsHarmless) {
  for (const char* result :
       {"[]", "7", R"({"zone":7,"servers":[7,{}]})",
        R"({"zones":[7],"silent":[{"address":"\u001b","round_trip_ms":"x"}]})"}) {
    EXPECT_EQ(ServersText(Json::parse(result)).find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace tern::resolver::tool
