// The trust anchors change while the resolver runs, perhaps while a question is under way.
#include <chrono>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/base/dnssec_settings.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr std::string_view kChangedZone = "192.0.2.20";   // serves example.com.
constexpr std::string_view kChangedPlain = "192.0.2.21";  // serves plain.com.
constexpr std::string_view kChangedRecords = "www 300 A 198.51.100.1\n";

// What a name has when the anchors have changed to one that no key matches, and the store was
// emptied.
PlainMessage LookupUnderWrongAnchors(SignedTlds* internet, std::string_view name,
                                     bool forgets = true) {
  internet->settings().dnssec.anchors = {resolver::RootAnchor()};
  internet->resolver().Reconfigure(internet->settings());
  internet->world().RunFor(std::chrono::seconds(20));
  internet->resolver().store().EraseIf([&](cache::EntryView) { return forgets; });
  return internet->Lookup(name, RRType::kA);
}

TEST(AnchorChangeTest, KeysAndInsecureZonesAreForgottenWhenTheAnchorsChange) {
  for (const std::string_view name : {"www.example.com.", "www.plain.com."}) {
    SignedTlds internet({.seed = 6});
    internet.AddSigned("example.com.", kChangedZone, kChangedRecords);
    internet.AddUnsigned("plain.com.", kChangedPlain, "www 300 A 198.51.100.5\n");
    internet.Start();
    EXPECT_EQ(internet.Lookup(name, RRType::kA).rcode, Rcode::kNoError);
    EXPECT_EQ(LookupUnderWrongAnchors(&internet, name).rcode, Rcode::kServFail) << name;
  }
}

// Whenever the anchors change while a question is under way.
TEST(AnchorChangeTest, AQuestionThatBeganBeforeTheAnchorsChangedLeavesNothingBehind) {
  for (const std::string_view name : {"www.example.com.", "www.plain.com."}) {
    for (int wait = 0; wait < 400; wait += 4) {
      SignedTlds internet({.seed = 7});
      internet.AddSigned("example.com.", kChangedZone, kChangedRecords);
      internet.AddUnsigned("plain.com.", kChangedPlain, "www 300 A 198.51.100.5\n");
      internet.Start();
      internet.world().AskDatagram(MakeQuery(7, name, RRType::kA).Encode());
      internet.world().RunFor(std::chrono::milliseconds(wait));
      EXPECT_EQ(LookupUnderWrongAnchors(&internet, name).rcode, Rcode::kServFail)
          << name << " after " << wait << " ms";
    }
  }
}

// The daemon erases what is known when the anchors change, but what is under way goes on.
TEST(AnchorChangeTest, AQuestionThatBeganBeforeTheAnchorsChangedMakesNothingSecure) {
  for (int wait = 0; wait < 400; wait += 4) {
    SignedTlds internet({.seed = 7});
    internet.AddSigned("example.com.", kChangedZone, kChangedRecords);
    internet.Start();
    internet.world().AskDatagram(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    internet.world().RunFor(std::chrono::milliseconds(wait));
    internet.resolver().store().EraseIf([](cache::EntryView) { return true; });
    (void)LookupUnderWrongAnchors(&internet, "example.com.", /*forgets=*/false);
    size_t secure = 0;
    internet.resolver().store().EraseIf([&secure](cache::EntryView entry) {
      secure += entry.security() == cache::Security::kSecure;
      return false;
    });
    EXPECT_EQ(secure, 0u) << wait;
  }
}

// The same from the client's side: it gets what the anchors of this moment say, and no failure.
TEST(AnchorChangeTest, AQuestionUnderWayGoesOnWithTheAnchorsThatAreInForceNow) {
  const auto ask = [](int wait, auto change_before, auto change_after) {
    SignedTlds internet({.seed = 7});
    internet.AddSigned("example.com.", kChangedZone, kChangedRecords);
    internet.Start();
    change_before(&internet.settings().dnssec);
    internet.Restart();
    const ClientQueryId id =
        internet.world().AskDatagram(MakeQuery(7, "www.example.com.", RRType::kA).Encode());
    internet.world().RunFor(std::chrono::milliseconds(wait));
    if (internet.world().client_query(id).Message()) return PlainMessage();
    change_after(&internet.settings().dnssec);
    internet.resolver().Reconfigure(internet.settings());
    internet.world().RunFor(std::chrono::seconds(10));
    return internet.world().client_query(id).Message().value_or(PlainMessage());
  };
  using Settings = resolver::config::DnssecSettings;
  const std::vector<resolver::TrustAnchor> wrong = {resolver::RootAnchor()};
  std::vector<resolver::TrustAnchor> right;
  const auto to_wrong = [&](Settings* settings) {
    right = settings->anchors;
    settings->anchors = wrong;
  };
  const auto to_right = [&](Settings* settings) { settings->anchors = right; };
  const auto more = [&](Settings* settings) { settings->anchors[0].ds.push_back(wrong[0].ds[0]); };
  for (int wait = 0; wait < 400; wait += 4) {
    const PlainMessage mended = ask(wait, to_wrong, to_right);
    EXPECT_EQ(mended.rcode, Rcode::kNoError) << wait << mended.ToText();
    const PlainMessage more_keys = ask(
        wait, [](Settings*) {}, more);
    EXPECT_EQ(more_keys.rcode, Rcode::kNoError) << wait << more_keys.ToText();
  }
}

}  // namespace
}  // namespace tern::sim
