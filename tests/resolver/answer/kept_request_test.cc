#include "resolver/answer/kept_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "resolver/answer/hot_path.h"
#include "resolver/answer/question_hash.h"
#include "tests/support/message_making.h"

namespace tern::resolver::answer {
namespace {

using test::N;
using test::Octets;
using test::PlainMessage;
using test::Query;
using wire::RRType;

// Keeps a query that is gone afterwards.
std::unique_ptr<KeptRequest> Keep(Octets query, const policy::ServerCookies* cookies = nullptr) {
  Request request;
  wire::Rcode rcode = wire::Rcode::kNoError;
  EXPECT_EQ(ParseRequest(query, &request, &rcode), RequestVerdict::kResolve);
  if (cookies != nullptr) CheckCookie(*cookies, {{192, 0, 2, 1}, 4}, 1, &request, &rcode);
  auto kept = std::make_unique<KeptRequest>(query, request);
  std::fill(query.begin(), query.end(), uint8_t{0xff});
  return kept;
}

TEST(KeptRequestTest, OutlivesTheQuery) {
  const auto kept = Keep(Query("WwW.example.", RRType::kMX, {.id = 77, .payload_octets = 1400}));
  const Request& request = kept->request();
  EXPECT_EQ(request.id, 77);
  EXPECT_TRUE(request.name.EqualsExactly(N("WwW.example.")));
  EXPECT_EQ(request.type, RRType::kMX);
  EXPECT_TRUE(request.recursion_desired());
  EXPECT_TRUE(request.has_edns);
  EXPECT_EQ(request.edns.payload_octets, 1400);
  EXPECT_EQ(kept->query().size(), request.question_end);
  EXPECT_EQ(wire::LoadU16(kept->query().data()), 77);
}

TEST(KeptRequestTest, TheReplyIsTheOneThatTheQueryWouldHaveGot) {
  const policy::ServerCookies cookies(policy::CookieSecret{});
  PlainMessage message = sim::MakeQuery(1, "www.example.", RRType::kA, 1232);
  message.SetCookie(Octets(kClientCookieOctets, 7));
  const Octets query = message.Encode();
  const auto kept = Keep(query, &cookies);
  EXPECT_EQ(kept->request().cookie.state, CookieState::kNew);

  Request request;
  wire::Rcode rcode = wire::Rcode::kNoError;
  (void)ParseRequest(query, &request, &rcode);
  CheckCookie(cookies, {{192, 0, 2, 1}, 4}, 1, &request, &rcode);
  Octets from_query(1232);
  Octets from_kept(1232);
  AnswerParts parts;
  const test::OwnedEntry entry = test::RRset("www.example. 300 A 192.0.2.1");
  ASSERT_TRUE(parts.Add(entry.view()));
  EXPECT_NE(ComposeReply(query, request, parts, cache::Instant(1000), 0, 1232, from_query), 0u);
  EXPECT_NE(
      ComposeReply(kept->query(), kept->request(), parts, cache::Instant(1000), 0, 1232, from_kept),
      0u);
  EXPECT_EQ(from_query, from_kept);
}

TEST(KeptRequestTest, LeavesOptionsAndTheSentCookieBehind) {
  const policy::ServerCookies cookies(policy::CookieSecret{});
  PlainMessage message = sim::MakeQuery(1, "www.example.", RRType::kA, 1232);
  message.SetCookie(Octets(kClientCookieOctets, 7));
  const auto kept = Keep(message.Encode(), &cookies);
  EXPECT_TRUE(kept->request().edns.options.empty());
  EXPECT_TRUE(kept->request().cookie.sent.empty());
}

TEST(KeptRequestTest, HoldsTheLongestQuestion) {
  const std::string label(63, 'a');
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b') + ".";
  const auto kept = Keep(Query(name, RRType::kA));
  EXPECT_EQ(kept->request().name.size(), wire::kNameOctetsMax);
  EXPECT_TRUE(kept->request().name.Equals(N(name)));
}

TEST(KeptRequestTest, TakesThePlaceOfWhatItHeld) {
  const Octets query = Query("other.example.", RRType::kNS, {.id = 5});
  Request request;
  wire::Rcode rcode = wire::Rcode::kNoError;
  ASSERT_EQ(ParseRequest(query, &request, &rcode), RequestVerdict::kResolve);
  const auto kept = Keep(Query("www.example.", RRType::kA));
  kept->Keep(query, request);
  EXPECT_EQ(kept->request().id, 5);
  EXPECT_TRUE(kept->request().name.Equals(N("other.example.")));
}

TEST(KeptRequestDeathTest, WithoutAQuestionIsNotKept) {
  const Octets query(wire::kHeaderOctets);
  KeptRequest kept;
  EXPECT_DEATH(kept.Keep(query, Request()), "question_end");
}

TEST(KeptRequestDeathTest, KeepsNothingOfItsOwn) {
  const auto kept = Keep(Query("www.example.", RRType::kA));
  const auto other = Keep(Query("www.example.", RRType::kA));
  EXPECT_DEATH(kept->Keep(kept->query(), other->request()), "octets_");
  EXPECT_DEATH(kept->Keep(other->query(), kept->request()), "request_");
}

TEST(KeptRequestTest, IsResumedAsTheQuestionThatWasParsed) {
  const cache::Store store({.memory_octets = cache::kStoreOctetsMin, .seed = 7});
  const Octets query = Query("www.example.", RRType::kAAAA);
  ParsedQuery parsed;
  ParseQuery(query, store, &parsed);
  const KeptRequest kept(query, parsed.request);
  ParsedQuery resumed;
  ResumeQuery(kept, store, &resumed);
  EXPECT_EQ(resumed.verdict, parsed.verdict);
  EXPECT_EQ(resumed.name_hash, parsed.name_hash);
  EXPECT_EQ(resumed.request.type, RRType::kAAAA);
}

TEST(QuestionHashTest, NamesAndTypesCount) {
  const cache::Store store({.memory_octets = cache::kStoreOctetsMin, .seed = 7});
  const uint64_t hash = QuestionHash(store, N("www.example."), RRType::kA);
  EXPECT_EQ(hash, QuestionHash(store, N("WWW.example."), RRType::kA));
  EXPECT_EQ(hash, QuestionHash(store.Hash(N("www.example.")), RRType::kA));
  EXPECT_NE(hash, QuestionHash(store, N("www.example."), RRType::kAAAA));
  EXPECT_NE(hash, QuestionHash(store, N("www.example.net."), RRType::kA));
}

}  // namespace
}  // namespace tern::resolver::answer
