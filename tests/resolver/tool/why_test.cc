#include "resolver/tool/why.h"

#include "gtest/gtest.h"
#include "tests/resolver/tool/lookup_samples.h"

namespace tern::resolver::tool {
namespace {

TEST(WhyTest, TheTextNamesTheBrokenLinkWithoutTouchingTheTerminal) {
  LookupReply reply;
  reply.rcode = wire::Rcode::kServFail;
  EXPECT_EQ(WhyText(Options("www.a.", wire::RRType::kA), reply, SampleChain()),
            "name    www.a. A\n"
            "chain\n"
            "  a. DS: secure: DS of key 1\n"
            "  a. DNSKEY: bogus: no DNSKEY\\x1b, from 192.0.2.1:53\n"
            "  b. A: bogus: expired\n"
            "verdict bogus, SERVFAIL\n"
            "broken  a. DNSKEY: no DNSKEY of a. matches its DS 1\n"
            "said by 192.0.2.1:53\n");
}

TEST(WhyTest, TheExitStatusTellsTheVerdict) {
  ChainOfTrust chain;
  EXPECT_EQ(static_cast<int>(ExitOf(chain)), 4);
  chain.verdict = Verdict::kSecure;
  EXPECT_EQ(static_cast<int>(ExitOf(chain)), 0);
  chain.verdict = Verdict::kInsecure;
  EXPECT_EQ(static_cast<int>(ExitOf(chain)), 1);
  chain.verdict = Verdict::kBogus;
  EXPECT_EQ(static_cast<int>(ExitOf(chain)), 3);
}

TEST(WhyTest, AReplayIsAskedFor) {
  const std::vector<std::string> words = {"www.example.com", "MX"};
  const auto options = ParseWhyOptions(words, "nameserver 127.0.0.7\n");
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->trace && options->replay);
  EXPECT_EQ(options->type, wire::RRType::kMX);
  EXPECT_EQ(options->server.ToText(), "127.0.0.7:53");
  EXPECT_FALSE(ParseWhyOptions(std::vector<std::string>{}, "").ok());
}

}  // namespace
}  // namespace tern::resolver::tool
