#include "resolver/tool/control_text.h"

#include <gtest/gtest.h>

#include <string>

namespace tern::resolver::tool {
namespace {

TEST(ControlTextTest, AResultIsALineForEachValue) {
  const ControlReply reply = ReadControlReply(
      {}, R"({"ok":true,"result":{"pid":7,"listening":["a","b"],"keys":[],"unsure":false}})");
  EXPECT_EQ(reply.exit, ControlExit::kOk);
  EXPECT_EQ(reply.text, "pid        7\nlistening  a, b\nkeys       none\nunsure     no\n");
  EXPECT_EQ(reply.error, "");
}

TEST(ControlTextTest, AnErrorHasALineForEachMistake) {
  const ControlReply reply = ReadControlReply({}, R"({"ok":false,"error":"f:1: a\nf:2: b"})");
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.error, "tern: f:1: a\ntern: f:2: b\n");
}

TEST(ControlTextTest, WhateverComesIsHarmless) {
  const ControlReply reply =
      ReadControlReply({}, "{\"ok\":true,\"result\":{\"\\u001b[2J\":\"\\u001b[2J\\n\"}}");
  EXPECT_EQ(reply.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(ReadControlReply({}, "{\"ok\":false,\"error\":\"\\u001b\"}").error, "tern: \\x1b\n");
  EXPECT_EQ(ReadControlReply({}, "{\"ok\":true,\"result\":\"\x7f\xc2\x9b\"}").json,
            "{\"ok\":true,\"result\":\"\\u007f\\u009b\"}\n");
  for (const std::string& line :
       {std::string(), std::string("x"), std::string("{}"), std::string("{\"ok\":1}"),
        std::string(100'000, '['), std::string("\xff\n")}) {
    const ControlReply odd = ReadControlReply({}, line);
    EXPECT_EQ(odd.exit, ControlExit::kFailure);
    EXPECT_FALSE(odd.error.empty());
    EXPECT_EQ(odd.json, "");
  }
}

}  // namespace
}  // namespace tern::resolver::tool
