#include "resolver/tool/chain_of_trust.h"

#include "gtest/gtest.h"

namespace tern::resolver::tool {
namespace {

constexpr char kStart[] = R"({"kind":"start","question":"www.a. A"})"
                          "\n";
constexpr char kReply[] = R"({"kind":"reply","question":"a. DNSKEY","server":"192.0.2.1:53"})"
                          "\n";
constexpr char kSecureDs[] = R"({"kind":"trust","zone":".","question":"a. DS",)"
                             R"("outcome":"secure: DS of key 1","security":"secure"})"
                             "\n";
constexpr char kBadKeys[] = R"({"kind":"trust","zone":"a.","question":"a. DNSKEY",)"
                            R"("outcome":"bogus: no such key","security":"bogus"})"
                            "\n";
constexpr char kBadPart[] = R"({"kind":"validate","question":"www.a. A",)"
                            R"("outcome":"bogus: no such key","security":"bogus"})"
                            "\n";
constexpr char kNoDs[] = R"({"kind":"trust","zone":".","question":"a. DS",)"
                         R"("outcome":"insecure: . proves that there is no DS",)"
                         R"("security":"insecure"})"
                         "\n";
constexpr char kRetry[] = R"({"kind":"retry","question":"www.a. A"})"
                          "\n";
constexpr char kGoodPart[] = R"({"kind":"validate","question":"www.a. A",)"
                             R"("outcome":"secure","security":"secure"})"
                             "\n";

LookupReply Reply(wire::Rcode rcode, std::initializer_list<const char*> lines, bool ad = false) {
  LookupReply reply;
  reply.rcode = rcode;
  if (ad) reply.flags = {"ad"};
  reply.trace = "";
  for (const char* line : lines) *reply.trace += line;
  return reply;
}

TEST(ChainOfTrustTest, TheFirstBrokenLinkDecidesAndTellsItsServer) {
  const ChainOfTrust chain =
      ReadChain(Reply(wire::Rcode::kServFail, {kStart, kSecureDs, kReply, kBadKeys, kBadPart}));
  EXPECT_EQ(chain.verdict, Verdict::kBogus);
  EXPECT_EQ(chain.deciding, 1);
  EXPECT_EQ(chain.reason, "no such key");
  ASSERT_EQ(chain.links.size(), 3u);
  EXPECT_EQ(chain.links[1].server, "192.0.2.1:53");
  EXPECT_EQ(chain.links[0].server, "");
}

constexpr char kNoKeys[] = R"({"kind":"trust","zone":"a.","question":"a. DNSKEY",)"
                           R"("outcome":"unknown: its servers fail","security":"unknown"})"
                           "\n";

TEST(ChainOfTrustTest, AnOutageIsNotBogus) {
  const ChainOfTrust chain =
      ReadChain(Reply(wire::Rcode::kServFail, {kStart, kSecureDs, kReply, kNoKeys}));
  EXPECT_EQ(chain.verdict, Verdict::kIndeterminate);
  EXPECT_EQ(chain.deciding, 1);
  EXPECT_EQ(chain.reason, "its servers fail");
  // Another part may be broken all the same.
  EXPECT_EQ(ReadChain(Reply(wire::Rcode::kServFail, {kStart, kNoKeys, kBadKeys})).verdict,
            Verdict::kBogus);
  EXPECT_EQ(ReadChain(Reply(wire::Rcode::kNoError, {kStart, kNoKeys}, /*ad=*/true)).verdict,
            Verdict::kSecure);
}

TEST(ChainOfTrustTest, ALinkHasTheTimesOfItsSignature) {
  constexpr char kExpired[] = R"({"kind":"validate","question":"www.a. A","security":"bogus",)"
                              R"("signature_inception":7,"signature_expiration":4294967295})"
                              "\n";
  constexpr char kStrange[] = R"({"kind":"validate","question":"b. A","security":"bogus",)"
                              R"("signature_inception":-1,"signature_expiration":"soon"})"
                              "\n";
  const ChainOfTrust chain = ReadChain(Reply(wire::Rcode::kServFail, {kStart, kExpired, kStrange}));
  ASSERT_EQ(chain.links.size(), 2u);
  EXPECT_EQ(chain.links[0].signature_inception, 7u);
  EXPECT_EQ(chain.links[0].signature_expiration, 4294967295u);
  EXPECT_EQ(chain.links[1].signature_inception, 0u);
  EXPECT_EQ(chain.links[1].signature_expiration, 0u);
}

TEST(ChainOfTrustTest, WhatIsAnsweredInLogModeIsBogusAllTheSame) {
  EXPECT_EQ(ReadChain(Reply(wire::Rcode::kNoError, {kStart, kBadKeys, kBadPart})).verdict,
            Verdict::kBogus);
}

TEST(ChainOfTrustTest, WhatAnotherServerSaidCounts) {
  const ChainOfTrust chain =
      ReadChain(Reply(wire::Rcode::kNoError, {kStart, kBadPart, kRetry, kGoodPart}, /*ad=*/true));
  EXPECT_EQ(chain.verdict, Verdict::kSecure);
  EXPECT_EQ(chain.links.size(), 1u);
}

TEST(ChainOfTrustTest, TheUnsignedDelegationIsTheReason) {
  const ChainOfTrust chain = ReadChain(Reply(wire::Rcode::kNXDomain, {kStart, kNoDs}));
  EXPECT_EQ(chain.verdict, Verdict::kInsecure);
  EXPECT_EQ(chain.reason, ". proves that there is no DS");
}

TEST(ChainOfTrustTest, WhatWasNotValidatedIsIndeterminate) {
  EXPECT_EQ(ReadChain(LookupReply()).verdict, Verdict::kIndeterminate);
  EXPECT_EQ(ReadChain(LookupReply()).reason, kNoTrace);
  LookupReply failed = Reply(wire::Rcode::kServFail, {kStart, kSecureDs});
  failed.extended_errors = {{22, "no name server of the zone gave an answer of use"}};
  EXPECT_EQ(ReadChain(failed).verdict, Verdict::kIndeterminate);
  EXPECT_EQ(ReadChain(failed).reason, "no name server of the zone gave an answer of use");
}

}  // namespace
}  // namespace tern::resolver::tool
