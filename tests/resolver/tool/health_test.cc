#include "resolver/tool/health.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

HealthOptions HealthOptionsOf(const std::vector<std::string>& words) {
  const auto options = ParseHealthOptions(words);
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? *options : HealthOptions();
}

HealthReport ReportOf(std::string_view body, const std::vector<std::string>& words = {}) {
  return ReadHealth(HealthOptionsOf(words), "HTTP/1.0 200 OK\r\nA: b\r\n\r\n" + std::string(body));
}

TEST(HealthTest, AsksTheBuiltInAddressUnlessItIsToldAnother) {
  EXPECT_EQ(HealthOptionsOf({}).server.ToText(), "127.0.0.1:9530");
  EXPECT_EQ(HealthOptionsOf({"--http", "[::1]:80"}).server.ToText(), "[::1]:80");
  EXPECT_EQ(HealthOptionsOf({"--timeout=300ms"}).timeout, std::chrono::milliseconds(300));
  EXPECT_EQ(ParseHealthOptions(std::vector<std::string>{"--http", "a.b"}).status().message(),
            "--http: expected an address with a port, found \"a.b\"");
  EXPECT_FALSE(ParseHealthOptions(std::vector<std::string>{"--timeout", "0s"}).ok());
  EXPECT_FALSE(ParseHealthOptions(std::vector<std::string>{"more"}).ok());
}

TEST(HealthTest, DegradedIsAFailureOnlyForTheStrict) {
  const std::string degraded =
      R"({"status":"degraded","ready":true,"reasons":[{"code":"a","text":"why"}]})";
  EXPECT_EQ(ReportOf(R"({"status":"ok","ready":true,"reasons":[]})").exit, HealthExit::kReady);
  EXPECT_EQ(ReportOf(degraded).exit, HealthExit::kReady);
  EXPECT_EQ(ReportOf(degraded).text, "degraded\n  why\n");
  EXPECT_EQ(ReportOf(degraded, {"--strict"}).exit, HealthExit::kDegraded);
  EXPECT_EQ(ReportOf(R"({"status":"unready","ready":false,"reasons":[]})").exit,
            HealthExit::kUnready);
  EXPECT_EQ(ReportOf(degraded, {"--json"}).text,
            R"({"ready":true,"reasons":[{"code":"a","text":"why"}],"status":"degraded"})"
            "\n");
}

TEST(HealthTest, WhatIsNoAnswerOfTerndIsAFailure) {
  EXPECT_EQ(ReadHealth(HealthOptionsOf({}), "").text,
            "no answer from 127.0.0.1:9530; is http.listen set, and does ternd run?\n");
  EXPECT_EQ(nlohmann::json::parse(ReadHealth(HealthOptionsOf({"--json"}), "").text)["status"],
            "unready");
  for (const char* body : {"", "{", "[]", "{}", R"({"status":7})", "\xff", "null"}) {
    EXPECT_EQ(ReportOf(body).exit, HealthExit::kUnready) << body;
    EXPECT_EQ(ReportOf(body).text, "not the answer of ternd: HTTP/1.0 200 OK\n") << body;
  }
  EXPECT_EQ(ReportOf("{\"status\":\"\x1b[2J\",\"reasons\":[7]}").exit, HealthExit::kUnready);
}

TEST(HealthTest, ATokenThatIsMissingOrWrongIsNamed) {
  constexpr std::string_view kDenied = "HTTP/1.1 401 Unauthorized\r\n\r\nno\n";
  EXPECT_EQ(ReadHealth(HealthOptionsOf({}), kDenied).text,
            "a token is needed (http.token_file): give --token-file\n");
  EXPECT_EQ(ReadHealth(HealthOptionsOf({"--token-file", "/t"}), kDenied).text,
            "the token is not that of http.token_file\n");
}

// Whatever listens at that port may say anything.
TEST(HealthTest, AHostileServerDoesNotEndTheTool) {
  for (const char* reason : {"{\"text\":5}", "{\"text\":null}", "{\"text\":[\"a\"]}", "{}"}) {
    const HealthReport report =
        ReportOf(Concat("{\"status\":\"degraded\",\"reasons\":[", reason, "]}"));
    EXPECT_EQ(report.exit, HealthExit::kReady) << reason;
    EXPECT_EQ(report.text, "degraded\n  \n") << reason;
  }
  EXPECT_EQ(ReportOf("{\"status\":\"\\u001b[2J\\n\",\"reasons\":7}").text, "\\x1b[2J\\x0a\n");
  const size_t deep = kHealthOctetsMax / 2;
  const std::string nested =
      Concat("{\"status\":\"ok\",\"a\":", std::string(deep, '['), std::string(deep, ']'), "}");
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"--json"}}) {
    EXPECT_EQ(ReportOf(nested, words).exit, HealthExit::kUnready);
    EXPECT_NE(ReportOf(nested, words).text.find("not the answer of ternd: HTTP/1.0 200 OK"),
              std::string::npos);
  }
}

TEST(HealthTest, NobodyThereIsNoAnswer) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(FetchHealth(HealthOptionsOf({"--http", "127.0.0.1:1", "--timeout", "1m"}), ""), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace tern::resolver::tool
