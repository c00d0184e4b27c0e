#include "resolver/daemon/changed_names.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {
namespace {

config::Settings ParsedSettings(const std::string& text) {
  auto settings = config::ParseConfig(text, "tern.yaml");
  EXPECT_TRUE(settings.ok()) << text << ": " << settings.status();
  return *std::move(settings);
}

std::string TextOfChanged(const std::string& here, const std::string& there) {
  std::vector<std::string> names;
  for (const wire::Name& name : ChangedNames(ParsedSettings(here), ParsedSettings(there))) {
    names.push_back(wire::ToText(name));
  }
  std::ranges::sort(names);
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

constexpr const char* kForward = "forward: [{zone: corp.test, to: [\"10.0.0.1:53\"]}]";

TEST(ChangedNamesTest, NothingChangesUnderTheSameSettings) {
  for (const char* text : {"workers: 1", kForward, "dnssec: {validation: false}"}) {
    EXPECT_EQ(TextOfChanged(text, text), "") << text;
  }
  EXPECT_EQ(TextOfChanged("workers: 1", "workers: 2"), "");
}

TEST(ChangedNamesTest, AZoneThatOnlyOneHasOrThatDiffers) {
  EXPECT_EQ(TextOfChanged(kForward, "workers: 1"), "corp.test. ");
  EXPECT_EQ(TextOfChanged("workers: 1", kForward), "corp.test. ");
  for (const char* other : {"forward: [{zone: corp.test, to: [\"10.0.0.2:53\"]}]",
                            "forward: [{zone: corp.test, to: [\"10.0.0.1:53\"], first: true}]",
                            "forward: [{zone: corp.test, to: [\"10.0.0.1:53\"], validate: true}]",
                            "stub: [{zone: corp.test, to: [\"10.0.0.1:53\"]}]"}) {
    EXPECT_EQ(TextOfChanged(kForward, other), "corp.test. corp.test. ") << other;
  }
  EXPECT_EQ(TextOfChanged(kForward, "forward: [{zone: CORP.test, to: [\"10.0.0.1:53\"]}]"), "");
  // A zone below another one, and the order of the two.
  const std::string below = "{zone: a.corp.test, to: [\"10.0.0.1:53\"]}";
  const std::string above = "{zone: corp.test, to: [\"10.0.0.1:53\"]}";
  EXPECT_EQ(TextOfChanged("forward: [" + below + "]", "forward: [" + above + "]"),
            "a.corp.test. corp.test. ");
  EXPECT_EQ(TextOfChanged("forward: [" + below + ", " + above + "]",
                          "forward: [" + above + ", " + below + "]"),
            "");
}

TEST(ChangedNamesTest, ABlockListThatOnlyOneHas) {
  EXPECT_EQ(TextOfChanged("mail: {dnsbl: [{zone: zen.test}]}", "workers: 1"), "zen.test. ");
  EXPECT_EQ(TextOfChanged("workers: 1", "mail: {dnsbl: [{zone: zen.test}]}"), "zen.test. ");
}

TEST(ChangedNamesTest, OtherValidationChangesAllNames) {
  EXPECT_EQ(TextOfChanged("dnssec: {validation: false}", "dnssec: {validation: true}"), ". . ");
  EXPECT_EQ(TextOfChanged("dnssec: {sha1: false}", "dnssec: {sha1: true}"), ". . ");
  EXPECT_EQ(TextOfChanged("dnssec: {validation: false, sha1: false}",
                          "dnssec: {validation: false, sha1: true}"),
            "");
}

TEST(ChangedNamesTest, ATrustAnchorThatOnlyOneHas) {
  const config::Settings here = config::DefaultSettings();
  config::Settings there = here;
  there.dnssec.anchors.front().ds.pop_back();
  EXPECT_EQ(ChangedNames(here, there).size(), 2u);  // the anchor as it was and as it is
}

}  // namespace
}  // namespace tern::resolver::daemon
