#include "wire/svcb_text.h"

#include <gtest/gtest.h>

#include "tests/wire/generators.h"
#include "wire/master_file.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::wire {
namespace {

using test::N;
using test::Octets;

absl::StatusOr<Octets> Parse(std::string_view text) {
  const auto records =
      ParseMasterFile("example.com. SVCB " + std::string(text), "test", N("example.com."));
  if (!records.ok()) return records.status();
  return records->front().rdata;
}

struct Vector {
  const char* text;
  const char* hex;
  const char* written;  // null when it is written as it was read
};

// RFC 9460 appendix D.1 and D.2.
constexpr Vector kVectors[] = {
    {"0 foo.example.com.", "000003666F6F076578616D706C6503636F6D00", nullptr},
    {"1 .", "000100", nullptr},
    {"16 foo.example.com. port=53", "001003666F6F076578616D706C6503636F6D00000300020035", nullptr},
    {"1 foo.example.com. key667=hello", "000103666F6F076578616D706C6503636F6D00029B000568656C6C6F",
     "1 foo.example.com. key667=\"hello\""},
    {"1 foo.example.com. key667=\"hello\\210qoo\"",
     "000103666F6F076578616D706C6503636F6D00029B000968656C6C6FD2716F6F", nullptr},
    {"1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
     "000103666F6F076578616D706C6503636F6D0000060020"
     "20010DB800000000000000000000000120010DB8000000000000000000530001",
     nullptr},
    {"1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
     "0001076578616D706C6503636F6D00000600102"
     "0010DB80122034400000000C0000221",
     "1 example.com. ipv6hint=2001:db8:122:344::c000:221"},
    {"16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
     "001003666F6F076578616D706C65036F72670000000004000100040001000902683205"
     "68332D31390004"
     "0004C0000201",
     "16 foo.example.org. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" ipv4hint=192.0.2.1"},
    {"16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
     "001003666F6F076578616D706C65036F7267000001000C08665C6F6F2C626172026832", nullptr},
    {"16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
     "001003666F6F076578616D706C65036F7267000001000C08665C6F6F2C626172026832",
     "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\""},
};

TEST(SvcbTextTest, FollowsTheVectorsOfRfc9460AppendixD) {
  for (const auto& [text, hex, written] : kVectors) {
    const auto rdata = Parse(text);
    ASSERT_TRUE(rdata.ok()) << text << ": " << rdata.status();
    EXPECT_EQ(ToHex(*rdata), hex) << text;
    EXPECT_EQ(RdataToText(RRType::kSVCB, *rdata), written == nullptr ? text : written);
  }
}

TEST(SvcbTextTest, RefusesTheFailureCasesOfRfc9460AppendixD3) {
  for (const char* bad : {
           "1 foo.example.com. key123=abc key123=def",
           "1 foo.example.com. mandatory",
           "1 foo.example.com. alpn",
           "1 foo.example.com. port",
           "1 foo.example.com. ipv4hint",
           "1 foo.example.com. ipv6hint",
           "1 foo.example.com. no-default-alpn=abc",
           "1 foo.example.com. mandatory=key123",
           "1 foo.example.com. mandatory=mandatory",
           "1 foo.example.com. mandatory=key123,key123 key123=abc",
           "1 foo.example.com. ech",
           "1 foo.example.com. ech=\"*\"",
           "1 foo.example.com. port=65536",
           "1 foo.example.com. port=1,2",
           "1 foo.example.com. ipv4hint=192.0.2.1,",
           "1 foo.example.com. alpn=h2,,h3",
           "1 foo.example.com. alpn=h\\\\2",
           "1 foo.example.com. key65536=a",
           "1 foo.example.com. key01=a",
           "1 foo.example.com. unheard=a",
           "1 foo.example.com. =a",
           "1",
       }) {
    EXPECT_FALSE(Parse(bad).ok()) << bad;
  }
}

TEST(SvcbTextTest, ValuesWithoutTheirKeysFormatAreWrittenAsOctets) {
  // A port of one octet, an alpn whose length runs over, a no-default-alpn with a value, and a
  // mandatory for a key that is missing. A resolver carries them all, and the text gives the same
  // octets back.
  for (const char* params :
       {"00030001FF", "000100020561", "0002000161", "000000020007", "000400030A0000", "00050000"}) {
    const std::string octets = *FromHex(std::string("000100") + params);
    const std::string text = RdataToText(RRType::kSVCB, AsOctets(octets));
    EXPECT_NE(text.find(" key"), text.npos) << text;
    const auto parsed = Parse(text);
    ASSERT_TRUE(parsed.ok()) << text << parsed.status();
    EXPECT_EQ(ToHex(*parsed), ToHex(AsOctets(octets)));
  }
}

TEST(SvcbTextTest, KnowsEchAndDohpath) {
  const auto rdata = Parse("1 . ech=AEX+DQ== dohpath=/q{?dns} no-default-alpn alpn=h2");
  ASSERT_TRUE(rdata.ok()) << rdata.status();
  EXPECT_EQ(RdataToText(RRType::kHTTPS, *rdata),
            "1 . alpn=\"h2\" no-default-alpn ech=AEX+DQ== dohpath=\"/q{?dns}\"");
}

TEST(SvcbTextDeathTest, ParametersAreWhole) {
  const uint8_t cut_off[] = {0, 1, 0, 9, 2};
  EXPECT_DEATH((void)SvcParamsText(cut_off), "broken contract");
}

}  // namespace
}  // namespace tern::wire
