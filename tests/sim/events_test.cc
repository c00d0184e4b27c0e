// What the workers tell of clients' queries and of the queries to name servers, for the query log
// and for dnstap.
#include "resolver/base/events.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/small_internet.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using resolver::AnswerSource;
using resolver::Event;
using resolver::Events;
using resolver::EventWishes;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::RRType;

constexpr std::string_view kEventServer = "192.0.2.20";
constexpr std::string_view kOther = "192.0.2.21";

// An event with octets of its own.
struct Seen {
  Event event;
  Octets query;
  Octets reply;
  std::string zone;
  size_t worker = 0;

  // The name that is asked for, in lower case.
  std::string name() const {
    const Octets& message = query.empty() ? reply : query;
    const auto question = wire::ReadFirstQuestion(message);
    if (!question) return "";
    wire::Name name(question->name);
    name.Lower();
    return wire::ToText(name);
  }
};

class EventsTest : public testing::Test {
 protected:
  explicit EventsTest(size_t workers = 1)
      : internet_(SimWorld::Options{.seed = 5, .workers = workers}) {
    servers_ =
        internet_.AddDomain("example.com.", {kEventServer, kOther}, "www 300 A 198.51.100.1\n");
    internet_.settings().resolution.qname_minimisation = resolver::QnameMinimisation::kOff;
    wishes_ = {.clients_to_dnstap = true, .servers_to_dnstap = true, .to_log = true};
  }
  void Start() {
    internet_.Start();
    Wish();
  }
  void Wish() {
    events_ = std::make_shared<const Events>(wishes_, internet_.world().workers());
    internet_.resolver().SetEvents(events_);
    internet_.world().RunFor(milliseconds(1));
  }
  std::vector<Seen> Take() {
    std::vector<Seen> all;
    for (size_t worker = 0; worker < events_->rings.size(); ++worker) {
      while (events_->rings[worker]->Take([&](const Event& event) {
        Seen seen{event,
                  {event.query.begin(), event.query.end()},
                  {event.reply.begin(), event.reply.end()},
                  "",
                  worker};
        if (!event.zone.empty()) {
          seen.zone = wire::ToText(*wire::NameView::FromWire(event.zone));
        }
        all.push_back(std::move(seen));
      })) {
      }
    }
    return all;
  }
  static std::vector<Seen> Of(const std::vector<Seen>& all, Event::Kind kind) {
    std::vector<Seen> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const Seen& seen) { return seen.event.kind == kind; });
    return some;
  }

  static std::vector<Seen> AboutName(const std::vector<Seen>& all, Event::Kind kind) {
    std::vector<Seen> some = Of(all, kind);
    std::erase_if(some, [](const Seen& seen) { return seen.name() != "www.example.com."; });
    return some;
  }

  SmallInternet internet_;
  std::vector<ZoneServer*> servers_;
  EventWishes wishes_;
  std::shared_ptr<const Events> events_;
};

TEST_F(EventsTest, AMissIsAQueryTheExchangesAndTheAnswer) {
  Start();
  const PlainMessage reply = internet_.Lookup("www.example.com.", RRType::kA);
  ASSERT_EQ(reply.answer.size(), 1u);
  const auto all = Take();
  ASSERT_GE(all.size(), 8u);
  EXPECT_EQ(all.front().event.kind, Event::Kind::kClientQuery);
  EXPECT_EQ(all.back().event.kind, Event::Kind::kClientReply);
  const auto query = all.front();
  const auto answer = all.back();
  EXPECT_TRUE(query.event.to_dnstap);
  EXPECT_FALSE(query.event.to_log);
  EXPECT_TRUE(answer.event.to_dnstap && answer.event.to_log);
  EXPECT_EQ(answer.event.source, AnswerSource::kUpstream);
  EXPECT_EQ(answer.event.began, query.event.began);
  EXPECT_EQ(answer.event.ended - answer.event.began, internet_.last_latency());
  EXPECT_EQ(answer.event.peer, query.event.peer);
  EXPECT_EQ(answer.name(), "www.example.com.");
  EXPECT_EQ(PlainMessage::Decode(answer.reply)->answer.size(), 1u);
  EXPECT_EQ(query.query,
            internet_.world().client_query(internet_.world().client_query_count() - 1).query);
  // The root, com. and example.com. The root was asked for its own servers before (RFC 9609).
  const auto sent = AboutName(all, Event::Kind::kServerQuery);
  const auto came = AboutName(all, Event::Kind::kServerReply);
  ASSERT_EQ(sent.size(), 3u);
  ASSERT_EQ(came.size(), 3u);
  const std::string zones[] = {".", "com.", "example.com."};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sent[i].zone, zones[i]);
    EXPECT_EQ(came[i].zone, zones[i]);
    EXPECT_EQ(sent[i].name(), "www.example.com.");
    const UpstreamQuery& was_sent = *(internet_.world().upstream().end() - 3 + static_cast<int>(i));
    const auto message = PlainMessage::Decode(sent[i].query);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->id, was_sent.id);
    EXPECT_TRUE(message->questions.at(0).name.view().EqualsExactly(was_sent.name));
    EXPECT_EQ(message->Cookie().value_or(Octets()), was_sent.cookie);
    EXPECT_EQ(sent[i].event.peer, was_sent.server);
    EXPECT_EQ(came[i].event.peer, sent[i].event.peer);
    EXPECT_EQ(came[i].event.began, sent[i].event.began);
    EXPECT_GT(came[i].event.ended, came[i].event.began);
    EXPECT_FALSE(came[i].reply.empty());
    EXPECT_FALSE(sent[i].event.forwarded);
  }
}

TEST_F(EventsTest, AHitIsOne) {
  Start();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  (void)Take();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  const auto all = Take();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].event.kind, Event::Kind::kClient);
  EXPECT_EQ(all[0].event.source, AnswerSource::kCache);
  EXPECT_EQ(all[0].name(), "www.example.com.");
  EXPECT_EQ(PlainMessage::Decode(all[0].reply)->answer.size(), 1u);
  EXPECT_EQ(all[0].event.ended, all[0].event.began);
}

TEST_F(EventsTest, SilenceIsToldWithTheQueryAndForHowLong) {
  Start();
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kSilent;
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  internet_.world().RunFor(seconds(8));
  const auto all = Take();
  const auto silent = Of(all, Event::Kind::kServerSilent);
  ASSERT_GE(silent.size(), 2u);
  for (const Seen& seen : silent) {
    EXPECT_EQ(seen.zone, "example.com.");
    EXPECT_EQ(seen.name(), "www.example.com.");
    EXPECT_TRUE(seen.reply.empty());
    EXPECT_GE(seen.event.ended - seen.event.began, milliseconds(100));
    EXPECT_TRUE(seen.event.peer.address.ToText() == kEventServer ||
                seen.event.peer.address.ToText() == kOther);
  }
  // Each query once, also if it is still waited for when the race is over.
  std::vector<uint16_t> ids;
  for (const Seen& seen : silent) ids.push_back(wire::LoadU16(seen.query.data()));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  const auto answers = Of(all, Event::Kind::kClientReply);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(PlainMessage::Decode(answers[0].reply)->rcode, wire::Rcode::kServFail);
}

// The one that is overtaken, and is silent, is what an operator looks for.
TEST_F(EventsTest, TheSilenceOfAServerThatWasOvertakenIsTold) {
  Start();
  servers_[0]->conduct().fault = Fault::kSilent;
  for (int i = 0; i < 20; ++i) {
    (void)internet_.Lookup("n" + std::to_string(i) + ".example.com.", RRType::kA);
  }
  internet_.world().RunFor(seconds(3));
  const auto silent = Of(Take(), Event::Kind::kServerSilent);
  ASSERT_GE(silent.size(), 1u);
  for (const Seen& seen : silent) {
    EXPECT_EQ(seen.event.peer.address.ToText(), kEventServer);
    EXPECT_TRUE(seen.name().ends_with(".example.com.")) << seen.name();
  }
}

TEST_F(EventsTest, AServerThatIsNotThereIsTold) {
  Start();
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kUnreachable;
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  const auto gone = Of(Take(), Event::Kind::kServerUnreachable);
  ASSERT_GE(gone.size(), 2u);
  EXPECT_EQ(gone[0].name(), "www.example.com.");
}

TEST_F(EventsTest, AClientThatMayNotAskIsTold) {
  internet_.settings().allow = {*resolver::Prefix::Parse("192.0.2.0/24")};
  Start();
  (void)internet_.Ask("www.example.com.", RRType::kA);
  internet_.world().RunFor(milliseconds(1));
  const auto all = Take();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].event.source, AnswerSource::kRefused);
  EXPECT_EQ(PlainMessage::Decode(all[0].reply)->rcode, wire::Rcode::kRefused);
  EXPECT_EQ(all[0].name(), "www.example.com.");
}

TEST_F(EventsTest, AStaleAnswerIsToldAsSuch) {
  Start();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  internet_.world().RunFor(seconds(400));
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kSilent;
  (void)Take();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  const auto answers = Of(Take(), Event::Kind::kClientReply);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].event.source, AnswerSource::kStale);
}

TEST_F(EventsTest, TheLogMayWantFailuresOfSomeNames) {
  wishes_ = {
      .to_log = true,
      .log_filter = {.only_failures = true, .clients = {}, .zones = {NameOf("example.com.")}}};
  Start();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  (void)internet_.Lookup("not.there.", RRType::kA);
  EXPECT_TRUE(Take().empty());
  for (ZoneServer* server : servers_) server->conduct().fault = Fault::kRefused;
  (void)internet_.Lookup("mail.example.com.", RRType::kA);
  const auto all = Take();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name(), "mail.example.com.");
  EXPECT_TRUE(all[0].event.to_log);
  EXPECT_FALSE(all[0].event.to_dnstap);
}

TEST_F(EventsTest, AReloadMayEndIt) {
  Start();
  internet_.resolver().SetEvents(nullptr);
  internet_.world().RunFor(milliseconds(1));
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_TRUE(Take().empty());
  Wish();
  (void)internet_.Lookup("www.example.com.", RRType::kA);
  EXPECT_EQ(Take().size(), 1u);
}

class EventsOfTwoWorkersTest : public EventsTest {
 protected:
  EventsOfTwoWorkersTest() : EventsTest(2) {}
};

TEST_F(EventsOfTwoWorkersTest, TheOwnerOfTheQuestionTellsTheAnswerAndHowLongItWasOnItsWay) {
  Start();
  size_t handed_over = 0;
  for (int i = 0; i < 20; ++i) {
    (void)internet_.Lookup("n" + std::to_string(i) + ".example.com.", RRType::kA);
    const auto all = Take();
    const auto queries = Of(all, Event::Kind::kClientQuery);
    const auto answers = Of(all, Event::Kind::kClientReply);
    ASSERT_EQ(queries.size(), 1u);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].event.began, queries[0].event.began);
    EXPECT_GE(answers[0].event.queued, resolver::Duration(0));
    EXPECT_LE(answers[0].event.queued, answers[0].event.ended - answers[0].event.began);
    if (answers[0].worker != queries[0].worker) ++handed_over;
  }
  EXPECT_GT(handed_over, 0u);
}

}  // namespace
}  // namespace tern::sim
