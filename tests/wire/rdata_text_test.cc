// RDATA as text and back, with the RFCs' own examples. The sources are wire/rdata_text.cc.
#include <gtest/gtest.h>

#include "tests/wire/generators.h"
#include "wire/master_file.h"
#include "wire/presentation.h"
#include "wire/rdata.h"
#include "wire/rdata_fields.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::N;
using test::Octets;

// Parses by way of a zone's line, because quotes are undone there.
absl::StatusOr<Octets> Parse(RRType type, std::string_view text) {
  const auto records = ParseMasterFile(". 0 IN " + ToText(type) + " " + std::string(text) + "\n",
                                       "test", N("example.com."));
  if (!records.ok()) return records.status();
  if (records->size() != 1) return absl::InternalError("not one record");
  return records->front().rdata;
}

struct Example {
  RRType type;
  const char* text;
  const char* hex;
};

// Text as Tern writes it, and the octets.
constexpr Example kExamples[] = {
    {RRType::kA, "192.0.2.1", "C0000201"},
    {RRType::kAAAA, "2001:db8::53", "20010DB8000000000000000000000053"},
    {RRType::kAAAA, "::ffff:192.0.2.1", "00000000000000000000FFFFC0000201"},
    {RRType::kNS, "ns.example.", "026E73076578616D706C6500"},
    {RRType::kPTR, ".", "00"},
    {RRType::kMX, "10 mail.", "000A046D61696C00"},
    {RRType::kSOA, "a. b. 2024010101 7200 3600 1209600 300",
     "0161000162007"
     "8A3F175"
     "00001C20"
     "00000E10"
     "00127500"
     "0000012C"},
    {RRType::kHINFO, "\"PC\" \"OS/2 \\\"W\\\"\"", "025043084F532F3220225722"},
    {RRType::kTXT, "\"\"", "00"},
    {RRType::kTXT, "\"v=spf1 -all\" \"a;b\\\\c\\000\"", "0B763D73706631202D616C6C06613B625C6300"},
    {RRType::kSPF, "\"x\"", "0178"},
    {RRType::kSRV, "0 5 5060 sip.", "0000000513C40373697000"},
    // RFC 3403 section 6.2's shape.
    {RRType::kNAPTR, "100 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.",
     "0064003201730"
     "75349502B44325500"
     "045F736970045F75647000"},
    {RRType::kDNAME, "target.", "0674617267657400"},
    // RFC 4034 section 5.4.
    {RRType::kDS, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
     "EC4505012BB183AF5F22588179A53B0A98631FAD1A292118"},
    // RFC 4034 section 3.3's fields: 20030322173103 is 1048354263.
    {RRType::kRRSIG, "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN",
     "00010503000151803E7C9DD73E5510D7"
     "0A52076578616D706C6503636F6D00A090755BA58D"},
    {RRType::kRRSIG, "TYPE65280 8 0 0 21060207062815 19700101000000 0 . AA==",
     "FF00080000000000FFFFFFFF0000000000000000"},
    // RFC 4034 section 4.3.
    {RRType::kNSEC, "host.example.com. A MX RRSIG NSEC TYPE1234",
     "04686F7374076578616D706C6503636F6D00"
     "0006400100000003041B000000000000000000000000000000000000000000000000000020"},
    {RRType::kNSEC, ".", "00"},
    {RRType::kDNSKEY, "256 3 5 AQPSKmyn",
     "01000305"
     "0103D22A6CA7"},
    // RFC 5155 appendix A: 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.
    {RRType::kNSEC3, "1 1 12 AABBCCDD 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM MX DNSKEY NS", ""},
    {RRType::kNSEC3PARAM, "1 0 0 -", "0100000000"},
    {RRType::kNSEC3PARAM, "1 0 12 AABBCCDD", "0100000C04AABBCCDD"},
    {RRType::kTLSA, "3 1 1 0123AB", "0301010123AB"},
    // RFC 8659 section 4.
    {RRType::kCAA, "0 issue \"ca1.example.net\"", "000569737375656361312E6578616D706C652E6E6574"},
    {RRType::kCAA, "128 tbs \"Unknown\"", "8003746273556E6B6E6F776E"},
    {RRType::kCAA, "0 issue \"\"", "00056973737565"},
    // RFC 3597 section 5.
    {static_cast<RRType>(731), "\\# 6 ABCDEF012345", "ABCDEF012345"},
    {static_cast<RRType>(62347), "\\# 0", ""},
};

TEST(RdataTextTest, ExamplesGoBothWays) {
  for (const auto& [type, text, hex] : kExamples) {
    const auto rdata = Parse(type, text);
    ASSERT_TRUE(rdata.ok()) << text << ": " << rdata.status();
    if (type == RRType::kNSEC3) continue;  // below
    EXPECT_EQ(ToHex(*rdata), hex) << text;
    EXPECT_EQ(RdataToText(type, *rdata), text);
  }
}

TEST(RdataTextTest, Nsec3KeepsSaltHashAndSortsItsTypes) {
  const auto rdata =
      Parse(RRType::kNSEC3, "1 1 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom MX DNSKEY NS");
  ASSERT_TRUE(rdata.ok());
  EXPECT_EQ(rdata->size(), 5u + 4 + 1 + 20 + 2 + 7);
  EXPECT_EQ(RdataToText(RRType::kNSEC3, *rdata),
            "1 1 12 AABBCCDD 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM NS MX DNSKEY");
}

TEST(RdataTextTest, NamesAreRelativeToTheOrigin) {
  EXPECT_EQ(*Parse(RRType::kMX, "5 mail"), *Parse(RRType::kMX, "5 mail.example.com."));
  EXPECT_EQ(*Parse(RRType::kCNAME, "@"), *Parse(RRType::kCNAME, "example.com."));
}

TEST(RdataTextTest, GenericFormServesKnownTypesToo) {
  // RFC 3597 section 5: `e.f. CLASS1 TYPE1 10.0.0.2` and `\# 4 0A000001`.
  EXPECT_EQ(*Parse(RRType::kA, "\\# 4 0A000001"), *Parse(RRType::kA, "10.0.0.1"));
  EXPECT_EQ(*Parse(RRType::kA, "\\# 4 0a00 0001"), *Parse(RRType::kA, "10.0.0.1"));
  for (const char* bad : {"\\#", "\\# 4", "\\# 4 0A0000", "\\# 3 0A000001", "\\# x 00",
                          "\\# 3 0A0000", "\\# 4 0A00000", "\\# 70000 00"}) {
    EXPECT_FALSE(Parse(RRType::kA, bad).ok()) << bad;
  }
}

TEST(RdataTextTest, OctetsWithoutTheirTypesShapeAreWrittenGenerically) {
  EXPECT_EQ(RdataToText(RRType::kA, Bytes("\1\2\3")), "\\# 3 010203");
  EXPECT_EQ(RdataToText(RRType::kTXT, {}), "\\# 0");
  EXPECT_EQ(RdataToText(RRType::kNS, Bytes("\xc0\x0c")), "\\# 2 C00C");
  // BIND CVE-2026-10822: keys and signatures that are cut.
  EXPECT_EQ(RdataToText(RRType::kDNSKEY, Bytes("\1\0\3"sv)), "\\# 3 010003");
  EXPECT_EQ(RdataToText(RRType::kRRSIG, Bytes("\0\1\5"sv)), "\\# 3 000105");
  EXPECT_EQ(RdataToText(RRType::kOPT, Bytes("\0\x0a\0\1x"sv)), "\\# 5 000A000178");
}

TEST(RdataTextTest, RecordsOfAMessageAreWrittenWithTheirWholeNames) {
  Octets message(12);
  for (const uint8_t octet : Bytes("\1a\1b\0\1c\xc0\x0c"sv)) message.push_back(octet);
  RecordView record;
  size_t end = 0;
  ASSERT_EQ(PackedName::Read(message, 17, &record.owner, &end), ParseError::kNone);
  record.type = RRType::kNS;
  record.message = message;
  record.rdata = std::span(message).subspan(17);
  EXPECT_EQ(ToText(record.owner), "c.a.b.");
  EXPECT_EQ(RdataToText(record), "c.a.b.");
  record.rdata = record.rdata.first(3);
  EXPECT_EQ(RdataToText(record), std::nullopt);
}

TEST(RdataTextTest, RefusesWhatDoesNotFitTheType) {
  const std::pair<RRType, std::string> bad[] = {
      {RRType::kA, ""},
      {RRType::kA, "192.0.2"},
      {RRType::kA, "192.0.2.256"},
      {RRType::kA, "192.0.2.1 192.0.2.2"},
      {RRType::kAAAA, "2001:db8::1::"},
      {RRType::kAAAA, "192.0.2.1"},
      {RRType::kNS, ""},
      {RRType::kNS, "a..b."},
      {RRType::kMX, "65536 mail."},
      {RRType::kMX, "-1 mail."},
      {RRType::kMX, "10"},
      {RRType::kSOA, "a. b. 1 2 3 4"},
      {RRType::kSOA, "a. b. 1 2 3 4 4294967296"},
      {RRType::kTXT, ""},
      {RRType::kTXT, std::string(256, 'a')},
      {RRType::kTXT, "\"\\300\""},
      {RRType::kDS, "1 8 2 ABC"},
      {RRType::kDS, "1 256 2 AB"},
      {RRType::kDS, "1 RSASHA257 2 AB"},
      {RRType::kDS, "1 8 SHA256 AB"},
      {RRType::kRRSIG, "A 5 3 86400 20030230000000 20030220173103 2642 . AA=="},
      {RRType::kRRSIG, "A 5 3 86400 21060207062816 20030220173103 2642 . AA=="},
      {RRType::kRRSIG, "A 5 3 86400 20030322240000 20030220173103 2642 . AA=="},
      {RRType::kRRSIG, "NOTYPE 5 3 86400 20030322173103 20030220173103 2642 . AA=="},
      {RRType::kNSEC, "a. A NOTYPE"},
      {RRType::kDNSKEY, "256 3 5 A*=="},
      {RRType::kNSEC3, "1 0 0 - -"},
      {RRType::kNSEC3PARAM, "1 0 0 ABC"},
      {RRType::kCAA, "0 \"\" \"x\""},
      {RRType::kCAA, "0 issue"},
      {RRType::kCAA, "0 issue a b"},
      {RRType::kOPT, "x"},
      {static_cast<RRType>(65280), "anything"},
  };
  for (const auto& [type, text] : bad) {
    EXPECT_FALSE(Parse(type, text).ok()) << ToText(type) << " " << text;
  }
}

TEST(RdataTextTest, ErrorsSayWhatWasExpectedAndFound) {
  const auto error = Parse(RRType::kMX, "ten mail.").status();
  EXPECT_NE(error.message().find("expected a number up to 65535, found `ten`"),
            absl::string_view::npos)
      << error;
}

// RDATA made field by field, so most of it is valid.
Octets RandomRdata(const RdataShape& shape, Generator* generator) {
  Octets rdata;
  const auto add = [&](const Octets& octets) {
    rdata.insert(rdata.end(), octets.begin(), octets.end());
  };
  for (const RdataField field : shape.fields) {
    if (field == RdataField::kEnd) break;
    const size_t some = generator->Below(30);
    if (IsNameField(field)) {
      const Name name = generator->RandomName(4, 10);
      add(Octets(name.data(), name.data() + name.size()));
    } else if (field == RdataField::kStrings || field == RdataField::kString ||
               field == RdataField::kSalt || field == RdataField::kTag ||
               field == RdataField::kHashedName) {
      const size_t count = field == RdataField::kStrings ? 1 + generator->Below(3) : 1;
      for (size_t i = 0; i < count; ++i) {
        const size_t size = some + (field == RdataField::kTag || field == RdataField::kHashedName);
        rdata.push_back(uint8_t(size));
        add(generator->Random(size));
      }
    } else if (field == RdataField::kTypeBitmap) {
      for (int window = int(generator->Below(3)); window < 256;
           window += 1 + generator->Below(200)) {
        Octets bits = generator->Random(1 + generator->Below(32));
        bits.back() |= 1;
        rdata.push_back(uint8_t(window));
        rdata.push_back(uint8_t(bits.size()));
        add(bits);
      }
    } else if (field == RdataField::kSvcParams) {
      for (uint32_t key = generator->Below(3); key < 12; key += 1 + generator->Below(3)) {
        const Octets value =
            generator->Random(generator->Below(3) == 0 ? 2 : 4 * generator->Below(9));
        add({uint8_t(key >> 8), uint8_t(key), 0, uint8_t(value.size())});
        add(value);
      }
    } else if (field == RdataField::kQuotedRest || field == RdataField::kHex ||
               field == RdataField::kBase64) {
      add(generator->Random(some));
    } else {
      const bool one = field == RdataField::kU8 || field == RdataField::kAlgorithm;
      const bool two = field == RdataField::kU16 || field == RdataField::kType;
      add(generator->Random(one ? 1 : two ? 2 : field == RdataField::kIPv6 ? 16 : 4));
    }
  }
  return rdata;
}

// RFC 4034 sections 2.2, 3.2 and 5.3: a number or a mnemonic.
TEST(RdataTextTest, AnAlgorithmMayBeNamedByItsMnemonic) {
  const Example examples[] = {
      {RRType::kDS, "20326 RSASHA256 2 E06D", "4F660802E06D"},
      {static_cast<RRType>(59), "0 delete 0 00", "0000000000"},
      {RRType::kDNSKEY, "257 3 ED25519 AQPSKmyn", "0101030F0103D22A6CA7"},
      {static_cast<RRType>(60), "257 3 ECDSAP256SHA256 AQPSKmyn", "0101030D0103D22A6CA7"},
      {RRType::kRRSIG, "A RSASHA1-NSEC3-SHA1 0 0 19700101000000 19700101000000 0 . AA==",
       "0001070000000000000000000000000000000000"},
  };
  for (const Example& example : examples) {
    const auto rdata = Parse(example.type, example.text);
    ASSERT_TRUE(rdata.ok()) << rdata.status();
    EXPECT_EQ(ToHex(*rdata), example.hex) << example.text;
  }
}

TEST(RdataTextPropertyTest, EveryKnownTypeComesBackExactly) {
  Generator generator(12);
  for (const RdataShape& shape : KnownShapes()) {
    if (IsMetaType(shape.type)) continue;
    for (int round = 0; round < 300; ++round) {
      const Octets rdata = RandomRdata(shape, &generator);
      ASSERT_TRUE(IsValidRdata(shape.type, rdata)) << shape.mnemonic;
      const std::string text = RdataToText(shape.type, rdata);
      if (!rdata.empty()) {
        EXPECT_EQ(text.find("\\# "), text.npos) << shape.mnemonic << " " << text;
      }
      const auto parsed = Parse(shape.type, text);
      ASSERT_TRUE(parsed.ok()) << shape.mnemonic << " " << text << ": " << parsed.status();
      EXPECT_EQ(*parsed, rdata) << shape.mnemonic << " " << text;
    }
  }
}

TEST(RdataTextPropertyTest, EverySecondOfATimeComesBack) {
  Generator generator(13);
  for (int round = 0; round < 3000; ++round) {
    Octets rdata(19);
    for (size_t i = 8; i < 16; ++i) rdata[i] = generator.Octet();
    const std::string text = RdataToText(RRType::kRRSIG, rdata);
    const auto parsed = Parse(RRType::kRRSIG, text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, rdata) << text;
  }
}

}  // namespace
}  // namespace tern::wire
