#include "resolver/tool/control_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/entry_text.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

TEST(EntryTextTest, RecordsAreLinesOfAMasterFile) {
  EXPECT_EQ(
      EntryText(Json::parse(R"({"name":"a.example.","kind":"records","type":"A","ttl":260,
                "original_ttl":300,"security":"insecure","why_insecure":"its zone is not signed",
                "learnt_from":"answer","records":["192.0.2.1","192.0.2.2"],
                "signatures":["A 8 2"],"octets":64,"uses":3})")),
      "; records, insecure (its zone is not signed), from: answer, TTL 300 at first, used 3 of "
      "3, 64 octets\n"
      "a.example. 260 IN A 192.0.2.1\na.example. 260 IN A 192.0.2.2\n"
      "a.example. 260 IN RRSIG A 8 2\n");
}

TEST(EntryTextTest, WhatIsNoRecordIsAComment) {
  for (const char* entry :
       {R"({"name":"a.","kind":"no such name","ttl":0,"stale_for":5,"zone":".","soa":["m. r. 1 2"],
            "proofs":["a. NSEC b. A"]})",
        R"({"name":"a.","kind":"no data","type":"AAAA","ttl":7})",
        R"({"name":"a.","kind":"failure","type":"A","ttl":7,"reason":"no answer",
            "extended_error":22,"failures_in_a_row":3})",
        R"({"name":"a.","kind":"delegation","ttl":7,
            "name_servers":[{"name":"ns.a.","glue":["192.0.2.1","2001:db8::1"]}]})",
        R"({"name":"a.","kind":"what comes later","ttl":7})", R"({"name":7,"kind":[],"proofs":{}})",
        "[]", "7"}) {
    std::string_view text;
    const std::string made = EntryText(Json::parse(entry));
    for (text = made; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
      EXPECT_TRUE(text.starts_with(";")) << made;
    }
  }
  EXPECT_NE(EntryText(Json::parse(R"({"name":"a.","kind":"delegation","ttl":7,
            "name_servers":[{"name":"ns.a.","glue":["192.0.2.1"]}]})"))
                .find(";   a. 7 IN NS ns.a. 192.0.2.1\n"),
            std::string::npos);
}

TEST(EntryTextTest, IsHarmless) {
  const std::string text = EntryText(
      Json::parse("{\"name\":\"\\u001b[2J\\n.\",\"kind\":\"records\",\"type\":\"TXT\",\"ttl\":1,"
                  "\"records\":[\"\\u001b\\n; x\"]}"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

class DumpTest : public testing::Test {
 protected:
  ControlReply Dump(bool json = false) {
    ControlOptions options;
    options.json = json;
    options.request = "{\"verb\":\"cache dump\"}\n";
    return DumpCache(
        options,
        [this](const ControlOptions& asked) -> absl::StatusOr<std::string> {
          requests_.push_back(asked.request);
          if (requests_.size() > answers_.size()) return absl::UnavailableError("gone");
          return answers_[requests_.size() - 1];
        },
        [this](std::string_view text) {
          if (written_.size() + text.size() > room_) {
            errno = ENOSPC;
            return false;
          }
          written_ += text;
          return true;
        });
  }
  bool IsWhole() const { return written_.find("whole: ") != std::string::npos; }

  std::vector<std::string> answers_ = {
      R"({"ok":true,"result":{"entries":[{"name":"a.","kind":"no data","type":"A","ttl":1}],
          "next":"0.1.2"}})",
      R"({"ok":true,"result":{"entries":[],"next":"0.2.0"}})",
      R"({"ok":true,"result":{"entries":[{"name":"b.","kind":"no data","type":"A","ttl":1}]}})"};
  std::vector<std::string> requests_;
  std::string written_;
  size_t room_ = 100'000;
};

TEST_F(DumpTest, AsksPieceByPieceAndSaysThatItIsWhole) {
  EXPECT_EQ(Dump().exit, ControlExit::kOk);
  EXPECT_EQ(requests_,
            (std::vector<std::string>{"{\"verb\":\"cache dump\"}\n",
                                      "{\"verb\":\"cache dump\",\"from\":\"0.1.2\"}\n",
                                      "{\"verb\":\"cache dump\",\"from\":\"0.2.0\"}\n"}));
  EXPECT_TRUE(written_.ends_with("; This is whole: 2 entries.\n")) << written_;
}

TEST_F(DumpTest, WithoutTheEndItIsNotWhole) {
  answers_.pop_back();
  const ControlReply reply = Dump();
  EXPECT_EQ(reply.exit, ControlExit::kNoAnswer);
  EXPECT_EQ(reply.error, "tern: gone\n");
  EXPECT_FALSE(IsWhole());
}

TEST_F(DumpTest, AFullDiskIsAFailure) {
  room_ = 100;
  const ControlReply reply = Dump();
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_NE(reply.error.find("No space left"), std::string::npos) << reply.error;
  EXPECT_FALSE(IsWhole());
}

TEST_F(DumpTest, AnErrorOfTerndEndsIt) {
  answers_[1] = R"({"ok":false,"error":"no"})";
  const ControlReply reply = Dump();
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_EQ(reply.error, "tern: no\n");
  EXPECT_FALSE(IsWhole());
}

TEST_F(DumpTest, AsJsonEachEntryIsALine) {
  EXPECT_EQ(Dump(/*json=*/true).exit, ControlExit::kOk);
  EXPECT_EQ(written_,
            "{\"name\":\"a.\",\"kind\":\"no data\",\"type\":\"A\",\"ttl\":1}\n"
            "{\"name\":\"b.\",\"kind\":\"no data\",\"type\":\"A\",\"ttl\":1}\n"
            "{\"whole\":true,\"entries\":2}\n");
}

}  // namespace
}  // namespace tern::resolver::tool
