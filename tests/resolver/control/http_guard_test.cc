#include "resolver/control/http_guard.h"

#include <vector>

#include "gtest/gtest.h"

namespace tern::resolver::control {
namespace {

const std::vector<std::string> kNames = {"tern.example"};

TEST(HttpGuardTest, AddressesLocalhostAndAllowedNamesAreOurs) {
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:9530", "192.0.2.1:80", "[::1]", "[::1]:9530", "localhost",
        "LOCALHOST:9530", "localhost.", "tern.example:9530", "Tern.Example"}) {
    EXPECT_TRUE(IsOurHost(host, kNames)) << host;
  }
}

TEST(HttpGuardTest, OtherHostsAreNot) {
  for (const char* host :
       {"", "rebound.example", "rebound.example:9530", "tern.example.evil", "127.0.0.1.evil",
        "localhost.evil", "[::1", "[::1]evil", "[::1]:x", "127.0.0.1:evil", "127.0.0.1:80:evil",
        "tern.example/", "user@localhost", " localhost", "[rebound.example]", "0x7f.1"}) {
    EXPECT_FALSE(IsOurHost(host, kNames)) << host;
  }
  EXPECT_FALSE(IsOurHost("tern.example", {}));
}

TEST(HttpGuardTest, OnlyTheWholeTokenCounts) {
  const std::string_view token = "0123456789abcdef";
  EXPECT_TRUE(HasToken("Bearer 0123456789abcdef", token));
  EXPECT_TRUE(HasToken("bearer 0123456789abcdef", token));
  for (const char* sent :
       {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeX",
        "Bearer 0123456789abcdefg", "Bearer X123456789abcdef", "Basic 0123456789abcdef",
        "0123456789abcdef", "Bearer 0123456789ABCDEF"}) {
    EXPECT_FALSE(HasToken(sent, token)) << sent;
  }
}

TEST(HttpGuardTest, OurPageIsKnownByAHeaderThatOthersMayNotSend) {
  EXPECT_TRUE(IsFromOurPage("1", ""));  // a program, or an old browser
  EXPECT_TRUE(IsFromOurPage("1", "same-origin"));
  EXPECT_FALSE(IsFromOurPage("", ""));
  EXPECT_FALSE(IsFromOurPage("", "same-origin"));
  for (const char* site : {"cross-site", "same-site", "none", "Same-Origin"}) {
    EXPECT_FALSE(IsFromOurPage("1", site)) << site;
  }
}

}  // namespace
}  // namespace tern::resolver::control
