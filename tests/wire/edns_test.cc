#include "wire/edns.h"

#include <gtest/gtest.h>

#include <string>

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

Octets Copy(std::span<const uint8_t> octets) { return {octets.begin(), octets.end()}; }

TEST(OptionCursorTest, GoesThroughAllOptionsInTheirOrder) {
  const Octets options = Bytes("\0\x0a\0\2ab\xfd\xe9\0\0"sv);
  OptionCursor cursor(options);
  EdnsOptionView option;
  ASSERT_TRUE(cursor.Next(&option));
  EXPECT_EQ(option.code, EdnsOption::kCookie);
  EXPECT_EQ(Copy(option.content), Bytes("ab"));
  ASSERT_TRUE(cursor.Next(&option));
  EXPECT_EQ(option.code, EdnsOption::kTernTrace);
  EXPECT_TRUE(option.content.empty());
  EXPECT_FALSE(cursor.Next(&option));
  EXPECT_TRUE(cursor.IsAtEnd());
}

TEST(OptionCursorTest, StopsAtAnOptionThatDoesNotFit) {
  for (const std::string_view rest : {"\0"sv, "\0\x0a\0"sv, "\0\x0a\0\2b"sv}) {
    Octets options = Bytes("\0\3\0\1x"sv);
    const Octets bad = Bytes(rest);
    options.insert(options.end(), bad.begin(), bad.end());
    OptionCursor cursor(options);
    EdnsOptionView option;
    EXPECT_TRUE(cursor.Next(&option));
    EXPECT_FALSE(cursor.Next(&option));
    EXPECT_FALSE(cursor.IsAtEnd());
  }
}

TEST(OptWriterTest, WritesTheWholeRecord) {
  uint8_t room[64];
  const Octets cookie = Bytes("12345678");
  OptWriter opt({.payload_octets = 1232, .extended_rcode = 1, .version = 2, .dnssec_ok = true},
                room);
  opt.AddOption(EdnsOption::kCookie, cookie);
  opt.AddExtendedError(ExtendedError::kProhibited, "no");
  EXPECT_EQ(Copy(opt.Finish()), Bytes("\0\0\x29\4\xd0\1\2\x80\0\0\x14"
                                      "\0\x0a\0\x08"
                                      "12345678"
                                      "\0\x0f\0\4\0\x12no"sv));
}

TEST(OptWriterTest, WithoutOptionsItIsElevenOctets) {
  uint8_t room[kOptOctets];
  OptWriter opt({}, room);
  opt.AddExtendedError(ExtendedError::kNone, "not sent without a code");
  EXPECT_EQ(Copy(opt.Finish()), Bytes("\0\0\x29\2\0\0\0\0\0\0\0"sv));
  EXPECT_TRUE(opt.options().empty());
}

TEST(OptWriterTest, CopiesTheOptionsItIsGivenBeforeOthers) {
  const Octets given = Bytes("\0\3\0\1x"sv);
  uint8_t room[64];
  OptWriter opt({.options = given}, room);
  opt.AddOption(EdnsOption::kPadding, {});
  EXPECT_EQ(Copy(opt.options()), Bytes("\0\3\0\1x\0\x0c\0\0"sv));
}

TEST(OptWriterTest, CutsLongTextsOfExtendedErrors) {
  uint8_t room[kOptOctets + 6 + kExtendedErrorTextMax];
  OptWriter opt({}, room);
  opt.AddExtendedError(ExtendedError::kNotReady, std::string(kExtendedErrorTextMax + 1, 'x'));
  EXPECT_EQ(opt.Finish().size(), sizeof room);
}

TEST(OptWriterDeathTest, OptionsBeyondTheLengthOfRdata) {
  Octets room(kOptOctets + 2 * (kOptionHeadOctets + 40000));
  OptWriter opt({}, room.data());
  const Octets content(40000);
  opt.AddOption(EdnsOption::kPadding, content);
  EXPECT_EQ(opt.Finish().size(), kOptOctets + kOptionHeadOctets + 40000);
  opt.AddOption(EdnsOption::kPadding, content);
  EXPECT_DEATH((void)opt.Finish(), "65535");
}

}  // namespace
}  // namespace tern::wire
