#include "wire/presentation.h"

#include <gtest/gtest.h>

#include "tests/wire/generators.h"
#include "wire/parse_presentation.h"

namespace tern::wire {
namespace {

using test::Generator;
using test::N;

TEST(NameTextTest, EscapesWhatAMasterFileWouldMisread) {
  EXPECT_EQ(ToText(NameView()), ".");
  Name name = N("example.");
  ASSERT_TRUE(name.Prepend("a.b c\\\"\xff;@$()"));
  EXPECT_EQ(ToText(name), "a\\.b\\032c\\\\\\\"\\255\\;\\@\\$\\(\\).example.");
}

TEST(NameTextTest, RelativeNamesTakeTheOrigin) {
  const Name origin = N("example.com.");
  EXPECT_TRUE(*ParseName("www", origin) == N("www.example.com."));
  EXPECT_TRUE(*ParseName("www.", origin) == N("www."));
  EXPECT_TRUE(*ParseName("@", origin) == origin);
  EXPECT_TRUE(ParseName(".", origin)->view().IsRoot());
  EXPECT_TRUE(*ParseName("a\\.b", origin) == N("a\\.b.example.com."));
  EXPECT_TRUE(*ParseName("www\\.", origin) == N("www\\..example.com."));
  EXPECT_EQ(ParseName("\\097\\.")->view().FirstLabel(), "a.");
}

TEST(NameTextTest, RefusesWhatIsNoName) {
  for (const std::string& bad :
       {std::string(""), std::string(".."), std::string("a..b."), std::string(".a."),
        std::string("a\\"), std::string("a\\25"), std::string("a\\256."),
        std::string(64, 'a') + ".", std::string(64, 'a')}) {
    EXPECT_FALSE(ParseName(bad).ok()) << bad;
  }
  EXPECT_TRUE(ParseName(std::string(63, 'a')).ok());
  std::string long_name;
  for (int i = 0; i < 127; ++i) long_name += "a.";
  EXPECT_TRUE(ParseName(long_name).ok());
  EXPECT_FALSE(ParseName("a." + long_name).ok());
  EXPECT_FALSE(ParseName("aa", N(long_name)).ok());
}

TEST(NameTextPropertyTest, EveryNameComesBackExactly) {
  Generator generator(11);
  for (int round = 0; round < 3000; ++round) {
    Name name;
    const size_t labels = generator.Below(8);
    for (size_t i = 0; i < labels; ++i) {
      const auto octets = generator.Random(1 + generator.Below(63));
      if (!name.Prepend({reinterpret_cast<const char*>(octets.data()), octets.size()})) break;
    }
    const auto parsed = ParseName(ToText(name), N("not.used."));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_TRUE(parsed->view().EqualsExactly(name));
  }
}

TEST(VocabularyTextTest, EveryTypeComesBack) {
  for (int value = 0; value <= 0xffff; ++value) {
    const auto type = static_cast<RRType>(value);
    EXPECT_EQ(ParseType(ToText(type)), type) << value;
  }
  EXPECT_EQ(ToText(RRType::kHTTPS), "HTTPS");
  EXPECT_EQ(ToText(RRType::kANY), "ANY");
  EXPECT_EQ(ToText(RRType::kNXNAME), "NXNAME");
  EXPECT_EQ(ToText(RRType::kCAA), "CAA");
  EXPECT_EQ(ToText(static_cast<RRType>(65280)), "TYPE65280");
  EXPECT_EQ(ParseType("aaaa"), RRType::kAAAA);
  EXPECT_EQ(ParseType("type28"), RRType::kAAAA);
  for (const char* bad : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE+1", "QUAD", "A A", "TYPE1x"}) {
    EXPECT_FALSE(ParseType(bad)) << bad;
  }
}

TEST(VocabularyTextTest, EveryClassComesBack) {
  for (int value = 0; value <= 0xffff; ++value) {
    const auto rrclass = static_cast<RRClass>(value);
    EXPECT_EQ(ParseClass(ToText(rrclass)), rrclass);
  }
  EXPECT_EQ(ToText(RRClass::kIN), "IN");
  EXPECT_EQ(ToText(static_cast<RRClass>(32)), "CLASS32");
  EXPECT_EQ(ParseClass("ch"), RRClass::kCH);
  EXPECT_FALSE(ParseClass("CLASS"));
  EXPECT_FALSE(ParseClass("INX"));
}

TEST(VocabularyTextTest, RcodesHaveTheirRegisteredNames) {
  EXPECT_EQ(ToText(Rcode::kNXDomain), "NXDOMAIN");
  EXPECT_EQ(ToText(Rcode::kServFail), "SERVFAIL");
  EXPECT_EQ(ToText(Rcode::kBadVers), "BADVERS");
  EXPECT_EQ(ToText(static_cast<Rcode>(3000)), "RCODE3000");
}

}  // namespace
}  // namespace tern::wire
