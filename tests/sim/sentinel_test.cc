// Root key sentinels (RFC 8509), as a client sees them.
#include "gtest/gtest.h"
#include "resolver/base/dnssec_settings.h"
#include "tests/sim/signed_tlds.h"
#include "wire/concat.h"
#include "wire/dnssec_records.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kSentinels = "*          300 A     198.51.100.1\n";

class RootKeySentinelTest : public testing::Test {
 protected:
  RootKeySentinelTest() : internet_({.seed = 10}) {
    internet_.AddSigned("example.com.", "192.0.2.45", kSentinels);
    internet_.AddUnsigned("plain.com.", "192.0.2.46", kSentinels);
    internet_.Start();
    tag_ = wire::ReadDs(internet_.settings().dnssec.anchors[0].ds[0])->key_tag;
  }

  // `says`: is or not.
  std::string NameOfSentinel(std::string_view says, int tag, std::string_view zone) const {
    std::string digits = std::to_string(tag);
    digits.insert(0, 5 - digits.size(), '0');
    return Concat("root-key-sentinel-", says, "-ta-", digits, ".", zone);
  }
  // The same of the network and of the cache.
  Rcode Ask(std::string_view name, RRType type = RRType::kA, uint16_t flags = wire::kFlagRD) {
    const Rcode first = internet_.Lookup(name, type, {.flags = flags}).rcode;
    EXPECT_EQ(internet_.Lookup(name, type, {.dnssec_ok = false, .flags = flags}).rcode, first);
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << name;
    return first;
  }

  SignedTlds internet_;
  int tag_ = 0;
};

TEST_F(RootKeySentinelTest, TellsWhetherAKeyIsTrusted) {
  const int other = tag_ == 1 ? 2 : 1;
  EXPECT_EQ(Ask(NameOfSentinel("is", tag_, "example.com.")), Rcode::kNoError);
  EXPECT_EQ(Ask(NameOfSentinel("not", tag_, "example.com.")), Rcode::kServFail);
  EXPECT_EQ(Ask(NameOfSentinel("is", other, "example.com.")), Rcode::kServFail);
  EXPECT_EQ(Ask(NameOfSentinel("not", other, "example.com.")), Rcode::kNoError);
}

TEST_F(RootKeySentinelTest, ChangesNothingElse) {
  const std::string wrong = NameOfSentinel("not", tag_, "example.com.");
  EXPECT_EQ(Ask(wrong, RRType::kTXT), Rcode::kNoError);
  EXPECT_EQ(Ask(wrong, RRType::kA, wire::kFlagRD | wire::kFlagCD), Rcode::kNoError);
  EXPECT_EQ(Ask(NameOfSentinel("not", tag_, "plain.com.")), Rcode::kNoError);
}

}  // namespace
}  // namespace tern::sim
