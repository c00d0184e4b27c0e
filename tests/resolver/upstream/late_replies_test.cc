#include "resolver/upstream/late_replies.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <vector>

#include "tests/resolver/upstream/race_fixture.h"
#include "tests/support/timed_environment.h"

namespace tern::resolver::upstream {
namespace {

constexpr SipKey kLateCookieKey{};

// Knows which exchanges are open, and to whom they report.
class OpenExchanges final : public test::TimedEnvironment {
 public:
  ExchangeId StartExchange(const Endpoint&, Transport, std::span<const uint8_t>,
                           ExchangeSink*) override {
    open_.insert(ExchangeId{++last_});
    return ExchangeId{last_};
  }
  void HandOver(ExchangeId, ExchangeSink* sink) override { sink_ = sink; }
  void EndExchange(ExchangeId id) override { EXPECT_EQ(open_.erase(id), 1u); }

  void Run(Duration duration) {
    now_ += duration;
    timers_.RunDue(now_);
  }
  ExchangeSink* sink() const { return sink_; }
  std::set<ExchangeId>& open() { return open_; }
  bool HasTimer() const { return !timers_.empty(); }

 private:
  uint64_t last_ = 0;
  std::set<ExchangeId> open_;
  ExchangeSink* sink_ = nullptr;
};

class LateRepliesTest : public testing::Test {
 protected:
  static constexpr uint16_t kId = 0x1234;

  ExchangeId Await(bool repays_hedge = false) {
    const ExchangeId id = environment_.StartExchange(server_, Transport::kUdp, {}, nullptr);
    ++open_counts_->QueriesOf(key_);
    late_.Await(id,
                {.server = key_,
                 .address = server_,
                 .id = kId,
                 .sent = environment_.Now(),
                 .until = environment_.Now() + seconds(1),
                 .repays_hedge = repays_hedge},
                question_);
    return id;
  }
  Octets Reply(std::string_view name, uint16_t id = kId) {
    UpstreamQuestion question;
    question.name = N(name);
    question.type = RRType::kA;
    Octets octets(kUpstreamQueryOctetsMax);
    octets.resize(WriteUpstreamQuery(question, id, {}, {}, octets.data()));
    octets[2] |= 0x80;  // QR
    return octets;
  }
  int Credit() {
    int hedges = 0;
    while (hedge_credit_.Spend()) ++hedges;
    return hedges;
  }

  OpenExchanges environment_;
  ServerTable table_{1, kLateCookieKey, 64};
  Lateness lateness_;
  HedgeCredit hedge_credit_;
  const EventPort events_;
  std::unique_ptr<OpenCounts> open_counts_ = std::make_unique<OpenCounts>();
  const Endpoint server_ = *Endpoint::Parse("192.0.2.1", 53);
  const ServerKey key_ = table_.KeyOf(server_);
  UpstreamQuestion question_{.name = N("wWw.eXample."), .type = RRType::kA};
  LimitCounts<Counter> limits_;
  LateReplies late_{&environment_,
                    {table_, lateness_, hedge_credit_, *open_counts_, events_, limits_}};
};

TEST_F(LateRepliesTest, AReplyTeachesTheRoundTripAndEndsTheSilence) {
  table_.NoteSilence(key_, milliseconds(30), environment_.Now());
  const ExchangeId id = Await();
  environment_.Run(milliseconds(80));
  environment_.sink()->OnReply(id, Reply("wWw.eXample."));
  EXPECT_EQ(table_.Get(key_).srtt, milliseconds(80));
  EXPECT_EQ(table_.Get(key_).silences, 0);
  EXPECT_EQ(lateness_.mean(), milliseconds(80));
  EXPECT_TRUE(environment_.open().empty());
  EXPECT_FALSE(environment_.HasTimer());
  EXPECT_EQ(open_counts_->QueriesOf(key_), 0u);
}

TEST_F(LateRepliesTest, AReplyThatIsNotTheServersOwnTeachesNothing) {
  const ExchangeId id = Await();
  environment_.Run(milliseconds(80));
  environment_.sink()->OnReply(id, Reply("wWw.eXample.", kId + 1));
  environment_.sink()->OnReply(id, Reply("www.example."));
  EXPECT_FALSE(table_.Get(key_).IsKnown());
  EXPECT_EQ(environment_.open().size(), 1u);
  environment_.sink()->OnReply(id, Reply("wWw.eXample."));
  EXPECT_TRUE(table_.Get(key_).IsKnown());
}

TEST_F(LateRepliesTest, AServerThatKeepsNoCaseIsBelieved) {
  table_.NoteKeepsNoCase(key_, environment_.Now());
  const ExchangeId id = Await();
  environment_.Run(milliseconds(80));
  environment_.sink()->OnReply(id, Reply("www.example."));
  EXPECT_EQ(table_.Get(key_).srtt, milliseconds(80));
}

TEST_F(LateRepliesTest, NoReplyIsASilenceAndPaysTheHedgeBack) {
  Credit();
  Await(/*repays_hedge=*/true);
  Await(/*repays_hedge=*/false);
  environment_.Run(milliseconds(999));
  EXPECT_EQ(environment_.open().size(), 2u);
  environment_.Run(milliseconds(1));
  EXPECT_TRUE(environment_.open().empty());
  EXPECT_EQ(table_.Get(key_).silences, 1);
  EXPECT_EQ(Credit(), 1);
}

TEST_F(LateRepliesTest, AReplyPaysNoHedgeBack) {
  Credit();
  const ExchangeId id = Await(/*repays_hedge=*/true);
  environment_.Run(milliseconds(80));
  environment_.sink()->OnReply(id, Reply("wWw.eXample."));
  environment_.Run(seconds(2));
  EXPECT_EQ(Credit(), 0);
}

TEST_F(LateRepliesTest, TheLongestWaitingMakesWay) {
  const ExchangeId first = Await();
  environment_.Run(milliseconds(1));
  for (size_t i = 0; i < kLateRepliesMax; ++i) Await();
  EXPECT_EQ(late_.size(), kLateRepliesMax);
  EXPECT_EQ(limits_.late_replies, kLateRepliesMax);
  EXPECT_EQ(limits_.late_replies_met, 1u);
  EXPECT_EQ(environment_.open().size(), kLateRepliesMax);
  EXPECT_FALSE(environment_.open().contains(first));
  EXPECT_EQ(table_.Get(key_).silences, 0) << "it did not get its time";
}

TEST_F(LateRepliesTest, AnExchangeThatFailsIsForgotten) {
  const ExchangeId id = Await(/*repays_hedge=*/true);
  environment_.open().erase(id);
  environment_.sink()->OnExchangeFailed(id, ExchangeFailure::kUnreachable);
  EXPECT_EQ(late_.size(), 0u);
  EXPECT_EQ(limits_.late_replies, 0u);
  EXPECT_FALSE(environment_.HasTimer());
  EXPECT_EQ(open_counts_->QueriesOf(key_), 0u);
}

// From a race on.
class OvertakenTest : public RaceWorld {
 protected:
  size_t Waiting() { return world_.recursor().facilities().late_replies.size(); }
  // Asks until A is asked first. A is near, but now it is late by so much.
  void AskALateServer(milliseconds by) {
    StartTwo(milliseconds(20), milliseconds(20));
    WarmUp();
    a_->conduct().think_time = by;
    for (int i = 0; i < 40 && Sent(kServerA) == 0; ++i) {
      world_.Ask("x" + std::to_string(i) + ".example.", RRType::kA);
      world_.Run(milliseconds(60));
    }
    ASSERT_EQ(Sent(kServerA), 1u);
  }
};

TEST_F(OvertakenTest, ALateServerIsStillMeasured) {
  AskALateServer(milliseconds(200));
  EXPECT_EQ(Waiting(), 1u);
  EXPECT_EQ(world_.table().Get(KeyOf(kServerA)).silences, 1);
  world_.Run(milliseconds(200));
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_EQ(world_.table().Get(KeyOf(kServerA)).silences, 0);
  EXPECT_GT(world_.table().Get(KeyOf(kServerA)).srtt, milliseconds(40));
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(OvertakenTest, ALostReplyGivesTheHedgeBack) {
  AskALateServer(seconds(10));
  HedgeCredit& credit = world_.recursor().facilities().hedge_credit;
  while (credit.Spend()) {
  }
  world_.Run(seconds(2));
  EXPECT_TRUE(credit.Spend());
  EXPECT_TRUE(world_.IsAtRest());
}

TEST_F(OvertakenTest, WhileSomebodyGuessesNothingStaysOpen) {
  StartTwo(milliseconds(20), milliseconds(20));
  WarmUp();
  a_->conduct().think_time = b_->conduct().think_time = milliseconds(200);
  world_.Ask("www.example.", RRType::kA);
  world_.Run(milliseconds(100));
  world_.table().NoteForgery(N("example."), seconds(20), Now());
  world_.Run(milliseconds(130));
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_TRUE(world_.IsAtRest());
}

}  // namespace
}  // namespace tern::resolver::upstream
