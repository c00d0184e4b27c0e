#include "wire/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "tests/wire/generators.h"
#include "wire/ascii_case.h"
#include "wire/rdata.h"
#include "wire/rdata_fields.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::Octets;

constexpr RRType Numbered(int number) { return static_cast<RRType>(number); }

std::optional<Octets> Canonical(RRType type, std::span<const uint8_t> rdata) {
  Octets out(rdata.size());
  if (!CopyCanonicalRdata(type, rdata, out)) return std::nullopt;
  return out;
}

std::optional<Octets> Canonical(RRType type, std::string_view rdata) {
  return Canonical(type, Bytes(rdata));
}

TEST(LowersNamesTest, OfTheTypesOfRfc4034AsRfc6840CorrectsThem) {
  const std::set<int> lowering = {2,  3,  4,  5,  6,  7,  8,  9,  12, 14, 15, 17,
                                  18, 21, 24, 26, 30, 33, 35, 36, 38, 39, 46};
  for (int number = 0; number <= 0xffff; ++number) {
    EXPECT_EQ(LowersNames(Numbered(number)), lowering.contains(number)) << number;
  }
}

TEST(CopyCanonicalRdataTest, LowersNamesAndNothingElse) {
  EXPECT_EQ(Canonical(RRType::kNS, "\3NS1\7Example\0"sv), Bytes("\3ns1\7example\0"sv));
  EXPECT_EQ(Canonical(RRType::kMX, "AB\4MAIL\0"sv), Bytes("AB\4mail\0"sv));
  EXPECT_EQ(Canonical(RRType::kSRV, "ABCDEF\1X\0"sv), Bytes("ABCDEF\1x\0"sv));
  EXPECT_EQ(Canonical(RRType::kSOA, "\1M\0\1R\0AAAABBBBCCCCDDDDEEEE"sv),
            Bytes("\1m\0\1r\0AAAABBBBCCCCDDDDEEEE"sv));
  EXPECT_EQ(Canonical(RRType::kNAPTR, "ABCD\1U\3SIP\2XY\4HOST\0"sv),
            Bytes("ABCD\1U\3SIP\2XY\4host\0"sv));
  EXPECT_EQ(Canonical(RRType::kDNAME, "\1D\0"sv), Bytes("\1d\0"sv));
  EXPECT_EQ(Canonical(Numbered(17), "\1A\0\1B\0"sv), Bytes("\1a\0\1b\0"sv));      // RP
  EXPECT_EQ(Canonical(Numbered(26), "AA\1A\0\1B\0"sv), Bytes("AA\1a\0\1b\0"sv));  // PX
  EXPECT_EQ(Canonical(Numbered(36), "AA\1K\0"sv), Bytes("AA\1k\0"sv));            // KX
  EXPECT_EQ(Canonical(RRType::kRRSIG, "AABCDDDDEEEEFFFFGG\1S\0SIG"sv),
            Bytes("AABCDDDDEEEEFFFFGG\1s\0SIG"sv));
}

TEST(CopyCanonicalRdataTest, LowersNamesOfObsoleteTypes) {
  EXPECT_EQ(Canonical(Numbered(24), "AABCDDDDEEEEFFFFGG\1S\0SIG"sv),
            Bytes("AABCDDDDEEEEFFFFGG\1s\0SIG"sv));
  EXPECT_EQ(Canonical(Numbered(30), "\1N\0MAP"sv), Bytes("\1n\0MAP"sv));
  // RFC 2874 section 3.1: 120 bits are elsewhere, so one octet follows, and then the name.
  EXPECT_EQ(Canonical(Numbered(38), "\x78Z\1N\0"sv), Bytes("\x78Z\1n\0"sv));
  EXPECT_EQ(Canonical(Numbered(38), "\x77ZZ\1N\0"sv), Bytes("\x77ZZ\1n\0"sv));
  EXPECT_EQ(Canonical(Numbered(38), "\0ABCDEFGHIJKLMNOP"sv), Bytes("\0ABCDEFGHIJKLMNOP"sv));
  EXPECT_EQ(Canonical(Numbered(38), "\x81\1N\0"sv), std::nullopt);
  EXPECT_EQ(Canonical(Numbered(38), "\x01"sv), std::nullopt);
}

TEST(CopyCanonicalRdataTest, KeepsTheCaseOfLaterTypes) {
  for (const auto& [type, rdata] : {std::pair{RRType::kNSEC, "\1N\0\0\1\x40"sv},
                                    {RRType::kHTTPS, "\0\1\1N\0"sv},
                                    {RRType::kHINFO, "\2PC\3LNX"sv},
                                    {RRType::kTXT, "\3ABC"sv},
                                    {Numbered(65280), "\1N\0"sv}}) {
    EXPECT_EQ(Canonical(type, rdata), Bytes(rdata));
  }
}

TEST(CopyCanonicalRdataTest, RefusesRdataWithoutItsName) {
  EXPECT_EQ(Canonical(RRType::kNS, ""sv), std::nullopt);
  EXPECT_EQ(Canonical(RRType::kNS, "\3ab"sv), std::nullopt);
  EXPECT_EQ(Canonical(RRType::kNS, "\xc0\x0c"sv), std::nullopt);
  EXPECT_EQ(Canonical(RRType::kMX, "\0"sv), std::nullopt);
  EXPECT_EQ(Canonical(RRType::kSOA, "\1M\0"sv), std::nullopt);
  EXPECT_EQ(Canonical(RRType::kRRSIG, "AABCDDDDEEEEFFFFGG"sv), std::nullopt);
}

TEST(CopyCanonicalRdataTest, NeverWritesBehindTheBuffer) {
  const Octets rdata = Bytes("\4HOST\7EXAMPLE\0"sv);
  for (size_t size = 0; size < rdata.size(); ++size) {
    Octets out(size);
    EXPECT_FALSE(CopyCanonicalRdata(RRType::kNS, rdata, out));
    EXPECT_FALSE(CopyCanonicalRdata(RRType::kTXT, rdata, out));
  }
}

int Sign(int value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

// The order of the octets of both canonical forms.
int NaiveOrder(RRType type, const Octets& a, const Octets& b) {
  const Octets left = Canonical(type, a).value_or(a);
  const Octets right = Canonical(type, b).value_or(b);
  return left < right ? -1 : right < left ? 1 : 0;
}

// RDATA of the fields of `type`, of few values, so that much of it is nearly equal.
Octets RandomRdata(RRType type, Generator& generator) {
  Octets rdata;
  const RdataShape* shape = FindShape(type);
  for (const RdataField field : shape->fields) {
    if (field == RdataField::kEnd) break;
    if (IsNameField(field)) {
      const Name name = generator.RandomName(3, 12);
      rdata.insert(rdata.end(), name.view().octets().begin(), name.view().octets().end());
    } else if (field == RdataField::kString) {
      rdata.push_back(static_cast<uint8_t>(generator.Below(3)));
      rdata.resize(rdata.size() + rdata.back(), generator.Below(2) == 0 ? 'A' : 'a');
    } else {
      const size_t octets = FieldOctets(field, Octets(4)).value_or(4);
      rdata.resize(rdata.size() + octets, generator.Below(2) == 0 ? 'A' : 'a');
    }
  }
  return rdata;
}

TEST(CompareCanonicalRdataTest, IsTheOrderOfTheCanonicalOctets) {
  Generator generator(63);
  int equal = 0;
  for (const RRType type : {RRType::kNS, RRType::kMX, RRType::kSOA, RRType::kNAPTR, RRType::kRRSIG,
                            Numbered(17), Numbered(26), RRType::kNSEC, RRType::kHINFO}) {
    for (int round = 0; round < 3000; ++round) {
      const Octets a = RandomRdata(type, generator);
      Octets b = RandomRdata(type, generator);
      if (round % 2 == 0) {  // the same but for the case, and perhaps for one octet
        b = a;
        for (uint8_t& octet : b) octet = generator.Below(4) == 0 ? octet ^ 0x20 : octet;
        if (round % 4 == 0) b[generator.Below(static_cast<uint32_t>(b.size()))] = 'q';
        if (round % 8 == 0) b.resize(generator.Below(static_cast<uint32_t>(b.size() + 1)));
      }
      const int order = Sign(CompareCanonicalRdata(type, a, b));
      EXPECT_EQ(order, NaiveOrder(type, a, b));
      EXPECT_EQ(order, -Sign(CompareCanonicalRdata(type, b, a)));
      equal += order == 0 ? 1 : 0;
    }
  }
  EXPECT_GT(equal, 100);
}

TEST(CompareCanonicalRdataTest, AbsentOctetsSortFirst) {  // RFC 4034 section 6.3
  EXPECT_LT(CompareCanonicalRdata(RRType::kTXT, Bytes("\1a"sv), Bytes("\1a\0"sv)), 0);
  EXPECT_LT(CompareCanonicalRdata(RRType::kTXT, Octets(), Bytes("\0"sv)), 0);
  EXPECT_GT(CompareCanonicalRdata(RRType::kTXT, Bytes("\xff"sv), Bytes("\x01\x01"sv)), 0);
}

std::vector<std::span<const uint8_t>> SpansOf(const std::vector<Octets>& rdatas) {
  return {rdatas.begin(), rdatas.end()};
}

TEST(CanonicalOrderTest, SortsAndDropsDuplicates) {
  const std::vector<Octets> rdatas = {Bytes("\0\x0a\4Mail\0"sv), Bytes("\0\5\5mail2\0"sv),
                                      Bytes("\0\x0a\4mAIL\0"sv), Bytes("\0\5\1z\0"sv)};
  CanonicalOrder order;
  ASSERT_TRUE(order.Make(RRType::kMX, SpansOf(rdatas)));
  ASSERT_EQ(order.places().size(), 3u);
  EXPECT_EQ(order.records(), 4u);
  EXPECT_EQ(order.places()[0], 3);
  EXPECT_EQ(order.places()[1], 1);
  EXPECT_TRUE(order.places()[2] == 0 || order.places()[2] == 2);
  ASSERT_TRUE(order.Make(RRType::kTXT, SpansOf(rdatas)));
  EXPECT_EQ(order.places().size(), 4u);  // TXT keeps its case
  ASSERT_TRUE(order.Make(RRType::kMX, {}));
  EXPECT_TRUE(order.places().empty());
}

TEST(CanonicalOrderTest, TakesAsManyRecordsAsItsBound) {
  std::vector<Octets> rdatas;
  for (int i = 255; i >= 0; --i) rdatas.push_back({192, 0, 2, static_cast<uint8_t>(i)});
  CanonicalOrder order;
  ASSERT_TRUE(order.Make(RRType::kA, SpansOf(rdatas)));
  ASSERT_EQ(order.places().size(), CanonicalOrder::kRecordsMax);
  for (size_t i = 0; i < 256; ++i) EXPECT_EQ(rdatas[order.places()[i]][3], i);
  rdatas.push_back({192, 0, 3, 0});
  EXPECT_FALSE(order.Make(RRType::kA, SpansOf(rdatas)));
  EXPECT_TRUE(order.places().empty());
}

// Some of the records are not sound, which must not confuse the sorting.
TEST(CanonicalOrderTest, IsTheSortedSetOfCanonicalForms) {
  Generator generator(256);
  for (int round = 0; round < 200; ++round) {
    const RRType type = round % 2 == 0 ? RRType::kMX : RRType::kSOA;
    std::vector<Octets> rdatas;
    std::set<Octets> expected;
    for (uint32_t i = 1 + generator.Below(60); i > 0; --i) {
      Octets rdata = RandomRdata(type, generator);
      if (i % 7 == 0) rdata.resize(generator.Below(static_cast<uint32_t>(rdata.size())));
      if (i % 5 == 0 && !rdatas.empty()) rdata = rdatas.front();
      expected.insert(Canonical(type, rdata).value_or(rdata));
      rdatas.push_back(rdata);
    }
    CanonicalOrder order;
    ASSERT_TRUE(order.Make(type, SpansOf(rdatas)));
    std::vector<Octets> sorted;
    for (const uint8_t place : order.places()) {
      sorted.push_back(Canonical(type, rdatas[place]).value_or(rdatas[place]));
    }
    EXPECT_EQ(sorted, std::vector<Octets>(expected.begin(), expected.end()));
  }
}

}  // namespace
}  // namespace tern::wire
