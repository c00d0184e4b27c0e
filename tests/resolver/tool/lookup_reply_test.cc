#include "resolver/tool/lookup_reply.h"

#include "gtest/gtest.h"
#include "resolver/tool/lookup_json.h"
#include "wire/edns.h"
#include "wire/parse_presentation.h"
#include "wire/writer.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;
using wire::Section;

class ReplyBuilder {
 public:
  explicit ReplyBuilder(uint16_t flags) : octets_(65535), writer_(octets_) {
    writer_.SetHeader(7, static_cast<uint16_t>(wire::kFlagQR | flags));
    EXPECT_TRUE(writer_.AddQuestion(*wire::ParseName("example."), RRType::kMX, wire::RRClass::kIN));
  }
  ReplyBuilder& Add(Section section, const char* owner, RRType type,
                    std::vector<std::string> fields) {
    EXPECT_TRUE(writer_.AddRecord(section, *wire::ParseName(owner), type, wire::RRClass::kIN, 300,
                                  *wire::ParseRdata(type, fields)));
    return *this;
  }
  ReplyBuilder& AddOpt(std::string_view options, uint8_t extended_rcode = 0) {
    wire::Edns edns;
    edns.extended_rcode = extended_rcode;
    edns.options = {reinterpret_cast<const uint8_t*>(options.data()), options.size()};
    EXPECT_TRUE(writer_.AddOpt(edns));
    return *this;
  }
  std::vector<uint8_t> Finish() {
    octets_.resize(writer_.Finish());
    return octets_;
  }

 private:
  std::vector<uint8_t> octets_;
  wire::MessageWriter writer_;
};

std::string Option(uint16_t code, std::string_view content) {
  std::string option = {static_cast<char>(code >> 8), static_cast<char>(code),
                        static_cast<char>(content.size() >> 8), static_cast<char>(content.size())};
  return option + std::string(content);
}

const std::vector<ReplyLine>& AnswerLines(const LookupReply& reply) { return reply.sections[0]; }

TEST(LookupReplyTest, ReadsFlagsAndRecordsOfAllSections) {
  const auto message = ReplyBuilder(wire::kFlagRD | wire::kFlagRA | wire::kFlagAA)
                           .Add(Section::kAnswer, "example.", RRType::kMX, {"10", "mx.example."})
                           .Add(Section::kAuthority, "example.", RRType::kNS, {"ns.example."})
                           .Add(Section::kAdditional, "mx.example.", RRType::kA, {"192.0.2.1"})
                           .Finish();
  const LookupReply reply = ReadLookupReply(message);
  EXPECT_FALSE(reply.malformed);
  EXPECT_EQ(reply.flags, (std::vector<std::string>{"aa", "rd", "ra"}));
  ASSERT_EQ(AnswerLines(reply).size(), 1u);
  EXPECT_EQ(AnswerLines(reply)[0].owner, "example.");
  EXPECT_EQ(AnswerLines(reply)[0].ttl, 300u);
  EXPECT_EQ(AnswerLines(reply)[0].rrclass, "IN");
  EXPECT_EQ(AnswerLines(reply)[0].rdata, "10 mx.example.");
  ASSERT_EQ(reply.sections[1].size(), 1u);
  ASSERT_EQ(reply.sections[2].size(), 1u);
  EXPECT_EQ(reply.sections[2][0].rdata, "192.0.2.1");
}

TEST(LookupReplyTest, Rfc5321ExchangersComeInOrderOfPreference) {
  const auto message =
      ReplyBuilder(0)
          .Add(Section::kAnswer, "example.", RRType::kCNAME, {"mail.example."})
          .Add(Section::kAnswer, "mail.example.", RRType::kMX, {"100", "c.example."})
          .Add(Section::kAnswer, "mail.example.", RRType::kMX, {"20", "b.example."})
          .Add(Section::kAnswer, "mail.example.", RRType::kMX, {"5", "a.example."})
          .Finish();
  const LookupReply reply = ReadLookupReply(message);
  ASSERT_EQ(AnswerLines(reply).size(), 4u);
  EXPECT_EQ(AnswerLines(reply)[0].type, RRType::kCNAME);
  EXPECT_EQ(AnswerLines(reply)[1].rdata, "5 a.example.");
  EXPECT_EQ(AnswerLines(reply)[2].rdata, "20 b.example.");
  EXPECT_EQ(AnswerLines(reply)[3].rdata, "100 c.example.");
}

TEST(LookupReplyTest, ReadsExtendedErrorsAndTheUpperBitsOfTheRcode) {
  using std::string_literals::operator""s;
  const auto message = ReplyBuilder(0)
                           .AddOpt(Option(15, "\0\x12"s + "not you") + Option(15, "\0\x16"s) +
                                       Option(15, "x") + Option(3, "id"),
                                   1)
                           .Finish();
  const LookupReply reply = ReadLookupReply(message);
  EXPECT_EQ(reply.rcode, wire::Rcode::kBadVers);
  ASSERT_EQ(reply.extended_errors.size(), 2u);
  EXPECT_EQ(reply.extended_errors[0].code, 18);
  EXPECT_EQ(reply.extended_errors[0].text, "not you");
  EXPECT_EQ(reply.extended_errors[1].code, 22);
  EXPECT_FALSE(reply.trace);
}

TEST(LookupReplyTest, ReadsTheTraceLineByLineAndLeavesOutWhatIsNone) {
  const auto message =
      ReplyBuilder(0).AddOpt(Option(65001, "{\"step\":1}\nnonsense\n[1]\n{\"step\":2}\n")).Finish();
  const LookupReply reply = ReadLookupReply(message);
  ASSERT_TRUE(reply.trace);
  const std::vector<TraceStep> steps = ReadTraceSteps(*reply.trace);
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].Text("step"), "2");
}

TEST(LookupReplyTest, ATraceInSeveralOptionsIsOneTrace) {
  const auto message = ReplyBuilder(0)
                           .AddOpt(Option(65001, "{\"step\":1}") + Option(65001, "{\"step\":2}"))
                           .Finish();
  const LookupReply reply = ReadLookupReply(message);
  ASSERT_TRUE(reply.trace);
  EXPECT_EQ(ReadTraceSteps(*reply.trace).size(), 2u);
}

TEST(LookupReplyTest, EveryShortenedReplyIsReadWithoutTrust) {
  const auto message = ReplyBuilder(0)
                           .Add(Section::kAnswer, "example.", RRType::kMX, {"10", "mx.example."})
                           .AddOpt(Option(65001, "{\"step\":1}"))
                           .Finish();
  EXPECT_FALSE(ReadLookupReply(message).malformed);
  for (size_t octets = 0; octets < message.size(); ++octets) {
    // A copy of its own size, so that sanitizers see a read beyond it.
    const std::vector<uint8_t> shortened(message.begin(),
                                         message.begin() + static_cast<ptrdiff_t>(octets));
    EXPECT_TRUE(ReadLookupReply(shortened).malformed) << octets;
    EXPECT_EQ(ExitOf(ReadLookupReply(shortened), RRType::kMX), LookupExit::kServerFailure);
  }
}

TEST(LookupReplyTest, RdataOfTheWrongShapeIsMalformed) {
  auto message =
      ReplyBuilder(0).Add(Section::kAnswer, "example.", RRType::kA, {"192.0.2.1"}).Finish();
  message[message.size() - 5] = 3;  // the RDATA's length
  message.pop_back();
  EXPECT_TRUE(ReadLookupReply(message).malformed);
}

TEST(LookupExitTest, TellsScriptsWhatCameOfIt) {
  const auto exit_of = [](const std::vector<uint8_t>& message, RRType type) {
    return ExitOf(ReadLookupReply(message), type);
  };
  const auto answer = ReplyBuilder(0)
                          .Add(Section::kAnswer, "example.", RRType::kCNAME, {"b."})
                          .Add(Section::kAnswer, "b.", RRType::kA, {"192.0.2.1"})
                          .Finish();
  EXPECT_EQ(exit_of(answer, RRType::kA), LookupExit::kAnswer);
  EXPECT_EQ(exit_of(answer, RRType::kANY), LookupExit::kAnswer);
  EXPECT_EQ(exit_of(answer, RRType::kAAAA), LookupExit::kNoSuchRecord);
  EXPECT_EQ(exit_of(ReplyBuilder(0).Finish(), RRType::kA), LookupExit::kNoSuchRecord);
  EXPECT_EQ(exit_of(ReplyBuilder(3).Finish(), RRType::kA), LookupExit::kNoSuchRecord);
  for (const uint16_t rcode : {1, 2, 4, 5, 9}) {
    EXPECT_EQ(exit_of(ReplyBuilder(rcode).Finish(), RRType::kA), LookupExit::kServerFailure);
  }
}

}  // namespace
}  // namespace tern::resolver::tool
