#include "wire/rdata.h"

#include <gtest/gtest.h>

#include "tests/support/rdata_names.h"
#include "tests/wire/generators.h"
#include "wire/rdata_fields.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::N;
using test::Octets;

// RDATA inside a message whose octets 12.. are `example.com.`.
struct InMessage {
  InMessage(RRType type, std::string_view rdata) : message(12) {
    const Octets name = Bytes("\7example\3com\0"sv);
    message.insert(message.end(), name.begin(), name.end());
    const size_t start = message.size();
    message.insert(message.end(), rdata.begin(), rdata.end());
    record.type = type;
    record.message = message;
    record.rdata = std::span(message).subspan(start);
  }
  ParseError Copy(size_t capacity = 1000) {
    Octets out(capacity);
    size_t written = 0;
    const ParseError error = CopyRdata(record, out, &written);
    const bool has_room = capacity >= 2 * message.size();
    EXPECT_TRUE(!has_room || CheckRdata(record) == error);
    if (error == ParseError::kNone) {
      out.resize(written);
      copied = out;
    }
    return error;
  }
  Octets message;
  RecordView record;
  Octets copied;
};

TEST(CopyRdataTest, WritesCompressedNamesOut) {
  InMessage mx(RRType::kMX, "\0\x0a\4mail\xc0\x0c"sv);
  ASSERT_EQ(mx.Copy(), ParseError::kNone);
  EXPECT_EQ(mx.copied, Bytes("\0\x0a\4mail\7example\3com\0"sv));
  InMessage soa(RRType::kSOA,
                "\2ns\xc0\x0c\4root\xc0\x0c\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"sv);
  ASSERT_EQ(soa.Copy(), ParseError::kNone);
  EXPECT_TRUE(IsValidRdata(RRType::kSOA, soa.copied));
  EXPECT_EQ(soa.copied.size(), 16u + 18u + 20u);
  const SoaFields fields = ReadSoa(soa.copied);
  EXPECT_EQ(fields.serial, 1u);
  EXPECT_EQ(fields.minimum, 5u);
}

TEST(CopyRdataTest, UndoesCompressionThatOldSendersUse) {
  // RFC 3597 section 4: SRV, NAPTR, RP, AFSDB.
  InMessage srv(RRType::kSRV, "\0\1\0\2\0\x35\xc0\x0c"sv);
  ASSERT_EQ(srv.Copy(), ParseError::kNone);
  EXPECT_EQ(srv.copied, Bytes("\0\1\0\2\0\x35\7example\3com\0"sv));
  InMessage naptr(RRType::kNAPTR, "\0\1\0\2\1s\3SIP\0\xc0\x0c"sv);
  ASSERT_EQ(naptr.Copy(), ParseError::kNone);
  EXPECT_EQ(naptr.copied, Bytes("\0\1\0\2\1s\3SIP\0\7example\3com\0"sv));
  InMessage rp(static_cast<RRType>(17), "\xc0\x0c\xc0\x0c"sv);
  ASSERT_EQ(rp.Copy(), ParseError::kNone);
  EXPECT_EQ(rp.copied.size(), 26u);
}

TEST(CopyRdataTest, RefusesPointersWhereNoneMayBe) {
  EXPECT_EQ(InMessage(RRType::kDNAME, "\xc0\x0c"sv).Copy(), ParseError::kBadName);
  EXPECT_EQ(InMessage(RRType::kNSEC, "\xc0\x0c\0\1\x40"sv).Copy(), ParseError::kBadName);
  EXPECT_EQ(InMessage(RRType::kHTTPS, "\0\1\xc0\x0c"sv).Copy(), ParseError::kBadName);
  EXPECT_EQ(InMessage(RRType::kRRSIG, "\0\1\5\1\0\0\0\1\0\0\0\1\0\0\0\1\0\1\xc0\x0csig"sv).Copy(),
            ParseError::kBadName);
}

TEST(CopyRdataTest, OpaqueTypesKeepTheirOctets) {
  InMessage opaque(static_cast<RRType>(65280), "\xc0\x0c\xff"sv);
  ASSERT_EQ(opaque.Copy(), ParseError::kNone);
  EXPECT_EQ(opaque.copied, Bytes("\xc0\x0c\xff"sv));
  InMessage empty(static_cast<RRType>(65280), ""sv);
  ASSERT_EQ(empty.Copy(0), ParseError::kNone);
  EXPECT_TRUE(empty.copied.empty());
}

TEST(CopyRdataTest, RefusesOutputThatDoesNotFitByOneOctet) {
  for (auto& [type, rdata, size] :
       {std::tuple(RRType::kNS, "\2ns\xc0\x0c"sv, 16), std::tuple(RRType::kA, "\1\2\3\4"sv, 4),
        std::tuple(RRType::kMX, "\0\1\xc0\x0c"sv, 15), std::tuple(RRType::kTXT, "\2ab"sv, 3),
        std::tuple(static_cast<RRType>(65280), "abc"sv, 3)}) {
    InMessage record(type, rdata);
    EXPECT_EQ(record.Copy(size_t(size) - 1), ParseError::kBadRecord);
    EXPECT_EQ(record.Copy(size_t(size)), ParseError::kNone);
  }
}

TEST(CopyRdataTest, NamesMayNotRunBehindTheRdata) {
  InMessage ns(RRType::kNS, "\2ns\xc0\x0c"sv);
  ns.record.rdata = ns.record.rdata.first(4);  // the pointer's second octet is outside
  EXPECT_EQ(ns.Copy(), ParseError::kBadRecord);
  InMessage label(RRType::kNS, "\2ns\0"sv);
  label.record.rdata = label.record.rdata.first(3);
  EXPECT_EQ(label.Copy(), ParseError::kBadRecord);
  InMessage forward(RRType::kNS, "\2ns\xc0\x20"sv);
  EXPECT_EQ(forward.Copy(), ParseError::kBadName);
}

TEST(CopyRdataTest, OctetsBehindTheLastFieldAreRefused) {
  EXPECT_EQ(InMessage(RRType::kCNAME, "\xc0\x0c\0"sv).Copy(), ParseError::kBadRecord);
  EXPECT_EQ(InMessage(RRType::kA, "\1\2\3\4\5"sv).Copy(), ParseError::kBadRecord);
}

struct Shaped {
  RRType type;
  std::string_view rdata;
};

TEST(IsValidRdataTest, AcceptsEveryKnownTypesShape) {
  const Shaped valid[] = {
      {RRType::kA, "\1\2\3\4"sv},
      {RRType::kAAAA, "0123456789abcdef"sv},
      {RRType::kNS, "\0"sv},
      {RRType::kHINFO, "\3CPU\2OS"sv},
      {RRType::kTXT, "\0"sv},
      {RRType::kTXT, "\1a\2bc\0"sv},
      {RRType::kNAPTR, "\0\1\0\2\0\0\0\0"sv},
      {RRType::kDS,
       "\0\1\2\3"
       "digest"sv},
      {RRType::kDNSKEY, "\1\0\3\x08key"sv},
      {RRType::kNSEC, "\0"sv},
      {RRType::kNSEC, "\0\0\1\x40\1\1\x40"sv},
      {RRType::kNSEC3, "\1\0\0\1\0\2hh\0\1\x40"sv},
      {RRType::kNSEC3PARAM, "\1\0\0\1\2ss"sv},
      {RRType::kTLSA, "\3\1\1hash"sv},
      {RRType::kSVCB, "\0\0\0"sv},
      {RRType::kHTTPS, "\0\1\0\0\1\0\3\2h2\0\3\0\2\1\xbb"sv},
      {RRType::kCAA, "\0\5issuevalue"sv},
      {RRType::kCAA, "\0\5issue"sv},
      {RRType::kOPT, ""sv},
      {RRType::kOPT, "\0\x0a\0\1x\0\x0a\0\0"sv},
  };
  for (const auto& [type, rdata] : valid) {
    EXPECT_TRUE(IsValidRdata(type, Bytes(rdata))) << static_cast<int>(type);
  }
}

TEST(IsValidRdataTest, RefusesEveryKnownTypesMalformation) {
  const Shaped invalid[] = {
      {RRType::kA, ""sv},
      {RRType::kA, "\1\2\3"sv},
      {RRType::kA, "\1\2\3\4\5"sv},
      {RRType::kAAAA, "0123456789abcde"sv},
      {RRType::kNS, ""sv},
      {RRType::kNS, "\3ns"sv},
      {RRType::kNS, "\0\0"sv},
      {RRType::kNS, "\xc0\x0c"sv},
      {RRType::kSOA, "\0\0\0\0\0\1"sv},
      {RRType::kMX, "\0"sv},
      {RRType::kMX, "\0\1"sv},
      {RRType::kHINFO, "\3CPU"sv},
      {RRType::kTXT, ""sv},
      {RRType::kTXT, "\2a"sv},
      {RRType::kTXT, "\1a\1"sv},
      {RRType::kSRV, "\0\1\0\2\0"sv},
      {RRType::kNAPTR, "\0\1\0\2\0\0\0"sv},
      {RRType::kDS, "\0\1\2"sv},
      {RRType::kRRSIG, "\0\1\5\1\0\0\0\1\0\0\0\1\0\0\0\1\0\1"sv},
      {RRType::kNSEC, "\0\0"sv},
      {RRType::kNSEC, "\0\0\0\x40"sv},             // empty window
      {RRType::kNSEC, "\0\0\2\x40"sv},             // cut off
      {RRType::kNSEC, "\0\0\2\x40\0"sv},           // ends in zero
      {RRType::kNSEC, "\0\1\1\x40\1\1\x40"sv},     // the same window twice
      {RRType::kNSEC, "\0\2\1\x40\1\1\x40"sv},     // downward
      {RRType::kNSEC3, "\1\0\0\1\0\0\0\1\x40"sv},  // no hash
      {RRType::kNSEC3, "\1\0\0\1\5ss"sv},
      {RRType::kNSEC3PARAM, "\1\0\0\1\2s"sv},
      {RRType::kTLSA, "\3\1"sv},
      {RRType::kHTTPS, "\0\1"sv},
      {RRType::kHTTPS, "\0\1\0\0\1\0"sv},
      {RRType::kHTTPS, "\0\1\0\0\1\0\2h"sv},
      {RRType::kHTTPS, "\0\1\0\0\3\0\0\0\1\0\0"sv},  // keys downward
      {RRType::kHTTPS, "\0\1\0\0\3\0\0\0\3\0\0"sv},  // a key twice
      {RRType::kCAA, "\0"sv},
      {RRType::kCAA, "\0\0value"sv},
      {RRType::kOPT, "\0\x0a\0\2x"sv},
  };
  for (const auto& [type, rdata] : invalid) {
    EXPECT_FALSE(IsValidRdata(type, Bytes(rdata)))
        << static_cast<int>(type) << " " << testing::PrintToString(Bytes(rdata));
  }
  Octets window33 = Bytes("\0\0\x21"sv);
  window33.insert(window33.end(), 33, 1);
  EXPECT_FALSE(IsValidRdata(RRType::kNSEC, window33));
  EXPECT_FALSE(IsValidRdata(static_cast<RRType>(65280), Octets(65536)));
  EXPECT_TRUE(IsValidRdata(static_cast<RRType>(65280), Octets(65535)));
}

TEST(RdataTest, KnowsWhereFollowedNamesStand) {
  EXPECT_EQ(tern::test::NameOffset(RRType::kNS), 0);
  EXPECT_EQ(tern::test::NameOffset(RRType::kCNAME), 0);
  EXPECT_EQ(tern::test::NameOffset(RRType::kDNAME), 0);
  EXPECT_EQ(tern::test::NameOffset(RRType::kSOA), 0);
  EXPECT_EQ(tern::test::NameOffset(RRType::kMX), 2);
  EXPECT_EQ(tern::test::NameOffset(RRType::kSRV), 6);
  EXPECT_EQ(tern::test::NameOffset(RRType::kA), -1);
  EXPECT_EQ(tern::test::NameOffset(static_cast<RRType>(65280)), -1);
}

TEST(RdataTest, CompressesOnlyTheTypesOfRfc1035) {
  for (const RRType type : {RRType::kNS, RRType::kCNAME, RRType::kSOA, RRType::kPTR, RRType::kMX}) {
    EXPECT_TRUE(MayCompress(type));
  }
  for (const RRType type :
       {RRType::kA, RRType::kSRV, RRType::kNAPTR, RRType::kDNAME, RRType::kRRSIG, RRType::kNSEC,
        RRType::kHTTPS, RRType::kTXT, static_cast<RRType>(65280)}) {
    EXPECT_FALSE(MayCompress(type));
  }
}

TEST(RdataFieldsTest, EveryKnownTypeIsFoundByItsNumberAndEndsItsFields) {
  for (const RdataShape& shape : KnownShapes()) {
    EXPECT_EQ(FindShape(shape.type), &shape) << shape.mnemonic;
    EXPECT_EQ(shape.fields.back(), RdataField::kEnd);
  }
  for (const uint16_t unknown : {0, 10, 11, 66, 98, 100, 255, 258, 65280, 65535}) {
    EXPECT_EQ(FindShape(static_cast<RRType>(unknown)), nullptr) << unknown;
  }
}

TEST(RdataPropertyTest, CopiesAreValidAndCopyToThemselves) {
  Generator generator(9);
  int copied = 0;
  for (int round = 0; round < 60000; ++round) {
    const auto shapes = KnownShapes();
    const RRType type = shapes[generator.Below(uint32_t(shapes.size()))].type;
    Octets rdata(generator.Below(40));
    for (uint8_t& octet : rdata) octet = uint8_t(generator.Below(5));
    if (rdata.size() >= 2 && generator.Below(2) == 0) {
      rdata[rdata.size() - 2] = 0xc0;
      rdata[rdata.size() - 1] = 0x0c;
    }
    InMessage record(type, std::string(rdata.begin(), rdata.end()));
    if (record.Copy() != ParseError::kNone) {
      EXPECT_FALSE(IsValidRdata(type, rdata));
      continue;
    }
    ++copied;
    EXPECT_TRUE(IsValidRdata(type, record.copied)) << static_cast<int>(type);
    InMessage again(type, std::string(record.copied.begin(), record.copied.end()));
    ASSERT_EQ(again.Copy(), ParseError::kNone);
    EXPECT_EQ(again.copied, record.copied);
  }
  EXPECT_GT(copied, 1000);
}

TEST(RdataDeathTest, SoaFieldsNeedAWholeSoa) {
  const Octets short_of_it(20);
  EXPECT_DEATH((void)ReadSoa(short_of_it), "broken contract");
}

TEST(RdataDeathTest, TheEndOfAShapeIsNoField) {
  EXPECT_DEATH((void)FieldOctets(RdataField::kEnd, {}), "broken contract");
}

}  // namespace
}  // namespace tern::wire
