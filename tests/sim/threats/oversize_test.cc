// "Oversize RRsets" and "ANY, amplification": how large an answer may be, what is kept of it, and
// what a question gets that makes no sense for a resolver.
#include "tests/sim/threats/threat_test.h"

namespace tern::sim {
namespace {

// `count` TXT records at `name`, each of `octets` octets of text.
std::string Texts(std::string_view name, int count, size_t octets) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 4 - number.size(), '0');
    text += std::string(name) + " 300 TXT \"" + number + std::string(octets - 4, 'x') + "\"\n";
  }
  return text;
}

class OversizeTest : public ThreatTest {
 protected:
  PlainMessage LookupOverTcp(std::string_view name, RRType type) {
    const ClientQueryId id = internet_.world().AskStream(MakeQuery(7, name, type).Encode());
    EXPECT_TRUE(internet_.world().RunUntilAnswered(id, seconds(5)));
    return internet_.world().client_query(id).Message().value_or(PlainMessage());
  }
  bool IsStored(std::string_view name) {
    const Lines stored = Stored(name);
    return std::any_of(stored.begin(), stored.end(),
                       [](const std::string& line) { return line.starts_with("rrset"); });
  }
};

// "<= 256 records"
TEST_F(OversizeTest, TwoHundredAndFiftySixRecordsAreAnRRsetOneMoreIsNone) {
  internet_.AddDomain("many.com.", {kVictim}, Texts("a", 256, 20) + Texts("b", 257, 20));
  internet_.Start();
  EXPECT_EQ(LookupOverTcp("a.many.com.", RRType::kTXT).answer.size(), 256u);
  EXPECT_TRUE(IsStored("a.many.com."));
  const PlainMessage answer = LookupOverTcp("b.many.com.", RRType::kTXT);
  EXPECT_EQ(answer.rcode, Rcode::kServFail);
  EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kInvalidData);
  EXPECT_EQ(Stored("b.many.com."), (Lines{"failure b.many.com. TXT 5"}));
  // A UDP client is told to come over TCP. It gets at most 512 octets, or what it allows.
  const PlainMessage truncated = internet_.Lookup("a.many.com.", RRType::kTXT);
  EXPECT_TRUE(truncated.Has(wire::kFlagTC));
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

// "<= 64 KiB over TCP; refuse to cache more than a bounded entry"
TEST_F(OversizeTest, EntriesOver32KibAreAnsweredAndNotKept) {
  internet_.AddDomain(
      "large.com.", {kVictim},
      Texts("small", 120, 250) + Texts("large", 140, 250) + Texts("largest", 240, 250));
  internet_.Start();
  EXPECT_EQ(LookupOverTcp("small.large.com.", RRType::kTXT).answer.size(), 120u);
  EXPECT_TRUE(IsStored("small.large.com."));
  for (const auto& [name, count] :
       {std::pair{"large.large.com.", 140u}, {"largest.large.com.", 240u}}) {
    for (int round = 0; round < 2; ++round) {
      const size_t before = Sent();
      EXPECT_EQ(LookupOverTcp(name, RRType::kTXT).answer.size(), count);
      EXPECT_EQ(internet_.world().CountUpstream(kVictim, before), 2u);  // UDP, then TCP, again
      EXPECT_FALSE(IsStored(name));
    }
  }
  EXPECT_GT(internet_.resolver().store().Statistics().too_large, 0u);
}

TEST_F(OversizeTest, RepliesWithTooManyRecordsAreCounted) {
  internet_.AddDomain("large.com.", {kVictim}, Texts("much", 250, 10) + Texts("more", 330, 10));
  internet_.Start();
  EXPECT_EQ(LookupOverTcp("much.large.com.", RRType::kTXT).answer.size(), 250u);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.reply_records_met, 0u);
  EXPECT_EQ(LookupOverTcp("more.large.com.", RRType::kTXT).rcode, Rcode::kServFail);
  EXPECT_GT(internet_.resolver().ReadCounters().of_limits.reply_records_met, 0u);
  EXPECT_EQ(internet_.resolver().ReadCounters().of_limits.reply_steps_met, 0u);
}

// "UDP answers <= 1232 or the client's size"
TEST_F(OversizeTest, NoUdpAnswerIsLargerThanTheClientAllows) {
  internet_.AddDomain("many.com.", {kVictim}, Texts("a", 4, 200) + Texts("b", 30, 200));
  internet_.Start();
  for (const uint16_t payload : {0, 100, 512, 900, 1232, 4096, 65535}) {
    for (const char* name : {"a.many.com.", "b.many.com.", "no.many.com."}) {
      const ClientQueryId id =
          internet_.world().AskDatagram(MakeQuery(7, name, RRType::kTXT, payload).Encode());
      ASSERT_TRUE(internet_.world().RunUntilAnswered(id, seconds(5)));
      const size_t allowed = std::clamp<size_t>(payload, 512, 1232);
      EXPECT_LE(internet_.world().client_query(id).reply.size(), allowed) << payload << name;
    }
  }
}

// "ACL first; ANY answered minimally (RFC 8482)"
TEST_F(OversizeTest, AnyIsAnsweredMinimallyAndAsksNobody) {
  internet_.AddDomain("many.com.", {kVictim}, Texts("a", 100, 200) + "a 300 A 198.51.100.1\n");
  internet_.Start();
  internet_.Lookup("a.many.com.", RRType::kA);
  LookupOverTcp("a.many.com.", RRType::kTXT);
  for (const char* name : {"a.many.com.", "unknown.many.com.", "."}) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kANY);
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << name;
    ASSERT_EQ(answer.answer.size(), 1u) << answer.ToText();
    EXPECT_EQ(answer.answer[0].type, RRType::kHINFO);
    // There is no useful amplification: the question, one small record, OPT.
    EXPECT_LT(answer.Encode().size(), 100u);
  }
}

TEST_F(OversizeTest, StrangersGetNoAnswerToAny) {
  internet_.settings().allow = {*resolver::Prefix::Parse("127.0.0.0/8")};
  internet_.Start();
  const PlainMessage answer = internet_.Lookup("a.many.com.", RRType::kANY);
  EXPECT_EQ(answer.rcode, Rcode::kRefused);
  EXPECT_TRUE(answer.answer.empty());
  EXPECT_EQ(ExtendedErrorOf(answer), wire::ExtendedError::kProhibited);
}

}  // namespace
}  // namespace tern::sim
