#include "resolver/tool/lookup_json.h"

#include <cerrno>
#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "tests/resolver/tool/lookup_samples.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

// What the JSON of a reply has as the text of an extended error, quotes included.
std::string ErrorTextAsJson(std::string_view text) {
  LookupReply reply;
  reply.extended_errors = {{0, std::string(text)}};
  const std::string json = LookupJson(Options("a.", wire::RRType::kA), Raw(), reply);
  const std::string_view before = "\"text\":";
  const size_t start = json.find(before) + before.size();
  return json.substr(start, json.find("}]", start) - start);
}

// The text of the member `a` when `value` is its value; "no step" when that is not JSON.
std::string ReadValue(std::string_view value) {
  const auto steps = ReadTraceSteps("{\"a\":" + std::string(value) + "}");
  return steps.empty() ? "no step" : std::string(steps[0].Text("a"));
}

TEST(LookupJsonTest, SaysWhetherTheAnswerIsSecure) {
  LookupReply reply = MailReply();
  reply.flags.push_back("ad");
  const std::string json = LookupJson(Options("example.", wire::RRType::kMX), Raw(), reply);
  EXPECT_NE(json.find(R"("secure":true)"), std::string::npos) << json;
}

TEST(LookupJsonTest, IsOneObject) {
  const std::string json = LookupJson(Options("example.", wire::RRType::kMX), Raw(), MailReply());
  EXPECT_EQ(json,
            R"({"name":"example.","type":"MX","server":"127.0.0.1:53","transport":"udp",)"
            R"("time_us":12345,"octets":100,"status":"NOERROR","flags":["rd","ra"],)"
            R"("secure":false,"answer":[)"
            R"({"name":"example.","ttl":3599,"class":"IN","type":"MX","data":"5 a.example."},)"
            R"({"name":"example.","ttl":3599,"class":"IN","type":"MX","data":"20 b.example."}],)"
            R"("authority":[{"name":"example.","ttl":60,"class":"IN","type":"NS",)"
            R"("data":"ns.example."}],"additional":[]})"
            "\n");
}

TEST(LookupJsonTest, HoldsTraceAndExtendedErrors) {
  LookupReply reply;
  reply.trace = R"({"step":1,"kind":"start"})";
  reply.extended_errors = {{18, "not \"you\"\xff"}};
  const std::string text = LookupJson(Options("a.", wire::RRType::kA, true), Raw(), reply);
  const Json json = Json::parse(text, nullptr, false);
  ASSERT_TRUE(json.is_object()) << text;
  ASSERT_EQ(json["trace"].size(), 1u);
  EXPECT_EQ(json["trace"][0]["kind"], "start");
  EXPECT_EQ(json["extended_errors"][0]["text"], "not \"you\"\xef\xbf\xbd");
  EXPECT_EQ(json["extended_errors"][0]["name"], "Prohibited");
}

// What the tool writes can be read, whatever numbers a server wrote.
TEST(LookupJsonTest, IsJsonWhateverNumbersTheTraceHas) {
  LookupReply reply;
  reply.trace = "{\"a\":1e999}\n{\"a\":18446744073709551616}\n{\"a\":[1e-999,-0.0]}";
  const std::string text = LookupJson(Options("a.", wire::RRType::kA, true), Raw(), reply);
  EXPECT_NE(text.find(R"("trace":[{"a":1.8446744073709552e+19},{"a":[0.0,-0.0]}])"),
            std::string::npos)
      << text;
  EXPECT_TRUE(Json::accept(text));
}

TEST(LookupJsonTest, SaysWhenTheReplyIsMalformedOrHasNoTrace) {
  LookupReply reply;
  reply.malformed = true;
  const Json json =
      Json::parse(LookupJson(Options("a.", wire::RRType::kA, true), Raw(), reply), nullptr, false);
  EXPECT_EQ(json["error"], "malformed reply");
  EXPECT_EQ(json["trace"], Json::array());
  EXPECT_EQ(json["trace_note"], kNoTrace);
}

TEST(LookupJsonTest, EscapesWhatJsonAndTerminalsMustNotSee) {
  EXPECT_EQ(ErrorTextAsJson("a\"b\\c\nd\x1b\x7f\te"), R"("a\"b\\c\nd\u001b\u007f\te")");
  EXPECT_EQ(ErrorTextAsJson("\xc2\x80\xc2\x9b\xc2\xa0"), R"("\u0080\u009b\u00a0")");
  EXPECT_EQ(ErrorTextAsJson("\xe2\x82\xac\xf0\x9f\x98\x80"), R"("\u20ac\ud83d\ude00")");
}

TEST(LookupJsonTest, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(ErrorTextAsJson("a\xff\xc0\x80z"), R"("a\ufffd\ufffd\ufffdz")");
  EXPECT_EQ(ErrorTextAsJson("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");  // a surrogate
  EXPECT_EQ(ErrorTextAsJson("\xe2\x82"), R"("\ufffd")");
}

TEST(LookupJsonTest, NamesServerAndReasonWhenThereIsNoReply) {
  RawReply raw;
  raw.outcome = LookupOutcome::kUnreachable;
  raw.error = ECONNREFUSED;
  EXPECT_EQ(NoReplyJson(Options("a.", wire::RRType::kA), raw),
            R"({"name":"a.","type":"A","server":"127.0.0.1:53","error":"Connection refused"})"
            "\n");
}

TEST(TraceStepsTest, AreReadLineByLine) {
  const auto steps = ReadTraceSteps("{\"z\":1}\n\nnonsense\n[1]\n\"x\"\n7\n{\"z\":2}");
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].Text("z"), "1");
  EXPECT_EQ(steps[1].Text("z"), "2");
  EXPECT_EQ(steps[1].Text("y"), "");
  EXPECT_TRUE(ReadTraceSteps("").empty());
}

TEST(TraceStepsTest, KeepMembersInTheirOrder) {
  const auto steps = ReadTraceSteps(R"({"z":1,"a":2,"b":"x"})");
  using Member = std::pair<std::string, std::string>;
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].members, (std::vector<Member>{{"z", "1"}, {"a", "2"}, {"b", "x"}}));
  EXPECT_EQ(ReadTraceSteps(R"({"z":1,"a":2,"z":3})")[0].members,
            (std::vector<Member>{{"z", "3"}, {"a", "2"}}));
}

TEST(TraceStepsTest, HaveValuesOfEveryKind) {
  EXPECT_EQ(ReadValue("-7"), "-7");
  EXPECT_EQ(ReadValue(" [ 1 , -2.50e+3 , true , false , null , \"x\" , {} , [] ] "),
            R"([1,-2500.0,true,false,null,"x",{},[]])");
  EXPECT_EQ(ReadValue("{\"b\":\"\\u009b\x7f\"}"), R"({"b":"\u009b\u007f"})");
}

TEST(TraceStepsTest, UndoEscapes) {
  EXPECT_EQ(ReadValue(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00")"),
            "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(TraceStepsTest, LeaveOutWhatIsNotJson) {
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
    EXPECT_EQ(ReadValue(text), "no step") << text;
    EXPECT_TRUE(ReadTraceSteps(text).empty()) << text;
  }
}

TEST(TraceStepsTest, NumbersTooLargeForAnIntegerLoseDigits) {
  EXPECT_EQ(ReadValue("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(ReadValue("18446744073709551616"), "1.8446744073709552e+19");
  EXPECT_EQ(ReadValue("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(ReadValue("-9223372036854775809"), "-9.223372036854776e+18");
  EXPECT_EQ(ReadValue("1" + std::string(300, '0')), "1e+300");
  EXPECT_EQ(ReadValue("1e-400"), "0.0");
}

// JSON has no infinity to write in their place.
TEST(TraceStepsTest, LeaveOutNumbersTooLargeForADouble) {
  for (const std::string& number :
       {std::string("1e309"), std::string("-1e309"), std::string("1e99999999999999999999"),
        "1" + std::string(400, '0'), "[1,{\"b\":" + std::string(1000, '9') + "}]"}) {
    EXPECT_EQ(ReadValue(number), "no step") << number;
  }
  const auto steps = ReadTraceSteps("{\"a\":1e999}\n{\"a\":1}\n");
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].Text("a"), "1");
}

TEST(TraceStepsTest, NestingIsBounded) {
  const std::string open(kTraceDepthMax - 1, '[');
  const std::string close(kTraceDepthMax - 1, ']');
  EXPECT_EQ(ReadValue(open + close), open + close);
  EXPECT_EQ(ReadValue("[" + open + close + "]"), "no step");
  EXPECT_EQ(ReadValue(std::string(100'000, '[')), "no step");
  // Brackets inside a string do not nest.
  EXPECT_EQ(ReadValue("\"\\\"" + std::string(100, '[') + "\""), "\"" + std::string(100, '['));
}

}  // namespace
}  // namespace tern::resolver::tool
