// "Options and echoes": what a client puts beside its question costs little and comes back to
// nobody. So a forged query makes no reply that an attacker could shape.
#include <set>

#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

constexpr std::string_view kMark = "echo-me-if-you-can";
// Beside the question: a header, OPT with a cookie, and an extended error with its text.
constexpr size_t kBesideTheQuestionMax = wire::kHeaderOctets + 11 + 28 + 6 + 100;

void AddOption(wire::EdnsOption code, const Octets& content, Octets* options) {
  for (const size_t number : {static_cast<size_t>(code), content.size()}) {
    options->push_back(static_cast<uint8_t>(number >> 8));
    options->push_back(static_cast<uint8_t>(number));
  }
  options->insert(options->end(), content.begin(), content.end());
}

Octets MarkOctets() { return Octets(kMark.begin(), kMark.end()); }

bool HasMark(const Octets& reply) {
  return std::search(reply.begin(), reply.end(), kMark.begin(), kMark.end()) != reply.end();
}

class EchoTest : public ThreatTest {
 protected:
  static constexpr auto kNsid = static_cast<wire::EdnsOption>(3);
  static constexpr auto kPadding = static_cast<wire::EdnsOption>(12);
  static constexpr auto kUnknown = static_cast<wire::EdnsOption>(65280);

  EchoTest() {
    internet_.AddDomain("example.com.", {kVictim}, "www 300 A 198.51.100.1\n");
    internet_.AddDomain("broken.com.", {"192.0.2.21"}, "www 300 A 198.51.100.1\n")
        .at(0)
        ->conduct()
        .fault = Fault::kServFail;
  }

  // So many options of each kind, one kind after the other in turn.
  PlainMessage QueryWithOptions(int of_each) {
    PlainMessage query = MakeQuery(7, "www.example.com.", RRType::kA);
    for (int i = 0; i < of_each; ++i) {
      AddOption(kNsid, {}, &query.edns->options);
      AddOption(wire::EdnsOption::kCookie, {1, 2, 3, 4, 5, 6, 7, 8}, &query.edns->options);
      AddOption(kPadding, Octets(4), &query.edns->options);
      AddOption(kUnknown, {}, &query.edns->options);
    }
    return query;
  }
  const ClientQuery& Ask(Octets query, bool stream) {
    SimWorld& world = internet_.world();
    const ClientQueryId id =
        stream ? world.AskStream(std::move(query)) : world.AskDatagram(std::move(query));
    (void)world.RunUntilAnswered(id, SmallInternet::kAnswerLimit);
    return world.client_query(id);
  }
};

TEST_F(EchoTest, RepeatedOptionsGetTheReplyOfOne) {
  internet_.Start();
  // The second one is answered from the cache, the last one has as many as a message can hold.
  for (const int of_each : {1, 20, 20, 1900}) {
    const ClientQuery& client = Ask(QueryWithOptions(of_each).Encode(), of_each > 20);
    const std::optional<PlainMessage> reply = client.Message();
    ASSERT_TRUE(reply && reply->edns) << of_each;
    EXPECT_EQ(reply->answer.size(), 1u) << of_each;
    std::multiset<int> codes;
    wire::OptionCursor cursor(reply->edns->options);
    wire::EdnsOptionView option;
    while (cursor.Next(&option)) codes.insert(static_cast<int>(option.code));
    EXPECT_EQ(codes, std::multiset<int>{static_cast<int>(wire::EdnsOption::kCookie)}) << of_each;
  }
}

// A reply of a server with as many options as fit teaches its first cookie, and is used.
TEST_F(EchoTest, AServersThousandsOfOptionsAreReadOver) {
  ScriptedServer attacker([&](const SimQuery& query, PlainMessage* reply) {
    if (query.transport == Transport::kUdp) {
      reply->flags |= wire::kFlagTC;
      return true;
    }
    const Octets cookie = reply->Cookie().value_or(Octets());
    reply->edns.emplace();
    for (int i = 0; i < 2000; ++i) {
      AddOption(wire::EdnsOption::kCookie, cookie, &reply->edns->options);
      AddOption(kUnknown, {}, &reply->edns->options);
    }
    reply->answer = Records("www.attacker.com. 300 A 198.51.100.9");
    return true;
  });
  AddAttacker(&internet_, &attacker);
  const RestCheck rest(&internet_);
  internet_.Start();
  EXPECT_EQ(internet_.Lookup("www.attacker.com.", RRType::kA).answer.size(), 1u) << Trace();
}

// Every way to get an error. A query has records in all sections, and options.
TEST_F(EchoTest, OfAQueryThatGetsAnErrorOnlyTheQuestionComesBack) {
  internet_.Start();
  using Bend = std::function<void(PlainMessage*)>;
  const std::vector<std::pair<Rcode, Bend>> bends = {
      {Rcode::kServFail,
       [](PlainMessage* query) { query->questions[0].name = NameOf("www.broken.com."); }},
      {Rcode::kFormErr,
       [](PlainMessage* query) { query->questions.push_back(query->questions[0]); }},
      {Rcode::kFormErr, [](PlainMessage* query) { query->questions.clear(); }},
      {Rcode::kNotImp, [](PlainMessage* query) { query->opcode = wire::Opcode::kNotify; }},
      {Rcode::kNotImp, [](PlainMessage* query) { query->opcode = wire::Opcode::kUpdate; }},
      {Rcode::kBadVers, [](PlainMessage* query) { query->edns->version = 1; }},
      {Rcode::kRefused,
       [](PlainMessage* query) { query->questions[0].rrclass = static_cast<wire::RRClass>(4); }},
      {Rcode::kRefused,
       [](PlainMessage* query) { query->questions[0].type = static_cast<RRType>(252); }},
  };
  for (size_t i = 0; i < bends.size(); ++i) {
    for (const bool stream : {false, true}) {
      SCOPED_TRACE(std::to_string(i) + (stream ? ", TCP" : ", UDP"));
      PlainMessage query = MakeQuery(7, "www.nothing.com.", RRType::kA);
      const PlainRecord record = {NameOf("x."), RRType::kTXT, wire::RRClass::kIN, 60, MarkOctets()};
      query.answer = query.authority = query.additional = {record};
      AddOption(kUnknown, MarkOctets(), &query.edns->options);
      AddOption(kNsid, MarkOctets(), &query.edns->options);
      bends[i].second(&query);
      const ClientQuery& client = Ask(query.Encode(), stream);
      const std::optional<PlainMessage> reply = client.Message();
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->rcode, bends[i].first);
      EXPECT_FALSE(HasMark(client.reply));
      EXPECT_TRUE(reply->answer.empty() && reply->authority.empty() && reply->additional.empty());
      EXPECT_LE(reply->questions.size(), 1u);
      size_t question_octets = 0;
      for (const PlainQuestion& question : reply->questions) {
        EXPECT_TRUE(question.name.view().EqualsExactly(query.questions[0].name));
        question_octets = question.name.size() + 4;
      }
      EXPECT_LE(client.reply.size(), kBesideTheQuestionMax + question_octets);
    }
  }
}

}  // namespace
}  // namespace tern::sim
