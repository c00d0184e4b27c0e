// Any octets as an upstream reply: matched, read, classified, learnt. Afterwards everything in the
// store is sound, inside the zone that was asked, and within the TTL policy, and so is the answer.
//
// Input: one octet that chooses the question, then the reply, whose id and question are set to
// match, so that most inputs get past the match.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/answer/answer.h"
#include "resolver/answer/reply.h"
#include "resolver/resolution/learn.h"
#include "resolver/upstream/reply_class.h"
#include "resolver/upstream/reply_records.h"
#include "resolver/upstream/server_table.h"
#include "resolver/upstream/upstream_query.h"
#include "resolver/upstream/zone_servers.h"
#include "tests/fuzz/property.h"
#include "wire/message.h"
#include "wire/parse_presentation.h"

namespace tern::resolver {
namespace {

using cache::EntryKind;
using cache::EntryView;
using wire::RRType;

constexpr cache::Instant kNow(1000);
constexpr uint16_t kId = 0x1234;
constexpr cache::TtlPolicy kPolicy = {.min_ttl = 0, .max_ttl = 7200, .max_negative_ttl = 900};

struct Asked {
  std::string_view name;
  RRType type;
  std::string_view zone;
  bool forwarded;
};
constexpr Asked kAsked[] = {
    {"www.example.", RRType::kA, "example.", false},
    {"www.example.", RRType::kA, ".", false},
    {"a.b.c.example.", RRType::kAAAA, "example.", false},
    {"a.b.c.example.", RRType::kMX, "c.example.", false},
    {"example.", RRType::kNS, ".", false},
    {".", RRType::kNS, ".", false},
    {"www.example.", RRType::kCNAME, "example.", false},
    {"old.example.", RRType::kDNAME, "example.", false},
    {"www.example.", RRType::kTXT, ".", true},
    {"www.example.", RRType::kHTTPS, "example.", true},
};

wire::Name Parse(std::string_view name) { return wire::ParseName(name).value_or(wire::Name()); }

// Name servers' names may lie anywhere; glue only comes with names inside the zone.
void CheckDelegation(EntryView entry, wire::NameView zone) {
  TERN_FUZZ_PROPERTY(entry.count() > 0 && entry.count() <= cache::kNameServersMax);
  cache::NameServerCursor cursor = entry.NameServers();
  cache::NameServerView server;
  while (cursor.Next(&server)) {
    TERN_FUZZ_PROPERTY(server.ipv4.size() <= 4 * cache::kAddressesPerServerMax);
    TERN_FUZZ_PROPERTY(server.ipv6.size() <= 16 * cache::kAddressesPerServerMax);
    if (!server.ipv4.empty() || !server.ipv6.empty()) {
      TERN_FUZZ_PROPERTY(server.name.IsSubdomainOf(zone));
    }
  }
}

void CheckEntry(EntryView entry, wire::NameView zone) {
  // The tag is the store's; soundness does not depend on it.
  TERN_FUZZ_PROPERTY(cache::IsSoundEntry({entry.bytes(), entry.size()}));
  TERN_FUZZ_PROPERTY(entry.name().IsSubdomainOf(zone));
  TERN_FUZZ_PROPERTY(entry.rank() != cache::Rank::kLocal);
  switch (entry.kind()) {
    case EntryKind::kRRset:
      TERN_FUZZ_PROPERTY(entry.ttl() <= kPolicy.max_ttl && entry.count() > 0);
      break;
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      TERN_FUZZ_PROPERTY(entry.ttl() <= kPolicy.max_negative_ttl);
      TERN_FUZZ_PROPERTY(entry.count() <= 1);
      if (entry.count() == 1) TERN_FUZZ_PROPERTY(entry.SoaOwner().IsSubdomainOf(zone));
      break;
    case EntryKind::kDelegation:
      TERN_FUZZ_PROPERTY(entry.ttl() <= kPolicy.max_ttl);
      CheckDelegation(entry, zone);
      break;
    case EntryKind::kNxDomainOfType:
      TERN_FUZZ_PROPERTY(entry.ttl() <= 5 && entry.count() == 0);
      break;
    case EntryKind::kFailure:
      TERN_FUZZ_PROPERTY(false);
  }
  TERN_FUZZ_PROPERTY(entry.expiry() == kNow + entry.ttl());
}

// A chain from the question's name; its reply can be written and read.
void CheckAnswer(const answer::Answer& answer, const wire::Name& name, RRType type) {
  const answer::AnswerParts parts = answer.Parts();
  wire::Name current = name;
  for (size_t i = 0; i < parts.count; ++i) {
    const EntryView entry = parts.parts[i];
    if (entry.kind() == EntryKind::kRRset && entry.type() == RRType::kDNAME &&
        !(entry.name().Equals(current) && type == RRType::kDNAME)) {
      TERN_FUZZ_PROPERTY(current.view().IsSubdomainOf(entry.name()));
      continue;
    }
    TERN_FUZZ_PROPERTY(entry.name().Equals(current));
    if (entry.kind() != EntryKind::kRRset || entry.type() != RRType::kCNAME) continue;
    cache::RecordCursor cursor = entry.Records();
    std::span<const uint8_t> target;
    TERN_FUZZ_PROPERTY(cursor.Next(&target));
    current = wire::NameView::FromValid(target.data(), target.size());
  }
  uint8_t query[kUpstreamQueryOctetsMax];
  const size_t octets = upstream::WriteUpstreamQuery({name, type, true}, kId, {}, {}, query);
  answer::Request request;
  wire::Rcode rcode = wire::Rcode::kNoError;
  TERN_FUZZ_PROPERTY(answer::ParseRequest({query, octets}, &request, &rcode) ==
                     answer::RequestVerdict::kResolve);
  std::vector<uint8_t> reply(wire::kMessageOctetsMax);
  for (const size_t limit : {size_t{512}, size_t{1232}, wire::kMessageOctetsMax}) {
    const size_t written =
        answer::ComposeReply({query, octets}, request, parts, kNow, 3, limit, reply);
    TERN_FUZZ_PROPERTY(written > 0 && written <= limit);
    upstream::ReplyRecords records;
    TERN_FUZZ_PROPERTY(records.Read(std::span(reply).first(written), wire::NameView()) ==
                       wire::ParseError::kNone);
  }
}

class World {
 public:
  World()
      : store_({.memory_octets = cache::kStoreOctetsMin, .seed = 1}),
        learner_(&store_, {.ttl = kPolicy}, ResolutionLimits()) {
    reader_ = store_.Register();
  }

  void Learn(std::span<const uint8_t> message, const Asked& asked) {
    const wire::Name name = Parse(asked.name);
    const wire::Name zone = Parse(asked.zone);
    if (upstream::MatchReply(message, {name, asked.type, false}, kId) ==
        upstream::ReplyMatch::kForgery)
      return;
    if (records_.Read(message, zone) != wire::ParseError::kNone) return;
    CheckCookie();
    const upstream::ReplyMeaning meaning =
        upstream::ClassifyReply(records_, name, asked.type, zone, asked.forwarded);
    answer_.Clear();
    switch (meaning.reply_class) {
      case upstream::ReplyClass::kAnswer:
      case upstream::ReplyClass::kAlias:
      case upstream::ReplyClass::kNoData:
      case upstream::ReplyClass::kNxDomain:
      case upstream::ReplyClass::kYxDomain:
        if (learner_.LearnAnswer(records_, meaning, name, asked.type, kNow, &answer_)) {
          CheckAnswer(answer_, name, asked.type);
        }
        break;
      case upstream::ReplyClass::kReferral:
        LearnReferral(meaning, name, zone);
        break;
      default:
        break;
    }
    if (asked.type == RRType::kNS && name.view().IsRoot() &&
        meaning.reply_class == upstream::ReplyClass::kAnswer) {
      (void)learner_.LearnPriming(records_, kNow);
    }
    Clean(zone);
  }

 private:
  // Whatever matches can be kept, and comes back with the next query.
  void CheckCookie() {
    const Endpoint server = {*IpAddress::Parse("192.0.2.1"), 53};
    const upstream::ServerKey key = table_.KeyOf(server);
    const auto cookie = records_.cookie();
    std::array<uint8_t, kClientCookieOctets> client{};
    if (upstream::MatchCookie(cookie, client) != upstream::ReplyMatch::kMatches) return;
    TERN_FUZZ_PROPERTY(cookie->size() >= kClientCookieOctets);
    if (cookie->size() < kCookieOctetsMin || cookie->size() > kCookieOctetsMax) return;
    upstream::UpstreamCookie sent;
    table_.WriteCookie(server, key, Time(), &sent);
    std::array<uint8_t, kCookieOctetsMax> given;
    std::copy(cookie->begin(), cookie->end(), given.begin());
    std::copy_n(sent.octets.begin(), kClientCookieOctets, given.begin());
    table_.NoteCookie(key, std::span(given).first(cookie->size()), Time());
    table_.WriteCookie(server, key, Time(), &sent);
    TERN_FUZZ_PROPERTY(std::ranges::equal(sent.view(), std::span(given).first(cookie->size())));
  }

  void LearnReferral(const upstream::ReplyMeaning& meaning, const wire::Name& name,
                     const wire::Name& zone) {
    // Strictly down, and towards the name.
    TERN_FUZZ_PROPERTY(meaning.cut.size() > zone.size());
    TERN_FUZZ_PROPERTY(meaning.cut.view().IsSubdomainOf(zone));
    TERN_FUZZ_PROPERTY(name.view().IsSubdomainOf(meaning.cut));
    const std::span<const uint8_t> cut =
        learner_.LearnReferral(records_, meaning, UINT32_MAX, kNow);
    if (cut.empty()) return;
    policy::CoreSettings settings;
    settings.resolution.ipv6 = Ipv6Use::kOn;
    upstream::ZoneServers servers;
    servers.Descend(EntryView(cut.data()));
    (void)servers.AddStrayGlue(records_, settings);
    servers.Gather(store_, settings, kNow);
    for (const upstream::Candidate& candidate : servers.candidates()) {
      TERN_FUZZ_PROPERTY(upstream::MayAsk(candidate.server.address, settings));
    }
    wire::Name server;
    for (size_t i = 0; servers.NextToLookUp(i, true, &server); ++i) {
      TERN_FUZZ_PROPERTY(i < cache::kNameServersMax);
    }
  }

  // Checks what was kept, and makes the store empty for the next input.
  void Clean(const wire::Name& zone) {
    struct Key {
      wire::Name name;
      cache::KeySpace space;
      RRType type;
    };
    std::vector<Key> keys;
    store_.ForEach([&](EntryView entry) {
      CheckEntry(entry, zone);
      keys.push_back({wire::Name(entry.name()), cache::SpaceOf(entry.kind()), entry.type()});
    });
    TERN_FUZZ_PROPERTY(keys.size() <= answer::AnswerParts::kPartsMax);
    for (const Key& key : keys) TERN_FUZZ_PROPERTY(store_.Erase(key.name, key.space, key.type));
    reader_->Quiescent();
  }

  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
  resolution::Learner learner_;
  upstream::ReplyRecords records_;
  upstream::ServerTable table_{1, {{2, 3}}, 16};
  answer::Answer answer_;
};

void LearnOne(const uint8_t* octets, size_t size) {
  if (size < 1 + wire::kHeaderOctets || size > 1 + wire::kMessageOctetsMax) return;
  static World world;
  const Asked& asked = kAsked[octets[0] % std::size(kAsked)];
  const std::span<const uint8_t> records(octets + 1 + wire::kHeaderOctets,
                                         size - 1 - wire::kHeaderOctets);
  // The question goes between the header and the input's records.
  uint8_t query[kUpstreamQueryOctetsMax];
  const size_t query_octets = upstream::WriteUpstreamQuery({Parse(asked.name), asked.type, false},
                                                           kId, {.edns = false}, {}, query);
  std::memcpy(query + 2, octets + 3, wire::kHeaderOctets - 2);
  query[2] = static_cast<uint8_t>((query[2] | 0x80) & ~0x78);
  query[4] = 0;
  query[5] = 1;
  std::vector<uint8_t> message(query, query + query_octets);
  message.insert(message.end(), records.begin(), records.end());
  if (message.size() <= wire::kMessageOctetsMax) world.Learn(message, asked);
  // And as it came, where the match itself is tried.
  world.Learn({octets + 1, size - 1}, asked);
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  tern::resolver::LearnOne(octets, size);
  return 0;
}
