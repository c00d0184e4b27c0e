#include "resolver/control/query_log_line.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "wire/edns.h"
#include "wire/message.h"

namespace tern::resolver::control {
namespace {

using wire::RRType;

using Octets = std::vector<uint8_t>;

// A query for the name, given as its octets on the wire without the root.
Octets QueryFor(std::string_view labels, RRType type = RRType::kA, uint16_t rrclass = 1) {
  Octets query = {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  query.insert(query.end(), labels.begin(), labels.end());
  query.insert(query.end(), {0, 0, static_cast<uint8_t>(type), static_cast<uint8_t>(rrclass >> 8),
                             static_cast<uint8_t>(rrclass)});
  return query;
}

// The reply to it: an RCODE, and extended errors in OPT.
Octets ReplyTo(const Octets& query, uint16_t rcode, const std::vector<uint16_t>& errors = {},
               std::string_view why = "why") {
  Octets reply = query;
  reply[2] |= 0x80;
  reply[3] = static_cast<uint8_t>(rcode & 0xf);
  reply[11] = 1;
  std::array<uint8_t, 200> room{};
  wire::OptWriter opt({.extended_rcode = static_cast<uint8_t>(rcode >> 4)}, room.data());
  for (const uint16_t error : errors) {
    opt.AddExtendedError(static_cast<wire::ExtendedError>(error), why);
  }
  const auto octets = opt.Finish();
  reply.insert(reply.end(), octets.begin(), octets.end());
  return reply;
}

class QueryLogLineTest : public testing::Test {
 protected:
  QueryLogLineTest() {
    event_.kind = Event::Kind::kClient;
    event_.source = AnswerSource::kCache;
    event_.peer = {*IpAddress::Parse("192.0.2.77"), 4242};
    event_.began = event_.ended = Time(std::chrono::microseconds(5'000'000));
  }
  std::string Line(const Octets& query, const Octets& reply) {
    event_.query = query;
    event_.reply = reply;
    std::string lines;
    QueryLogLines(settings_).Append(event_, std::chrono::microseconds(1'764'417'600'123'456),
                                    &lines);
    return lines;
  }
  nlohmann::json Json(const Octets& query, const Octets& reply) {
    const std::string line = Line(query, reply);
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
    EXPECT_TRUE(std::all_of(line.begin(), line.end() - 1, [](char c) {
      return c >= ' ' && c <= '~';
    })) << line;
    return nlohmann::json::parse(line);
  }

  Event event_;
  QueryLogSettings settings_;
};

TEST_F(QueryLogLineTest, SaysWhoAskedWhatAndWhatCameOfIt) {
  const Octets query = QueryFor("\3www\7example");
  EXPECT_EQ(Line(query, ReplyTo(query, 0)),
            "{\"time\":\"2025-11-29T12:00:05.123456Z\",\"client\":\"192.0.2.77\",\"transport\":"
            "\"udp\",\"name\":\"www.example.\",\"type\":\"A\",\"rcode\":\"NOERROR\",\"flags\":"
            "\"rd\",\"source\":"
            "\"cache\",\"octets\":40,\"total_ms\":0.000,\"queue_ms\":0.000,\"upstream_ms\":0.000}"
            "\n");
}

TEST_F(QueryLogLineTest, HasTheTimesOfAQueryThatWaited) {
  event_.kind = Event::Kind::kClientReply;
  event_.source = AnswerSource::kUpstream;
  event_.transport = Transport::kTcp;
  event_.ended = event_.began + std::chrono::microseconds(12'345);
  event_.queued = std::chrono::microseconds(1'005);
  const Octets query = QueryFor("\3www\7example", RRType::kMX);
  const auto json = Json(query, ReplyTo(query, 2, {22, 65}));
  EXPECT_EQ(json["transport"], "tcp");
  EXPECT_EQ(json["type"], "MX");
  EXPECT_EQ(json["rcode"], "SERVFAIL");
  EXPECT_EQ(json["source"], "upstream");
  EXPECT_EQ(json["ede"], nlohmann::json({22, 65}));
  EXPECT_EQ(json["reason"], "why");
  EXPECT_EQ(json["flags"], "rd");
  EXPECT_EQ(json["total_ms"], 12.345);
  EXPECT_EQ(json["queue_ms"], 1.005);
  EXPECT_EQ(json["upstream_ms"], 11.34);
}

TEST_F(QueryLogLineTest, AFailureHasItsReasonInWordsAndTheFlags) {
  const Octets query = QueryFor("\3www\7example");
  Octets reply = ReplyTo(query, 2, {22}, "");
  reply[2] |= 0x04;  // AA
  reply[3] |= 0xb0;  // RA, AD, CD
  const auto json = Json(query, reply);
  EXPECT_EQ(json["reason"], "No Reachable Authority");
  EXPECT_EQ(json["flags"], "aa rd ra ad cd");
  EXPECT_EQ(Json(query, ReplyTo(query, 2, {6}, "a \"b\"\n"))["reason"], "a \"b\"\\x0a");
  EXPECT_FALSE(Json(query, ReplyTo(query, 0)).contains("reason"));
}

TEST_F(QueryLogLineTest, WhatAClientWithoutEdnsIsNotToldIsInTheLog) {
  const Octets query = QueryFor("\3www\7example");
  Octets reply = query;
  reply[2] |= 0x80;
  reply[3] = 2;
  EXPECT_FALSE(Json(query, reply).contains("ede"));
  event_.error = wire::ExtendedError::kNoReachableAuthority;
  EXPECT_EQ(Json(query, reply)["ede"], nlohmann::json({22}));
  EXPECT_EQ(Json(query, reply)["reason"], "No Reachable Authority");
  const Octets text = {'o', 'd', 'd'};
  event_.error_text = text;
  EXPECT_EQ(Json(query, reply)["reason"], "odd");
}

TEST_F(QueryLogLineTest, AnUnusualCodeOrClassIsNamed) {
  const Octets query = QueryFor("\7version\4bind", RRType::kTXT, 3);
  const auto json = Json(query, ReplyTo(query, 16));
  EXPECT_EQ(json["rcode"], "BADVERS");
  EXPECT_EQ(json["class"], "CH");
}

TEST_F(QueryLogLineTest, WithoutAnAnswerThereIsNoCode) {
  event_.source = AnswerSource::kDropped;
  const auto json = Json(QueryFor("\3www\7example"), {});
  EXPECT_EQ(json["source"], "dropped");
  EXPECT_EQ(json["octets"], 0);
  EXPECT_FALSE(json.contains("rcode"));
}

// What no program and no terminal may take for something else.
TEST_F(QueryLogLineTest, AHostileNameBreaksNoLine) {
  const std::string hostile(
      "\x0e"
      "a\"\\\n\r\x1b[2J\x00\x9b\xff}\"",
      15);
  const Octets query = QueryFor(hostile);
  const auto json = Json(query, ReplyTo(query, 3));
  EXPECT_EQ(json["name"], "a\\\"\\\\\\010\\013\\027[2J\\000\\155\\255}\\\".");
  EXPECT_EQ(json["rcode"], "NXDOMAIN");
  EXPECT_FALSE(json.contains("}"));
}

TEST_F(QueryLogLineTest, TheLongestNameFits) {
  std::string name;
  for (int i = 0; i < 3; ++i) name += std::string(1, 63) + std::string(63, '\x01');
  name += std::string(1, 61) + std::string(61, '\x01');
  const Octets query = QueryFor(name);
  const std::string line = Line(query, ReplyTo(query, 3));
  EXPECT_GT(line.size(), 1000u);
  EXPECT_LE(line.size(), kLineOctetsMax);
}

TEST_F(QueryLogLineTest, AQueryThatMakesNoSenseHasNoName) {
  event_.source = AnswerSource::kLocal;
  for (const Octets& query : {Octets{}, Octets{1, 2, 3}, Octets(12, 0xff), Octets(40, 0xc0)}) {
    const auto json = Json(query, Octets{0, 7, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0});
    EXPECT_FALSE(json.contains("name"));
    EXPECT_EQ(json["rcode"], "FORMERR");
  }
}

TEST_F(QueryLogLineTest, AddressesCanBeShortened) {
  settings_.addresses.form = AddressForm::kPrefix;
  const Octets query = QueryFor("\3www\7example");
  EXPECT_EQ(Json(query, {})["client"], "192.0.2.0/24");
  event_.peer.address = *IpAddress::Parse("2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(Json(query, {})["client"], "2001:db8:1::/48");
}

TEST_F(QueryLogLineTest, AddressesCanBeHiddenByAKey) {
  settings_.addresses.form = AddressForm::kEncrypted;
  settings_.addresses.key = "0123456789abcdef";
  const Octets query = QueryFor("\3www\7example");
  const std::string hidden = Json(query, {})["client"];
  EXPECT_EQ(hidden.find("192.0.2"), std::string::npos);
  EXPECT_TRUE(IpAddress::Parse(hidden));
  EXPECT_EQ(Json(query, {})["client"], hidden);
  settings_.addresses.key = "0123456789abcdeX";
  EXPECT_NE(Json(query, {})["client"], hidden);
}

}  // namespace
}  // namespace tern::resolver::control
