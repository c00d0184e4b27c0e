// Signatures for clients that validate themselves (DO), while this resolver does not.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"

namespace tern::sim {
namespace {

using wire::Rcode;
using wire::RRType;

constexpr SignedTlds::How kPlain = {.dnssec_ok = false};
constexpr SignedTlds::How kWithDo = {};

bool HasType(const std::vector<PlainRecord>& section, RRType type) {
  return std::any_of(section.begin(), section.end(),
                     [type](const PlainRecord& record) { return record.type == type; });
}

bool HasSignatures(const PlainMessage& answer) {
  return HasType(answer.answer, RRType::kRRSIG) || HasType(answer.authority, RRType::kRRSIG);
}

class ClientSignaturesTest : public testing::Test {
 protected:
  ClientSignaturesTest() : internet_({.seed = 13}) {
    internet_.SetValidation(resolver::Validation::kOff);
    internet_.AddSigned("example.com.", "192.0.2.20",
                        "www 300 A 198.51.100.1\nalias 300 CNAME www\nold 600 DNAME new\n"
                        "x.new 300 A 198.51.100.4\n*.wild 300 A 198.51.100.5\n");
    internet_.Start();
  }

  // How many of the upstream queries since then had DO.
  size_t QueriesWithDo() {
    const auto& queries = internet_.world().upstream();
    return static_cast<size_t>(
        std::count_if(queries.end() - static_cast<ptrdiff_t>(internet_.last_upstream_queries()),
                      queries.end(), [](const UpstreamQuery& query) { return query.dnssec_ok; }));
  }

  SignedTlds internet_;
};

constexpr std::string_view kNamesWithDo[] = {
    "www.example.com.",     "alias.example.com.", "x.old.example.com.",      "x.wild.example.com.",
    "nothing.example.com.", "old.example.com.",   "a.b.nothing.example.com."};

TEST_F(ClientSignaturesTest, ServersAreAskedForThemOnlyIfAClientIs) {
  for (const std::string_view name : kNamesWithDo) {
    const PlainMessage answer = internet_.Lookup(name, RRType::kA, kPlain);
    EXPECT_NE(answer.rcode, Rcode::kServFail) << name;
    EXPECT_FALSE(HasSignatures(answer)) << answer.ToText();
    EXPECT_EQ(QueriesWithDo(), 0u) << name;
  }
  internet_.Restart();
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA, kWithDo);
  EXPECT_TRUE(HasSignatures(answer)) << answer.ToText();
  EXPECT_GE(QueriesWithDo(), 3u);  // of the root, com. and example.com.
}

TEST_F(ClientSignaturesTest, WhatCameWithoutThemIsAskedForOnceMore) {
  for (const std::string_view name : kNamesWithDo) {
    const PlainMessage before = internet_.Lookup(name, RRType::kA, kPlain);
    const PlainMessage first = internet_.Lookup(name, RRType::kA, kWithDo);
    EXPECT_EQ(first.rcode, before.rcode) << name;
    EXPECT_TRUE(HasSignatures(first)) << name << first.ToText();
    EXPECT_FALSE(first.Has(wire::kFlagAD));
    const PlainMessage again = internet_.Lookup(name, RRType::kA, kWithDo);
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << name;
    EXPECT_TRUE(HasSignatures(again)) << name << again.ToText();
    if (again.rcode == Rcode::kNXDomain) {
      EXPECT_TRUE(HasType(again.authority, RRType::kNSEC)) << again.ToText();
    }
    // The others are answered from the same entry.
    const PlainMessage plain = internet_.Lookup(name, RRType::kA, kPlain);
    EXPECT_EQ(internet_.last_upstream_queries(), 0u) << name;
    EXPECT_EQ(plain.rcode, before.rcode) << name;
    EXPECT_FALSE(HasSignatures(plain)) << name << plain.ToText();
  }
}

TEST_F(ClientSignaturesTest, AClientThatWantsNoRecursionGetsWhatIsThere) {
  (void)internet_.Lookup("www.example.com.", RRType::kA, kPlain);
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA, {.flags = 0});
  EXPECT_TRUE(HasType(answer.answer, RRType::kA)) << answer.ToText();
  EXPECT_EQ(internet_.last_upstream_queries(), 0u);
}

TEST_F(ClientSignaturesTest, AClientWithDoDoesNotJoinAQuestionWithout) {
  SimWorld& world = internet_.world();
  const ClientQueryId plain = world.AskDatagram([] {
    PlainMessage query = MakeQuery(1, "www.example.com.", RRType::kA);
    query.edns->dnssec_ok = false;
    return query.Encode();
  }());
  world.RunFor(std::chrono::milliseconds(1));
  const PlainMessage answer = internet_.Lookup("www.example.com.", RRType::kA, kWithDo);
  EXPECT_TRUE(HasSignatures(answer)) << answer.ToText();
  world.RunFor(std::chrono::seconds(1));
  EXPECT_FALSE(HasSignatures(*world.client_query(plain).Message()));
}

}  // namespace
}  // namespace tern::sim
