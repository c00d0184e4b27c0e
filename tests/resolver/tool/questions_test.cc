#include "resolver/tool/questions.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "gtest/gtest.h"
#include "tests/resolver/tool/made_answers.h"
#include "wire/writer.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

const Question& MxQuestion() {
  static const Question question = {*wire::ParseName("a."), RRType::kMX};
  return question;
}

// A reply with the rcode and one record of each given type, all owned by `a.`.
RawReply MadeReply(wire::Rcode rcode,
                   std::initializer_list<std::pair<RRType, const char*>> records) {
  RawReply raw;
  raw.outcome = LookupOutcome::kReply;
  raw.message.resize(512);
  wire::MessageWriter writer(raw.message);
  writer.SetHeader(1, static_cast<uint16_t>(wire::kFlagQR | static_cast<uint16_t>(rcode)));
  EXPECT_TRUE(writer.AddQuestion(MxQuestion().name, RRType::kMX, wire::RRClass::kIN));
  for (const auto& [type, text] : records) {
    std::vector<std::string> tokens;
    for (std::string_view rest = text; !rest.empty();) {
      const size_t end = std::min(rest.find(' '), rest.size());
      tokens.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto rdata = wire::ParseRdata(type, tokens);
    EXPECT_TRUE(rdata.ok());
    EXPECT_TRUE(writer.AddRecord(wire::Section::kAnswer, MxQuestion().name, type,
                                 wire::RRClass::kIN, 60, *rdata));
  }
  raw.message.resize(writer.Finish());
  return raw;
}

AnswerKind KindOf(const RawReply& raw) { return ReadAnswer(MxQuestion(), raw).kind; }

TEST(QuestionsTest, OutcomesAreToldApart) {
  using wire::Rcode;
  EXPECT_EQ(KindOf(MadeReply(Rcode::kNoError, {{RRType::kMX, "10 b."}})), AnswerKind::kRecords);
  EXPECT_EQ(KindOf(MadeReply(Rcode::kNoError, {})), AnswerKind::kNoData);
  EXPECT_EQ(KindOf(MadeReply(Rcode::kNoError, {{RRType::kCNAME, "b."}})), AnswerKind::kNoData);
  EXPECT_EQ(KindOf(MadeReply(Rcode::kNXDomain, {})), AnswerKind::kNoSuchName);
  EXPECT_EQ(KindOf(MadeReply(Rcode::kServFail, {})), AnswerKind::kFailure);
  EXPECT_EQ(KindOf(MadeReply(Rcode::kRefused, {})), AnswerKind::kFailure);
  EXPECT_EQ(KindOf({}), AnswerKind::kNoReply);
  RawReply cut = MadeReply(Rcode::kNoError, {{RRType::kMX, "10 b."}});
  cut.message.resize(cut.message.size() - 3);
  EXPECT_EQ(KindOf(cut), AnswerKind::kFailure);
}

TEST(QuestionsTest, AliasesThatLeadInACircleAreAFailure) {
  const Answer answer =
      ReadAnswer(MxQuestion(), MadeReply(wire::Rcode::kNoError, {{RRType::kCNAME, "a."}}));
  EXPECT_EQ(answer.kind, AnswerKind::kFailure);
  EXPECT_EQ(OutcomeText(answer), "an alias loop");
}

TEST(QuestionsTest, ReasonsAreInWords) {
  EXPECT_EQ(OutcomeText(ReadAnswer(MxQuestion(), {})), "no reply: timeout");
  EXPECT_EQ(OutcomeText(ReadAnswer(MxQuestion(), MadeReply(wire::Rcode::kServFail, {}))),
            "SERVFAIL");
  EXPECT_EQ(OutcomeText(ReadAnswer(MxQuestion(), MadeReply(wire::Rcode::kNXDomain, {}))),
            "NXDOMAIN");
}

TEST(QuestionsTest, TheBookAsksEachQuestionOnceWhateverItsCase) {
  MadeAnswers made;
  made.Add("a.", RRType::kMX, {"10 b."});
  AnswerBook book(made.Asking());
  EXPECT_EQ(book.AskOne(*wire::ParseName("a."), RRType::kMX).kind, AnswerKind::kRecords);
  EXPECT_EQ(book.AskOne(*wire::ParseName("A."), RRType::kMX).kind, AnswerKind::kRecords);
  EXPECT_EQ(made.asked(), 1u);
  book.AskOne(*wire::ParseName("a."), RRType::kA);
  EXPECT_EQ(made.asked(), 2u);
}

TEST(QuestionsTest, TheBookIsBounded) {
  MadeAnswers made;
  AnswerBook book(made.Asking());
  std::vector<Question> questions;
  for (size_t i = 0; i < kQuestionsMax + 5; ++i) {
    questions.push_back({*wire::ParseName("n" + std::to_string(i) + "."), RRType::kA});
  }
  book.Ask(questions);
  EXPECT_EQ(made.asked(), kQuestionsMax);
  const Answer& last = book.Get(questions.back().name, RRType::kA);
  EXPECT_EQ(OutcomeText(last), "no reply: not asked, there are too many questions");
}

// A UDP socket on loopback whose port has no TCP.
class UdpPort {
 public:
  UdpPort() {
    sockaddr_storage address;
    socklen_t size = Endpoint{*IpAddress::Parse("127.0.0.1"), 0}.ToSockaddr(&address);
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    const timeval patience = {.tv_sec = 15, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    endpoint_ = Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&address));
  }
  ~UdpPort() { close(fd_); }
  const Endpoint& endpoint() const { return endpoint_; }

  // Waits for `count` queries, and then replies to all of them with NODATA.
  void ReplyWhenAllAreThere(size_t count) const {
    struct Query {
      uint8_t octets[512];
      ssize_t size;
      sockaddr_storage peer;
      socklen_t peer_size = sizeof peer;
    };
    std::vector<Query> queries(count);
    for (Query& query : queries) {
      query.size = recvfrom(fd_, query.octets, sizeof query.octets, 0,
                            reinterpret_cast<sockaddr*>(&query.peer), &query.peer_size);
      if (query.size < 0) return;
    }
    for (Query& query : queries) {
      query.octets[2] |= 0x80;
      sendto(fd_, query.octets, static_cast<size_t>(query.size), 0,
             reinterpret_cast<sockaddr*>(&query.peer), query.peer_size);
    }
  }

 private:
  int fd_ = -1;
  Endpoint endpoint_;
};

TEST(QuestionsTest, QuestionsAreAskedSideBySide) {
  const UdpPort port;
  std::thread server([&] { port.ReplyWhenAllAreThere(kSideBySideMax); });
  const AskMany ask = AskingServer(port.endpoint(), std::chrono::seconds(20));
  for (const Answer& answer : ask(std::vector<Question>(kSideBySideMax, MxQuestion()))) {
    EXPECT_EQ(answer.kind, AnswerKind::kNoData) << OutcomeText(answer);
  }
  server.join();
}

TEST(QuestionsTest, AllQuestionsTogetherEndAtTheTimeout) {
  const UdpPort port;
  const AskMany ask = AskingServer(port.endpoint(), std::chrono::milliseconds(300));
  const auto start = std::chrono::steady_clock::now();
  for (int batch = 0; batch < 30; ++batch) {
    for (const Answer& answer : ask(std::vector<Question>(3 * kSideBySideMax, MxQuestion()))) {
      EXPECT_EQ(OutcomeText(answer), "no reply: timeout");
    }
  }
  // One after the other they would take 27 s.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace tern::resolver::tool
