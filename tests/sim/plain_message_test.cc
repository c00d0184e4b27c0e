#include "tests/sim/plain_message.h"

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

PlainRecord Mx(std::string_view owner, uint8_t preference, std::string_view target) {
  PlainRecord record{NameOf(owner), wire::RRType::kMX, wire::RRClass::kIN, 60, {0, preference}};
  const wire::Name name = NameOf(target);
  record.rdata.insert(record.rdata.end(), name.data(), name.data() + name.size());
  return record;
}

TEST(PlainMessageTest, SurvivesEncodingAndDecoding) {
  PlainMessage message = MakeQuery(7, "Example.com.", wire::RRType::kMX);
  message.flags |= wire::kFlagQR | wire::kFlagAA;
  message.rcode = wire::Rcode::kBadVers;
  message.edns->dnssec_ok = true;
  message.answer.push_back(Mx("example.com.", 10, "mail.example.com."));
  const std::optional<PlainMessage> back = PlainMessage::Decode(message.Encode());
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->id, 7);
  EXPECT_EQ(back->flags, message.flags);
  EXPECT_EQ(back->rcode, wire::Rcode::kBadVers);
  EXPECT_TRUE(back->edns->dnssec_ok);
  EXPECT_TRUE(back->questions[0].name.view().EqualsExactly(message.questions[0].name));
  EXPECT_TRUE(SameRecords(back->answer, message.answer));
}

TEST(PlainMessageTest, CutsToTheLimitAndSaysSo) {
  PlainMessage message = MakeQuery(7, "example.com.", wire::RRType::kMX);
  for (uint8_t i = 0; i < 200; ++i) {
    message.answer.push_back(Mx("example.com.", i, "mail.example.com."));
  }
  const Octets cut = message.EncodeWithin(512);
  EXPECT_LE(cut.size(), 512u);
  const std::optional<PlainMessage> back = PlainMessage::Decode(cut);
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(back->Has(wire::kFlagTC));
  EXPECT_TRUE(back->answer.empty());
  EXPECT_TRUE(back->edns.has_value());
  EXPECT_EQ(PlainMessage::Decode(message.Encode())->answer.size(), 200u);
}

TEST(PlainMessageTest, ComparesRecordsWithoutOrderCaseAndTtl) {
  PlainRecord other = Mx("EXAMPLE.com.", 10, "MAIL.example.com.");
  other.ttl = 1;
  const PlainRecord first = Mx("example.com.", 10, "mail.example.com.");
  const PlainRecord second = Mx("example.com.", 20, "mail.example.com.");
  EXPECT_TRUE(SameRecords({first, second}, {second, other}));
  EXPECT_FALSE(SameRecords({first, first}, {first, second}));
  // Numbers are not letters: the preferences 'A' and 'a' differ.
  EXPECT_FALSE(Mx("a.", 'A', "b.").EqualsButTtl(Mx("a.", 'a', "b.")));
}

TEST(PlainMessageTest, RefusesUnsoundOctets) {
  EXPECT_FALSE(PlainMessage::Decode({}).has_value());
  Octets cut = MakeQuery(7, "example.com.", wire::RRType::kA).Encode();
  cut.resize(cut.size() - 3);
  EXPECT_FALSE(PlainMessage::Decode(cut).has_value());
}

}  // namespace
}  // namespace tern::sim
