#include "resolver/tool/why_json.h"

#include "gtest/gtest.h"
#include "tests/resolver/tool/lookup_samples.h"

namespace tern::resolver::tool {
namespace {

TEST(WhyJsonTest, TheJsonHasTheVerdictAndTheDecidingLink) {
  LookupReply reply;
  reply.rcode = wire::Rcode::kServFail;
  const std::string json = WhyJson(Options("www.a.", wire::RRType::kA), reply, SampleChain());
  for (const char* part : {R"("verdict":"bogus","exit":3,"status":"SERVFAIL")",
                           R"("link":{"question":"a. DNSKEY","security":"bogus")",
                           R"("chain":[{"question":"a. DS")"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  }
}

TEST(WhyJsonTest, TheTimesOfASignatureAreNumbers) {
  const std::string json =
      WhyJson(Options("www.a.", wire::RRType::kA), LookupReply(), SampleChain());
  EXPECT_NE(json.find(R"("outcome":"bogus: expired","signature_inception":1690000000,)"
                      R"("signature_expiration":1699000000})"),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace tern::resolver::tool
