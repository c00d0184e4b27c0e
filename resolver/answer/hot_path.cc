#include "resolver/answer/hot_path.h"

#include <algorithm>
#include <optional>

#include "cache/use_mark.h"
#include "resolver/answer/fixed_answer.h"
#include "resolver/answer/near_expiry.h"
#include "resolver/answer/targets.h"
#include "resolver/answer/zone_cut.h"
#include "wire/check.h"
#include "wire/edns.h"
#include "wire/message.h"

namespace tern::resolver::answer {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::KeySpace;
using wire::RRType;

bool Owns(const AnswerParts& answer, wire::NameView name) {
  return std::any_of(answer.parts.begin(), answer.parts.begin() + answer.count,
                     [&](EntryView part) { return part.name().Equals(name); });
}

// Whether one of the entries is popular and near its expiry, and no other query has started a
// refresh.
bool IsRefreshDue(const AnswerParts& answer, cache::Instant now) {
  return std::any_of(answer.parts.begin(), answer.parts.begin() + answer.count,
                     [now](EntryView part) {
                       return IsNearExpiry(part, now) && cache::ClaimRefresh(part.bytes());
                     });
}

bool Collect(const cache::Store& store, wire::NameView name, uint64_t hash, RRType type,
             cache::Instant now, cache::Security floor, AnswerParts* answer,
             wire::NameView* missing, int links_max) {
  const auto serves = [&](EntryView entry) {
    return entry && entry.IsFresh(now) && entry.security() >= floor && !IsOnlyForValidation(entry);
  };
  for (int links = 0;; ++links, hash = store.Hash(name)) {
    *missing = name;
    EntryView entry = store.Find(name, hash, KeySpace::kData, type);
    if (serves(entry)) return answer->Add(entry);
    entry = store.FindDenial(name, hash);
    if (serves(entry)) return answer->Add(entry);
    if (type == RRType::kCNAME || links >= links_max) return false;
    entry = store.Find(name, hash, KeySpace::kData, RRType::kCNAME);
    if (!serves(entry) || entry.kind() != EntryKind::kRRset ||
        IsAliasBelowCut(store, name, hash, type, now)) {
      return false;
    }
    const std::optional<wire::NameView> target = entry.Target();
    if (!target || !answer->Add(entry)) return false;
    name = *target;
    // A loop gives nothing new, so the walk ends here.
    if (Owns(*answer, name)) {
      *missing = name;
      return false;
    }
  }
}

// An answer that names hosts comes with their addresses.
HotOutcome AnswerWithTargets(std::span<const uint8_t> query, const Request& request,
                             const AnswerParts& answer, const AnswerContext& context, size_t limit,
                             std::span<uint8_t> reply, size_t* reply_octets) {
  Additional additional;
  const EntryView end = answer.parts[answer.count - 1];
  if (end.kind() == EntryKind::kRRset && end.type() == request.type) {
    CollectAdditional(context.store, context.local_data, end, context.now,
                      FloorBeside(end, request, context.validates), &additional);
  }
  *reply_octets = ComposeReply(query, request, answer, context.now, context.rotation, limit, reply,
                               context.additional ? &additional : nullptr);
  if (*reply_octets == 0) return HotOutcome::kDropped;
  if (!request.recursion_desired()) return HotOutcome::kReplied;
  if (IsRefreshDue(answer, context.now)) return HotOutcome::kRepliedRefreshDue;
  return additional.is_due && request.type == RRType::kMX ? HotOutcome::kRepliedTargetsDue
                                                          : HotOutcome::kReplied;
}

}  // namespace

bool CollectFromCache(const cache::Store& store, wire::NameView name, RRType type,
                      cache::Instant now, AnswerParts* answer, wire::NameView* missing,
                      int links_max, cache::Security floor) {
  return Collect(store, name, store.Hash(name), type, now, floor, answer, missing, links_max);
}

void ParseQuery(std::span<const uint8_t> query, const cache::Store& store, ParsedQuery* parsed) {
  parsed->request = Request();
  parsed->verdict = ParseRequest(query, &parsed->request, &parsed->rcode);
  if (parsed->verdict != RequestVerdict::kResolve) return;
  parsed->name_hash = store.Hash(parsed->request.name);
  store.Prefetch(parsed->name_hash, KeySpace::kData, parsed->request.type);
}

void ResumeQuery(const KeptRequest& kept, const cache::Store& store, ParsedQuery* parsed) {
  parsed->request = kept.request();
  parsed->verdict = RequestVerdict::kResolve;
  parsed->name_hash = store.Hash(parsed->request.name);
}

HotOutcome AnswerParsed(std::span<const uint8_t> query, const ParsedQuery& parsed, bool tcp,
                        const AnswerContext& context, std::span<uint8_t> reply,
                        size_t* reply_octets) {
  TERN_REQUIRE(reply.size() >= wire::kEdnsPayloadDefault);
  TERN_REQUIRE(parsed.request.question_end <= query.size());
  const Request& request = parsed.request;
  switch (parsed.verdict) {
    case RequestVerdict::kDrop:
      return HotOutcome::kDropped;
    case RequestVerdict::kReply:
      *reply_octets = AnswerWithRcode(query, request, parsed.rcode, reply);
      return HotOutcome::kReplied;
    case RequestVerdict::kChaos:
      *reply_octets = AnswerChaos(query, request, context.trust_anchors, reply);
      return HotOutcome::kReplied;
    case RequestVerdict::kResolve:
      break;
  }
  if (request.type == RRType::kANY) {
    *reply_octets = AnswerAny(query, request, reply);
    return HotOutcome::kReplied;
  }
  const cache::Instant now = context.now;
  AnswerParts answer;
  answer.exempt_zones = context.exempt_zones;
  answer.told = context.told;
  wire::NameView missing;
  const cache::Security floor = FloorFor(request, context.validates);
  if (!Collect(context.store, request.name, parsed.name_hash, request.type, now, floor, &answer,
               &missing, context.links_max)) {
    return HotOutcome::kMiss;
  }
  const size_t limit = ReplyLimit(tcp, request, reply);
  if (TargetOffset(request.type) != 0) {
    return AnswerWithTargets(query, request, answer, context, limit, reply, reply_octets);
  }
  *reply_octets = ComposeReply(query, request, answer, now, context.rotation, limit, reply);
  if (*reply_octets == 0) return HotOutcome::kDropped;
  // A query without recursion starts no upstream query, now or later (RFC 1034 section 4.3.1).
  return request.recursion_desired() && IsRefreshDue(answer, now) ? HotOutcome::kRepliedRefreshDue
                                                                  : HotOutcome::kReplied;
}

}  // namespace tern::resolver::answer
