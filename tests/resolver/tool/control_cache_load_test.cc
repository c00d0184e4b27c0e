#include "resolver/tool/control_cache_load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kEnd = "; This is whole: 1 entry.\n";

// Plays a ternd that loads each line as one RRset.
class LoadCacheTest : public testing::Test {
 protected:
  ControlReply Load(const std::string& text) {
    std::istringstream from(text);
    return LoadCache({}, from, "file",
                     [this](const ControlOptions& options) { return Answer(options.request); });
  }

  std::vector<std::string> pieces_;
  size_t refused_from_ = 1000;

 private:
  absl::StatusOr<std::string> Answer(const std::string& request) {
    EXPECT_LE(request.size(), 65536u);
    EXPECT_TRUE(request.ends_with("}\n"));
    const Json said = Json::parse(request);
    EXPECT_EQ(said["verb"], "cache load");
    pieces_.push_back(said["records"]);
    if (pieces_.size() > refused_from_) return R"({"ok":false,"error":"no"})";
    const auto sets = std::count(pieces_.back().begin(), pieces_.back().end(), '\n');
    return Json{{"ok", true}, {"result", {{"loaded", sets}, {"known", 1}, {"left_out", 0}}}}.dump();
  }
};

TEST_F(LoadCacheTest, SendsTheRecordsAndNothingElse) {
  const ControlReply reply = Load(Concat(
      "; a cache\n\n; records, from: answer\na. 60 IN A 192.0.2.1\r\nb. 60 IN TXT \";\"\n", kEnd));
  EXPECT_EQ(pieces_, std::vector<std::string>{"a. 60 IN A 192.0.2.1\nb. 60 IN TXT \";\"\n"});
  EXPECT_EQ(reply.exit, ControlExit::kOk);
  EXPECT_EQ(reply.text, "2 RRsets loaded, 1 known better already, 0 left out\n");
  EXPECT_EQ(reply.json,
            "{\"ok\":true,\"result\":{\"loaded\":2,\"known\":1,\"left_out\":0,\"whole\":true}}\n");
  EXPECT_EQ(reply.error, "");
}

TEST_F(LoadCacheTest, TellsThatADumpIsNotWhole) {
  const ControlReply reply = Load("a. 60 IN A 192.0.2.1\n");
  EXPECT_EQ(reply.exit, ControlExit::kOk);
  EXPECT_EQ(reply.error, "tern: file does not end as a whole dump does\n");
  EXPECT_NE(reply.json.find("\"whole\":false"), std::string::npos);
}

TEST_F(LoadCacheTest, AMistakeHasItsLineAndEndsIt) {
  for (const auto& [line, why] : std::vector<std::pair<std::string, std::string>>{
           {"b. 60 IN A here", "here"},
           {"{\"name\":\"b.\"}", "found JSON"},
           {"$ORIGIN b.", "expected a record"},
           {" 60 IN A 192.0.2.1", "expected a record"}}) {
    pieces_.clear();
    const ControlReply reply =
        Load(Concat("; x\na. 60 IN A 192.0.2.1\n", line, "\nc. 1 IN A 1.1\n"));
    EXPECT_EQ(reply.exit, ControlExit::kFailure);
    EXPECT_TRUE(reply.error.starts_with("tern: file:3: ")) << reply.error;
    EXPECT_NE(reply.error.find(why), std::string::npos) << reply.error;
    EXPECT_TRUE(reply.error.ends_with("1 RRset loaded before it\n")) << reply.error;
    EXPECT_EQ(pieces_.size(), 1u);
  }
}

TEST_F(LoadCacheTest, ALongFileGoesInPiecesThatPartNoName) {
  std::string text;
  for (int name = 0; name < 300; ++name) {
    for (int i = 0; i < 10; ++i) {
      text +=
          Concat("n", name, ". 60 IN TXT \"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"", i, "\"\n");
    }
  }
  EXPECT_EQ(Load(Concat(text, kEnd)).exit, ControlExit::kOk);
  EXPECT_GT(pieces_.size(), 5u);
  std::string all;
  std::string last;
  for (const std::string& piece : pieces_) {
    const std::string first = piece.substr(0, piece.find(' '));
    EXPECT_NE(first, last);
    last = piece.substr(piece.rfind('\n', piece.size() - 2) + 1);
    last.resize(last.find(' '));
    all += piece;
  }
  EXPECT_EQ(all, text);
}

TEST_F(LoadCacheTest, ANameWithTooMuchIsLeftOut) {
  std::string text = "a. 60 IN A 192.0.2.1\n";
  for (int i = 0; i < 1000; ++i)
    text += Concat("big. 60 IN TXT \"a text of some octets ", i, "\"\n");
  const ControlReply reply = Load(Concat(text, "c. 60 IN A 192.0.2.3\n", kEnd));
  std::string all;
  for (const std::string& piece : pieces_) all += piece;
  EXPECT_EQ(all, "a. 60 IN A 192.0.2.1\nc. 60 IN A 192.0.2.3\n");
  EXPECT_NE(reply.text.find(" 1 left out"), std::string::npos) << reply.text;
}

TEST_F(LoadCacheTest, ARefusalEndsIt) {
  refused_from_ = 0;
  const ControlReply reply = Load(Concat("a. 60 IN A 192.0.2.1\n", kEnd));
  EXPECT_EQ(reply.exit, ControlExit::kFailure);
  EXPECT_EQ(reply.error, "tern: no\n");
}

}  // namespace
}  // namespace tern::resolver::tool
