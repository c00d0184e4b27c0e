#include "wire/edns.h"

#include <gtest/gtest.h>

#include "tests/wire/generators.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Octets;

RecordView Opt(uint16_t payload, uint32_t ttl, const Octets& options) {
  RecordView record;
  record.type = RRType::kOPT;
  record.rrclass = payload;
  record.ttl = ttl;
  record.rdata = options;
  record.message = options;
  return record;
}

TEST(EdnsTest, ReadsSizeVersionAndFlags) {
  const Octets none;
  Edns edns;
  ASSERT_EQ(ReadEdns(Opt(4096, 0x12038000, none), &edns), ParseError::kNone);
  EXPECT_EQ(edns.payload_octets, 4096);
  EXPECT_EQ(edns.extended_rcode, 0x12);
  EXPECT_EQ(edns.version, 3);
  EXPECT_TRUE(edns.dnssec_ok);
  ASSERT_EQ(ReadEdns(Opt(1232, 0x7fff, none), &edns), ParseError::kNone);
  EXPECT_FALSE(edns.dnssec_ok);
}

TEST(EdnsTest, SizesBelow512CountAs512) {
  const Octets none;
  Edns edns;
  for (const uint16_t payload : {0, 1, 511, 512}) {
    ASSERT_EQ(ReadEdns(Opt(payload, 0, none), &edns), ParseError::kNone);
    EXPECT_EQ(edns.payload_octets, 512);
  }
  ASSERT_EQ(ReadEdns(Opt(513, 0, none), &edns), ParseError::kNone);
  EXPECT_EQ(edns.payload_octets, 513);
}

TEST(EdnsTest, FindsTheFirstOptionWithACode) {
  const Octets options = Bytes("\0\x0a\0\2ab\0\3\0\0\0\x0a\0\1c"sv);
  Edns edns;
  ASSERT_EQ(ReadEdns(Opt(1232, 0, options), &edns), ParseError::kNone);
  const auto cookie = FindOption(edns, EdnsOption::kCookie);
  ASSERT_TRUE(cookie);
  EXPECT_EQ(Octets(cookie->begin(), cookie->end()), Bytes("ab"));
  const auto nsid = FindOption(edns, EdnsOption::kNSID);
  ASSERT_TRUE(nsid);
  EXPECT_TRUE(nsid->empty());
  EXPECT_FALSE(FindOption(edns, EdnsOption::kPadding));
}

TEST(EdnsTest, OptionsThatDoNotFitAreRefused) {
  for (const std::string_view bad : {"\0"sv, "\0\x0a\0"sv, "\0\x0a\0\1"sv,
                                     "\0\x0a\xff\xff"
                                     "abc"sv,
                                     "\0\x0a\0\1a\0"sv}) {
    const Octets options = Bytes(bad);
    Edns edns;
    edns.version = 77;
    EXPECT_EQ(ReadEdns(Opt(1232, 0, options), &edns), ParseError::kBadRecord);
    EXPECT_EQ(edns.version, 77) << "nothing is written on failure";
  }
}

TEST(EdnsTest, OwnerOtherThanTheRootIsRefused) {
  const Octets message = Bytes("\0\0\0\0\0\0\0\0\0\0\0\0\3www\0"sv);
  const Octets none;
  RecordView record = Opt(1232, 0, none);
  size_t end;
  ASSERT_EQ(PackedName::Read(message, 12, &record.owner, &end), ParseError::kNone);
  Edns edns;
  EXPECT_EQ(ReadEdns(record, &edns), ParseError::kBadRecord);
}

TEST(EdnsDeathTest, OnlyOptIsReadAsEdns) {
  RecordView record = Opt(1232, 0, {});
  record.type = RRType::kTXT;
  Edns edns;
  EXPECT_DEATH((void)ReadEdns(record, &edns), "broken contract");
}

}  // namespace
}  // namespace tern::wire
