#include "resolver/policy/name_source.h"

#include <memory>

#include "gtest/gtest.h"
#include "resolver/policy/local_data_build.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::policy {
namespace {

using wire::RRType;

wire::Name N(std::string_view text) { return *wire::ParseName(text); }

class NameSourceTest : public testing::Test {
 protected:
  NameSourceTest() {
    std::vector<StaticZone> zones(2);
    zones[0].zone = N("stub.example.");
    zones[1].zone = N("forward.example.");
    zones[1].forward = true;
    settings_ = CoreSettings(ResolutionSettings(), CacheSettings(), zones);
    local_ = *BuildLocalData({.special_names = true, .hosts_file = ""}, zones);
  }
  bool HaveOneSource(std::string_view name, std::string_view other) const {
    const wire::Name asked = N(name);
    return NameSource(settings_, *local_, asked).IsSourceOf(N(other));
  }

  CoreSettings settings_;
  std::unique_ptr<const LocalData> local_;
};

TEST_F(NameSourceTest, NamesOfOneZoneHaveOneSource) {
  EXPECT_TRUE(HaveOneSource("www.example.", "elsewhere.test-of-public."));
  EXPECT_TRUE(HaveOneSource("a.stub.example.", "b.a.stub.example."));
  EXPECT_TRUE(HaveOneSource("a.forward.example.", "forward.example."));
}

TEST_F(NameSourceTest, StaticZonesAndThePublicTreeAreSourcesApart) {
  EXPECT_FALSE(HaveOneSource("www.example.", "a.stub.example."));
  EXPECT_FALSE(HaveOneSource("a.stub.example.", "www.example."));
  EXPECT_FALSE(HaveOneSource("a.stub.example.", "a.forward.example."));
}

TEST_F(NameSourceTest, NoServerIsTheSourceOfALocalName) {
  EXPECT_FALSE(HaveOneSource("www.example.", "localhost."));
  EXPECT_FALSE(HaveOneSource("www.example.", "x.localhost."));
}

TEST_F(NameSourceTest, DsIsAskedAtParentButOfForwardersInTheZoneItself) {
  EXPECT_TRUE(IsAskedAtParent(settings_, N("www.example."), RRType::kDS));
  EXPECT_TRUE(IsAskedAtParent(settings_, N("stub.example."), RRType::kDS));
  EXPECT_FALSE(IsAskedAtParent(settings_, N("forward.example."), RRType::kDS));
  EXPECT_FALSE(IsAskedAtParent(settings_, N("stub.example."), RRType::kA));
}

TEST_F(NameSourceTest, OnlyDsAtTheApexIsTheDsOfAStubZone) {
  EXPECT_TRUE(IsDsOfStubZone(settings_, N("stub.example."), RRType::kDS));
  EXPECT_FALSE(IsDsOfStubZone(settings_, N("a.stub.example."), RRType::kDS));
  EXPECT_FALSE(IsDsOfStubZone(settings_, N("stub.example."), RRType::kSOA));
  EXPECT_FALSE(IsDsOfStubZone(settings_, N("forward.example."), RRType::kDS));
}

TEST_F(NameSourceTest, AForwardersDenialSaysNothingOfNamesBelow) {
  EXPECT_TRUE(DeniesBelow(settings_, N("www.example.")));
  EXPECT_TRUE(DeniesBelow(settings_, N("a.stub.example.")));
  EXPECT_FALSE(DeniesBelow(settings_, N("a.forward.example.")));
}

}  // namespace
}  // namespace tern::resolver::policy
