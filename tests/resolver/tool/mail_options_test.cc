#include "resolver/tool/mail_options.h"

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

using Words = std::vector<std::string>;

std::string MailError(const Words& words) {
  return std::string(ParseMailOptions(words, "").status().message());
}

TEST(MailOptionsTest, TakesOneDomainAndTheFirstNameServer) {
  const auto options = ParseMailOptions(Words{"example.com"}, "nameserver 192.0.2.1\n");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->names.size(), 1u);
  EXPECT_EQ(options->server.ToText(), "192.0.2.1:53");
  EXPECT_EQ(options->timeout, kMailTimeout);
  EXPECT_FALSE(options->check_lists);
  EXPECT_EQ(MailError({}), "expected a domain");
  EXPECT_EQ(MailError({"a", "b"}), "expected one domain, found also \"b\"");
  EXPECT_EQ(MailError({"192.0.2.1"}), "expected a domain name, found the address \"192.0.2.1\"");
}

TEST(MailOptionsTest, OfAMailAddressTheDomainCounts) {
  for (const char* address : {"bob@example.com", "\"a@b\"@example.com", "@example.com"}) {
    const auto options = ParseMailOptions(Words{address}, "");
    ASSERT_TRUE(options.ok()) << address << options.status();
    EXPECT_EQ(wire::ToText(options->names[0]), "example.com.") << address;
  }
  EXPECT_FALSE(ParseMailOptions(Words{"bob@"}, "").ok());
}

TEST(MailOptionsTest, TakesSeveralBlockLists) {
  const auto options = ParseMailOptions(
      Words{"--check-lists", "a", "b", "--server", "127.0.0.1:5353", "--timeout=3s"}, "");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_TRUE(options->check_lists);
  EXPECT_EQ(options->names.size(), 2u);
  EXPECT_EQ(options->server.port, 5353);
  EXPECT_EQ(options->timeout, std::chrono::seconds(3));
  // Without zones ternd is asked for those of its configuration.
  EXPECT_TRUE(ParseMailOptions(Words{"--check-lists"}, "")->names.empty());
  Words many(33, "a");
  many.push_back("--check-lists");
  EXPECT_EQ(MailError(many), "expected at most 32 block lists");
}

TEST(MailOptionsTest, DoctorTakesPathsAndLists) {
  const auto options = ParseDoctorOptions(
      Words{"--resolv-conf", "/r", "--chroot-copy", "/c", "--list", "a", "--list", "b", "--json"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->resolv_conf, "/r");
  EXPECT_EQ(options->chroot_copy, "/c");
  EXPECT_EQ(options->lists.size(), 2u);
  EXPECT_FALSE(options->server);
  EXPECT_TRUE(options->json);
  EXPECT_FALSE(ParseDoctorOptions(Words{"--list", "a..b"}).ok());
  EXPECT_FALSE(ParseDoctorOptions(Words{"--server", "x"}).ok());
}

}  // namespace
}  // namespace tern::resolver::tool
