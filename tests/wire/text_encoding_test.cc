#include "wire/text_encoding.h"

#include <gtest/gtest.h>

#include "tests/wire/generators.h"

namespace tern::wire {
namespace {

using test::Generator;
using test::Octets;

TEST(TextEncodingTest, FollowsTheVectorsOfRfc4648Section10) {
  EXPECT_EQ(ToBase64(AsOctets("")), "");
  EXPECT_EQ(ToBase64(AsOctets("f")), "Zg==");
  EXPECT_EQ(ToBase64(AsOctets("fo")), "Zm8=");
  EXPECT_EQ(ToBase64(AsOctets("foobar")), "Zm9vYmFy");
  EXPECT_EQ(ToBase32Hex(AsOctets("f")), "CO");
  EXPECT_EQ(ToBase32Hex(AsOctets("fooba")), "CPNMUOJ1");
  EXPECT_EQ(ToBase32Hex(AsOctets("foobar")), "CPNMUOJ1E8");
  EXPECT_EQ(FromBase32Hex("cpnmuoj1e8"), "foobar");
  EXPECT_EQ(ToHex(AsOctets("foobar")), "666F6F626172");
}

TEST(TextEncodingTest, RefusesWhatNoEncoderWrites) {
  for (const char* bad : {"Z", "Zg", "Zg=", "Zh==", "====", "Zm9v\n", "Z*==", "=Zg=", "Zg==Zg=="}) {
    EXPECT_FALSE(FromBase64(bad)) << bad;
  }
  for (const char* bad : {"C", "CP", "W0", "CO======", "CPN"}) {
    EXPECT_FALSE(FromBase32Hex(bad)) << bad;
  }
  for (const char* bad : {"0", "0g", "0x00", " 00"}) EXPECT_FALSE(FromHex(bad)) << bad;
  for (const char* bad : {"", "+1", "-1", " 1", "1 ", "256", "99999999999999999999", "0x1"}) {
    EXPECT_FALSE(ParseDecimal(bad, 255)) << bad;
  }
  EXPECT_EQ(ParseDecimal("0255", 255), 255u);
  EXPECT_EQ(ParseDecimal("4294967295", 0xffffffff), 4294967295u);
  EXPECT_EQ(ParseDecimal("4294967296"), std::nullopt);
  EXPECT_EQ(ParseDecimal<uint8_t>("255"), 255);
  EXPECT_EQ(ParseDecimal<uint8_t>("256"), std::nullopt);
  EXPECT_EQ(ParseDecimal<uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(ParseDecimal<uint64_t>("18446744073709551616"), std::nullopt);
  for (const char* bad : {"\\", "a\\1", "\\25", "\\256", "\\1a2"}) {
    EXPECT_FALSE(UndoEscapes(bad)) << bad;
  }
  EXPECT_EQ(UndoEscapes("\\a\\\\\\065\\\""), "a\\A\"");
}

TEST(TextEncodingPropertyTest, EverythingComesBackAsItWas) {
  Generator generator(8);
  for (size_t size = 0; size < 300; ++size) {
    const Octets octets = generator.Random(size);
    const std::string text(octets.begin(), octets.end());
    EXPECT_EQ(FromHex(ToHex(octets)), text);
    EXPECT_EQ(FromBase64(ToBase64(octets)), text);
    EXPECT_EQ(FromBase32Hex(ToBase32Hex(octets)), text);
    for (const Quoting quoting : {Quoting::kQuoted, Quoting::kBare, Quoting::kLabel}) {
      std::string escaped;
      AppendEscaped(octets, quoting, &escaped);
      EXPECT_EQ(UndoEscapes(escaped), text);
      for (const char c : escaped) EXPECT_TRUE(c >= 0x20 && c <= 0x7e);
    }
  }
}

TEST(TextEncodingDeathTest, EmptyTextHasNoOctetToTake) {
  std::string_view text;
  bool escaped;
  EXPECT_DEATH((void)TakeOctet(&text, &escaped), "broken contract");
}

}  // namespace
}  // namespace tern::wire
