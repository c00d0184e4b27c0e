#include "resolver/tool/json.h"

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

std::string RoundTrip(std::string_view text) {
  const auto value = JsonValue::Parse(text);
  return value ? value->ToText() : "no JSON";
}

TEST(JsonTest, ReadsAndWritesEveryKind) {
  EXPECT_EQ(RoundTrip(" { \"a\" : [ 1 , -2.50e+3 , true , false , null , \"x\" , {} , [] ] } "),
            R"({"a":[1,-2.50e+3,true,false,null,"x",{},[]]})");
}

TEST(JsonTest, KeepsMembersInTheirOrder) {
  EXPECT_EQ(RoundTrip(R"({"z":1,"a":2,"z":3})"), R"({"z":1,"a":2,"z":3})");
  EXPECT_EQ(JsonValue::Parse(R"({"z":1,"z":3})")->Find("z")->text(), "1");
  EXPECT_EQ(JsonValue::Parse(R"({"z":1})")->Find("y"), nullptr);
}

TEST(JsonTest, UndoesEscapes) {
  EXPECT_EQ(JsonValue::Parse(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00")")->text(),
            "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(JsonTest, EscapesWhatJsonAndTerminalsMustNotSee) {
  EXPECT_EQ(JsonValue::Text("a\"b\\c\nd\x1b\x7f\te").ToText(), R"("a\"b\\c\nd\u001b\u007f\te")");
  EXPECT_EQ(JsonValue::Text("\xc2\x80\xc2\x9b\xc2\xa0").ToText(), "\"\\u0080\\u009b\xc2\xa0\"");
}

TEST(JsonTest, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(JsonValue::Text("a\xff\xc0\x80z").ToText(),
            "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
  EXPECT_EQ(JsonValue::Text("\xed\xa0\x80").ToText(),  // a surrogate
            "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(JsonValue::Text("\xe2\x82").ToText(), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(JsonValue::Text("\xe2\x82\xac\xf0\x9f\x98\x80").ToText(),
            "\"\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST(JsonTest, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "01",
                           "-",
                           "1.",
                           "1e",
                           "1e+",
                           ".5",
                           "+1",
                           "tru",
                           "nul",
                           "\"",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"a\nb\"",
                           "\"\xff\"",
                           "1 2",
                           "{}x",
                           "[1 2]",
                           "'a'",
                           "NaN"}) {
    EXPECT_FALSE(JsonValue::Parse(text)) << text;
  }
}

TEST(JsonTest, NestingIsBounded) {
  const std::string open(kJsonDepthMax, '[');
  const std::string close(kJsonDepthMax, ']');
  EXPECT_TRUE(JsonValue::Parse(open + close));
  EXPECT_FALSE(JsonValue::Parse("[" + open + close + "]"));
  EXPECT_FALSE(JsonValue::Parse(std::string(100'000, '[')));
}

TEST(JsonTest, ValuesArePutTogether) {
  JsonValue object = JsonValue::Object();
  object.Set("n", JsonValue::Number(-7));
  JsonValue array = JsonValue::Array();
  array.Append(JsonValue::Text("x"));
  array.Append(JsonValue());
  object.Set("a", array);
  EXPECT_EQ(object.ToText(), R"({"n":-7,"a":["x",null]})");
}

}  // namespace
}  // namespace tern::resolver::tool
