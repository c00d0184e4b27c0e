#include "resolver/answer/sentinel.h"

#include "gtest/gtest.h"
#include "wire/message.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::answer {
namespace {

using wire::RRType;

// By the anchors of the root, whose tags are 20326 and 38696.
bool Fails(const char* text, RRType type = RRType::kA, uint16_t flags = wire::kFlagRD) {
  const wire::Name name = *wire::ParseName(text);
  Request request;
  request.name = name;
  request.type = type;
  request.flags = flags;
  const TrustAnchor anchors[] = {RootAnchor()};
  return FailsAsSentinel(request, anchors);
}

TEST(SentinelTest, FailsWhenWhatItSaysIsWrong) {
  EXPECT_FALSE(Fails("root-key-sentinel-is-ta-20326.example."));
  EXPECT_TRUE(Fails("root-key-sentinel-not-ta-20326.example."));
  EXPECT_FALSE(Fails("ROOT-key-sentinel-is-ta-38696.", RRType::kAAAA));
  EXPECT_TRUE(Fails("root-KEY-sentinel-not-ta-38696.", RRType::kAAAA));
  EXPECT_TRUE(Fails("root-key-sentinel-is-ta-00001.example."));
  EXPECT_FALSE(Fails("root-key-sentinel-not-ta-00001.example."));
}

TEST(SentinelTest, OtherNamesTypesAndClientsThatCheckThemselvesAreOrdinary) {
  EXPECT_FALSE(Fails("root-key-sentinel-not-ta-20326.example.", RRType::kTXT));
  EXPECT_FALSE(
      Fails("root-key-sentinel-not-ta-20326.example.", RRType::kA, wire::kFlagRD | wire::kFlagCD));
  EXPECT_FALSE(Fails("www.root-key-sentinel-not-ta-20326.example."));
  EXPECT_FALSE(Fails("root-key-sentinel-is-ta-1.example."));
  EXPECT_FALSE(Fails("root-key-sentinel-is-ta-0000x.example."));
  EXPECT_FALSE(Fails("root-key-sentinel-is-ta-99999.example."));
  EXPECT_FALSE(Fails("root-key-sentinel-in-ta-00001.example."));
  EXPECT_FALSE(Fails("."));
}

// A DNSKEY may be the anchor as well, and anchors of other zones say nothing about the root.
TEST(SentinelTest, TheAnchorsOfTheRootCount) {
  const wire::Name name = *wire::ParseName("root-key-sentinel-is-ta-20326.");
  Request request;
  request.name = name;
  request.type = RRType::kA;
  TrustAnchor anchor = RootAnchor();
  EXPECT_FALSE(FailsAsSentinel(request, std::span(&anchor, 1)));
  anchor.zone = *wire::ParseName("example.");
  EXPECT_TRUE(FailsAsSentinel(request, std::span(&anchor, 1)));
}

}  // namespace
}  // namespace tern::resolver::answer
