#include "resolver/base/events.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "wire/parse_presentation.h"

namespace tern::resolver {
namespace {

using wire::Rcode;

IpAddress Address(const char* text) { return *IpAddress::Parse(text); }

std::vector<uint8_t> ReplyWith(Rcode rcode) {
  std::vector<uint8_t> reply(12);
  reply[3] = static_cast<uint8_t>(rcode);
  return reply;
}

class QueryLogFilterTest : public testing::Test {
 protected:
  bool Wants(Rcode rcode = Rcode::kNoError, const char* client = "192.0.2.1",
             const char* name = "www.example.") {
    return filter_.Wants(Address(client), *wire::ParseName(name), ReplyWith(rcode));
  }

  QueryLogFilter filter_;
};

TEST_F(QueryLogFilterTest, WantsAllByDefault) {
  EXPECT_TRUE(Wants());
  EXPECT_TRUE(Wants(Rcode::kServFail, "2001:db8::1", "."));
  EXPECT_TRUE(filter_.Wants(Address("192.0.2.1"), wire::NameView(), {}));
}

TEST_F(QueryLogFilterTest, MayWantFailuresOnly) {
  filter_.only_failures = true;
  EXPECT_FALSE(Wants(Rcode::kNoError));
  EXPECT_FALSE(Wants(Rcode::kNXDomain));
  EXPECT_TRUE(Wants(Rcode::kServFail));
  EXPECT_TRUE(Wants(Rcode::kRefused));
  EXPECT_TRUE(Wants(Rcode::kFormErr));
  // No answer.
  EXPECT_TRUE(filter_.Wants(Address("192.0.2.1"), *wire::ParseName("www.example."), {}));
}

TEST_F(QueryLogFilterTest, MayWantSomeClientsOnly) {
  filter_.clients = {*Prefix::Parse("192.0.2.0/28"), *Prefix::Parse("2001:db8::/32")};
  EXPECT_TRUE(Wants());
  EXPECT_TRUE(Wants(Rcode::kNoError, "2001:db8:1::7"));
  EXPECT_FALSE(Wants(Rcode::kNoError, "192.0.2.16"));
  EXPECT_FALSE(Wants(Rcode::kNoError, "2001:db9::1"));
}

TEST_F(QueryLogFilterTest, MayWantSomeZonesOnly) {
  filter_.zones = {*wire::ParseName("Example."), *wire::ParseName("a.test.")};
  EXPECT_TRUE(Wants());
  EXPECT_TRUE(Wants(Rcode::kNoError, "192.0.2.1", "example."));
  EXPECT_TRUE(Wants(Rcode::kNoError, "192.0.2.1", "x.A.test."));
  EXPECT_FALSE(Wants(Rcode::kNoError, "192.0.2.1", "b.test."));
  EXPECT_FALSE(Wants(Rcode::kNoError, "192.0.2.1", "."));
}

class EventPortTest : public testing::Test {
 protected:
  // Tells so many queries, each with another id and port. Gives the marks of those that are told:
  // `d` for dnstap, `l` for the query log.
  std::string Tell(size_t count = 1, Event::Kind kind = Event::Kind::kClient) {
    const Events events(wishes_, 1);
    const EventPort port(&events, 0);
    EXPECT_TRUE(port.IsOpen());
    for (size_t i = 0; i < count; ++i) {
      Event event;
      event.kind = kind;
      event.peer = {Address("192.0.2.1"), static_cast<uint16_t>(1000 + i)};
      event.began = Time(std::chrono::seconds(1000));
      if (event.IsOfClient()) {
        port.TellClient(event, static_cast<uint16_t>(31 * i), wire::NameView());
      } else {
        port.TellServer(event, static_cast<uint16_t>(31 * i));
      }
    }
    std::string marks;
    while (events.rings[0]->Take([&](const Event& event) {
      marks += std::string(event.to_dnstap ? "d" : "") + (event.to_log ? "l" : "") + " ";
    })) {
    }
    return marks;
  }

  EventWishes wishes_;
};

TEST_F(EventPortTest, WithoutEventsItIsClosed) { EXPECT_FALSE(EventPort(nullptr, 0).IsOpen()); }

TEST_F(EventPortTest, TellsWhatIsWanted) {
  EXPECT_EQ(Tell(), "");
  wishes_.clients_to_dnstap = true;
  EXPECT_EQ(Tell(), "d ");
  EXPECT_EQ(Tell(1, Event::Kind::kServerQuery), "");
  wishes_.to_log = true;
  EXPECT_EQ(Tell(), "dl ");
  EXPECT_EQ(Tell(1, Event::Kind::kClientReply), "dl ");
  wishes_.clients_to_dnstap = false;
  EXPECT_EQ(Tell(), "l ");
  wishes_.servers_to_dnstap = true;
  EXPECT_EQ(Tell(1, Event::Kind::kServerSilent), "d ");
}

// The log has one line for a query, and that is written when it is answered.
TEST_F(EventPortTest, AQueryThatWaitsIsNotForTheLog) {
  wishes_.to_log = true;
  EXPECT_EQ(Tell(1, Event::Kind::kClientQuery), "");
  wishes_.clients_to_dnstap = true;
  EXPECT_EQ(Tell(1, Event::Kind::kClientQuery), "d ");
}

TEST_F(EventPortTest, OneInSomeIsDrawn) {
  wishes_.clients_to_dnstap = true;
  wishes_.dnstap_sample = 10;
  wishes_.seed = 12345;
  const size_t drawn = Tell(2000).size() / 2;
  EXPECT_GT(drawn, 120u);
  EXPECT_LT(drawn, 280u);
  const std::string first = Tell(2000);
  // A query and its answer have the same lot.
  EXPECT_EQ(Tell(2000, Event::Kind::kClientReply), first);
}

TEST_F(EventPortTest, TheLotsAreThoseOfTheSeed) {
  Event event;
  event.began = Time(std::chrono::seconds(1000));
  std::string one;
  std::string other;
  for (uint16_t id = 0; id < 200; ++id) {
    wishes_.seed = 1;
    one += wishes_.IsDrawn(2, event, id) ? '1' : '0';
    wishes_.seed = 2;
    other += wishes_.IsDrawn(2, event, id) ? '1' : '0';
  }
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace tern::resolver
