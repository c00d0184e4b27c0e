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

}  // namespace
}  // namespace tern::resolver::tool
