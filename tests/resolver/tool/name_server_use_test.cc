#include "resolver/tool/name_server_use.h"

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

TEST(NameServerUseTest, TracesAreAddedUp) {
  std::vector<NameServerUse> uses;
  const std::string_view reply = R"({"kind":"reply","server":"s","zone":"z.","rtt_us":200})"
                                 "\n";
  AddNameServers(reply, &uses);
  AddNameServers(reply, &uses);
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].replies, 2u);
  EXPECT_EQ(uses[0].zones.size(), 1u);
}

TEST(NameServerUseTest, WhatIsNoStepOfAServerIsPassedOver) {
  std::vector<NameServerUse> uses;
  AddNameServers("x\n[]\n{\"kind\":\"reply\"}\n{\"kind\":\"query\",\"server\":\"s\"}\n", &uses);
  EXPECT_TRUE(uses.empty());
  AddNameServers("{\"kind\":\"reply\",\"server\":\"\\u001b\",\"rtt_us\":99999999999999999999}\n",
                 &uses);
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].server, "\\x1b");
  EXPECT_EQ(uses[0].slowest_us, 0);
}

}  // namespace
}  // namespace tern::resolver::tool
