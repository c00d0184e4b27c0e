#include "resolver/daemon/cache_facts.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/config/config.h"
#include "resolver/config/exempt_zones.h"

namespace tern::resolver::daemon {
namespace {

config::Settings ParseFacts(const std::string& text) {
  auto settings = config::ParseConfig(text, "tern.yaml");
  EXPECT_TRUE(settings.ok()) << text;
  return *std::move(settings);
}

uint64_t FactsOf(const config::Settings& settings, int64_t now = 0) {
  ValidationSettings in_force = config::CoreSettingsOf(settings).dnssec;
  in_force.negative_anchors = config::ExemptZonesAt(
      settings.dnssec.negative_trust_anchors, settings.static_zones, settings.dnssec.anchors, now);
  return CacheFacts(settings, in_force);
}

TEST(CacheFactsTest, OtherServersAndOtherKeysAreOtherFacts) {
  const uint64_t plain = FactsOf(config::DefaultSettings());
  std::vector<uint64_t> seen = {plain};
  for (const char* text : {
           "dnssec: {validation: false}",
           "dnssec: {validation: log}",
           "dnssec: {negative_trust_anchors: [broken.test]}",
           "dnssec: {negative_trust_anchors: [broken.test, other.test]}",
           "dnssec: {sha1: false}",
           "resolution: {upstream_port: 5300}",
           "forward: [{zone: corp.test, to: [\"10.0.0.1:53\"]}]",
           "forward: [{zone: corp.test, to: [\"10.0.0.2:53\"]}]",
           "forward: [{zone: corp.test, to: [\"10.0.0.1:53\", \"10.0.0.2:53\"]}]",
           "forward: [{zone: corp.test, to: [\"10.0.0.1:53\"], first: true}]",
           "stub: [{zone: corp.test, to: [\"10.0.0.1:53\"]}]",
           "mail: {dnsbl: [{zone: zen.test}]}",
       }) {
    const uint64_t facts = FactsOf(ParseFacts(text));
    for (const uint64_t other : seen) EXPECT_NE(facts, other) << text;
    seen.push_back(facts);
  }
  config::Settings other_root = config::DefaultSettings();
  other_root.resolution.root_hints.pop_back();
  EXPECT_NE(FactsOf(other_root), plain);
  config::Settings other_key = config::DefaultSettings();
  other_key.dnssec.anchors.front().ds.pop_back();
  EXPECT_NE(FactsOf(other_key), plain);
}

// What was learnt below it was not validated.
TEST(CacheFactsTest, NegativeAnchorThatHasEndedIsAnotherFact) {
  config::Settings settings = config::DefaultSettings();
  settings.dnssec.negative_trust_anchors.emplace_back();
  settings.dnssec.negative_trust_anchors.back().zone = settings.resolution.root_hints[0].server;
  settings.dnssec.negative_trust_anchors.back().until = 100;
  EXPECT_NE(FactsOf(settings, 99), FactsOf(settings, 101));
}

TEST(CacheFactsTest, WhatOnlyClientsFeelIsNoFact) {
  const uint64_t plain = FactsOf(config::DefaultSettings());
  for (const char* text : {"cache: {memory: 1GiB, max_ttl: 1h}", "workers: 3",
                           "access: {allow: [\"0.0.0.0/0\"]}", "listen: [\"127.0.0.1:5300\"]"}) {
    EXPECT_EQ(FactsOf(ParseFacts(text)), plain) << text;
  }
}

}  // namespace
}  // namespace tern::resolver::daemon
