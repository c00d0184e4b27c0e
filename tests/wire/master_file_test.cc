#include "wire/master_file.h"

#include <gtest/gtest.h>

#include "tests/wire/generators.h"
#include "wire/presentation.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::N;

std::vector<MasterRecord> Parsed(std::string_view text, NameView origin = NameView()) {
  const auto records = ParseMasterFile(text, "zone", origin);
  EXPECT_TRUE(records.ok()) << records.status();
  return records.value_or(std::vector<MasterRecord>());
}

std::string ErrorOf(std::string_view text) {
  const auto records = ParseMasterFile(text, "zones/test", N("example."));
  EXPECT_FALSE(records.ok()) << text;
  return std::string(records.status().message());
}

std::string Line(const MasterRecord& record) {
  return ToText(record.owner) + " " + std::to_string(record.ttl) + " " + ToText(record.rrclass) +
         " " + ToText(record.type) + " " + RdataToText(record.type, record.rdata);
}

TEST(MasterFileTest, ReadsTheExampleOfRfc1035Section5) {
  const auto records = Parsed(
      "@   IN  SOA     VENERA      Action\\.domains (\n"
      "                                 20     ; SERIAL\n"
      "                                 7200   ; REFRESH\n"
      "                                 600    ; RETRY\n"
      "                                 3600000; EXPIRE\n"
      "                                 60)    ; MINIMUM\n"
      "\n"
      "        NS      A.ISI.EDU.\n"
      "        NS      VENERA\n"
      "        MX      10      VENERA\n"
      "\n"
      "A       A       26.3.0.103\n"
      "VENERA  A       10.1.0.52\n"
      "        A       128.9.0.32\n",
      N("ISI.EDU."));
  ASSERT_EQ(records.size(), 7u);
  EXPECT_EQ(
      Line(records[0]),
      "ISI.EDU. 3600 IN SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60");
  EXPECT_EQ(records[0].line, 1);
  EXPECT_EQ(Line(records[1]), "ISI.EDU. 3600 IN NS A.ISI.EDU.");
  EXPECT_EQ(records[1].line, 8);
  EXPECT_EQ(Line(records[3]), "ISI.EDU. 3600 IN MX 10 VENERA.ISI.EDU.");
  EXPECT_EQ(Line(records[6]), "VENERA.ISI.EDU. 3600 IN A 128.9.0.32");
}

TEST(MasterFileTest, TtlAndClassStandInEitherOrderOrNotAtAll) {
  const auto records = Parsed(
      "a. 60 IN A 1.2.3.4\n"
      "a. IN 61 A 1.2.3.4\n"
      "a. 62 A 1.2.3.4\n"
      "a. A 1.2.3.4\n"
      "a. CH A 1.2.3.4\n"
      "a. 1h30m A 1.2.3.4\n"
      "a. 2w1d A 1.2.3.4\n");
  ASSERT_EQ(records.size(), 7u);
  EXPECT_EQ(records[0].ttl, 60u);
  EXPECT_EQ(records[1].ttl, 61u);
  EXPECT_EQ(records[2].ttl, 62u);
  EXPECT_EQ(records[3].ttl, 62u) << "the last stated one, RFC 1035 section 5.1";
  EXPECT_EQ(records[4].rrclass, RRClass::kCH);
  EXPECT_EQ(records[5].ttl, 5400u);
  EXPECT_EQ(records[6].ttl, 15u * 86400);
}

TEST(MasterFileTest, TtlDirectiveWinsOverTheLastStatedOne) {
  const auto records = Parsed(
      "$TTL 100\n"
      "a. 5 A 1.2.3.4\n"
      "a. A 1.2.3.4\n"
      "$ttl 1d\n"
      "a. A 1.2.3.4\n");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].ttl, 5u);
  EXPECT_EQ(records[1].ttl, 100u);
  EXPECT_EQ(records[2].ttl, 86400u);
}

TEST(MasterFileTest, OriginMovesAndMayBeRelative) {
  const auto records = Parsed(
      "$ORIGIN example.\n"
      "www A 1.2.3.4\n"
      "$ORIGIN sub\n"
      "www CNAME @\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[0].owner == N("www.example."));
  EXPECT_TRUE(records[1].owner == N("www.sub.example."));
  EXPECT_EQ(RdataToText(RRType::kCNAME, records[1].rdata), "sub.example.");
}

TEST(MasterFileTest, QuotesProtectBlanksCommentsAndParentheses) {
  const auto records = Parsed(
      "a. TXT \"one ; two\" \"(\" \"\" plain \"say \\\"hi\\\"\" \"x\"\"y\"\n"
      "a. TXT semi\\;colon a\\ b ; comment \" ( \n"
      "a. HTTPS 1 . alpn=\"h2,h3\" key700=\"a b;c\"\n");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(RdataToText(RRType::kTXT, records[0].rdata),
            "\"one ; two\" \"(\" \"\" \"plain\" \"say \\\"hi\\\"\" \"x\" \"y\"");
  EXPECT_EQ(RdataToText(RRType::kTXT, records[1].rdata), "\"semi;colon\" \"a b\"");
  EXPECT_EQ(RdataToText(RRType::kHTTPS, records[2].rdata), "1 . alpn=\"h2,h3\" key700=\"a b;c\"");
}

TEST(MasterFileTest, WindowsLineEndsAndAMissingLastOneAreFine) {
  const auto records = Parsed("a. A 1.2.3.4\r\n\tA 1.2.3.5");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[1].owner == N("a."));
  EXPECT_EQ(records[1].line, 2);
}

TEST(MasterFileTest, EmptyFilesAndCommentsGiveNothing) {
  EXPECT_TRUE(Parsed("").empty());
  EXPECT_TRUE(Parsed("\n\n  ; only a comment\n;\n   \n").empty());
}

TEST(MasterFileTest, ALineThatStartsInsideParenthesesKeepsItsOwner) {
  const auto records = Parsed("b. A 1.2.3.4\n( a. A\n 1.2.3.5 )\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[1].owner == N("a."));
  EXPECT_EQ(records[1].line, 2);
}

TEST(MasterFileTest, ErrorsNameFileLineAndWhatWasExpected) {
  EXPECT_EQ(ErrorOf("a A 1.2.3.4\n\nb A 1.2.3\n"),
            "zones/test:3: expected an IPv4 address, found `1.2.3`");
  EXPECT_EQ(ErrorOf("$INCLUDE other\n"), "zones/test:1: $INCLUDE is not allowed");
  EXPECT_EQ(ErrorOf("a NOTATYPE x\n"), "zones/test:1: expected a record type, found `NOTATYPE`");
  EXPECT_EQ(ErrorOf("a A\x1b\xff x\n"),
            "zones/test:1: expected a record type, found `A\\x1b\\xff`");
}

TEST(MasterFileTest, RefusesWhatIsNoZone) {
  for (const char* bad : {
           "  A 1.2.3.4\n",  // no owner before
           "a\n",            // no type
           "a IN 60\n",      // no type
           "a A\n",          // no RDATA
           "a ANY \\# 0\n",  // a question's type
           "a OPT \\# 0\n",
           "a 60 70 A 1.2.3.4\n",
           "a IN CH A 1.2.3.4\n",
           "a 2147483648 A 1.2.3.4\n",  // RFC 2181 section 8
           "a 1x A 1.2.3.4\n",
           "a 1h1 A 1.2.3.4\n",
           "$ORIGIN\n",
           "$ORIGIN a b\n",
           "$TTL never\n",
           "$GENERATE 1-2 a A 1.2.3.4\n",
           "a TXT \"open\n",
           "a TXT (\n",
           "a TXT x )\n",
           "a TXT ( ( x ) )\n",
           "a.. A 1.2.3.4\n",
           "a TXT x\\\n",
       }) {
    EXPECT_EQ(ErrorOf(bad).rfind("zones/test:", 0), 0u) << bad;
  }
}

TEST(MasterFilePropertyTest, RandomTextNeverBreaksTheReader) {
  Generator generator(14);
  constexpr std::string_view kPieces[] = {
      "a",       " ", "\n",  "\"", "(",   ")", ";", "\\", "$",    "IN",      "A",   "1",
      "1.2.3.4", "@", "TXT", "\t", "\\#", "=", ".", "NS", "$TTL", "$ORIGIN", "\0"sv};
  int sound = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint32_t i = generator.Below(30); i > 0; --i) {
      text += kPieces[generator.Below(uint32_t(std::size(kPieces)))];
      if (generator.Below(2) == 0) text += " ";
    }
    sound += ParseMasterFile(text, "random").ok() ? 1 : 0;
  }
  EXPECT_GT(sound, 0);
}

}  // namespace
}  // namespace tern::wire
