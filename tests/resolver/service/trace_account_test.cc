#include "resolver/service/trace_account.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::service {
namespace {

using Json = nlohmann::ordered_json;

// A clock that is set by hand, and nothing besides.
class StoppedClock final : public Environment {
 public:
  Time now{std::chrono::seconds(5)};

  Time Now() const override { return now; }
  uint32_t WallSeconds() override { return 0; }
  uint64_t Random() override { return 0; }
  void ArmTimer(Timer*, Time) override {}
  void DisarmTimer(Timer*) override {}
  ExchangeId StartExchange(const Endpoint&, Transport, std::span<const uint8_t>,
                           ExchangeSink*) override {
    return ExchangeId::kNone;
  }
  void HandOver(ExchangeId, ExchangeSink*) override {}
  void EndExchange(ExchangeId) override {}
};

class TraceAccountTest : public testing::Test {
 protected:
  StoppedClock clock_;
  TraceAccount account_{&clock_, clock_.now};
};

TEST_F(TraceAccountTest, HasALineAStep) {
  const wire::Name name = *wire::ParseName("www.example.");
  const wire::Name zone = *wire::ParseName("example.");
  const Endpoint server = *Endpoint::Parse("192.0.2.1:53", 0);
  Trace::Step start;
  start.kind = "start";
  start.question = &name;
  start.type = wire::RRType::kA;
  account_.Add(start);
  clock_.now += std::chrono::microseconds(240);
  account_.Add({.kind = "reply",
                .zone = &zone,
                .server = &server,
                .transport = Transport::kTcp,
                .question = &name,
                .type = wire::RRType::kAAAA,
                .rtt = Duration(210),
                .outcome = "answer",
                .learnt = "www.example. AAAA"});
  EXPECT_EQ(account_.lines(),
            R"({"step":1,"t_us":0,"kind":"start","question":"www.example. A"})"
            "\n"
            R"({"step":2,"t_us":240,"kind":"reply","zone":"example.","server":"192.0.2.1:53",)"
            R"("transport":"tcp","question":"www.example. AAAA","rtt_us":210,"outcome":"answer",)"
            R"("learnt":"www.example. AAAA"})"
            "\n");
}

TEST_F(TraceAccountTest, IsAsciiThatNoTerminalActsOn) {
  Trace::Step done;
  done.kind = "done";
  done.outcome = "a\"b\\c\n\x1b[2J\x7f\xc2\x9b\xff";
  account_.Add(done);
  EXPECT_EQ(account_.lines(),
            R"({"step":1,"t_us":0,"kind":"done","outcome":"a\"b\\c\n\u001b[2J\u007f\u009b\ufffd"})"
            "\n");
}

TEST_F(TraceAccountTest, EndsAtItsBoundAndSaysSo) {
  const std::string learnt(1000, 'x');
  Trace::Step step;
  step.kind = "learn";
  step.learnt = learnt;
  for (int i = 0; i < 100; ++i) account_.Add(step);
  const std::string last = "{\"kind\":\"more\",\"outcome\":\"further steps are left out\"}\n";
  const std::string& lines = account_.lines();
  ASSERT_GT(lines.size(), kAccountOctetsMax - 2 * learnt.size());
  EXPECT_LE(lines.size(), kAccountOctetsMax + last.size());
  EXPECT_EQ(lines.substr(lines.size() - last.size()), last);
  for (size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
    EXPECT_TRUE(Json::accept(lines.substr(at, lines.find('\n', at) - at)));
  }
}

}  // namespace
}  // namespace tern::resolver::service
