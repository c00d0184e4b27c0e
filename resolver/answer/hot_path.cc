#include "resolver/answer/hot_path.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "cache/use_mark.h"
#include "resolver/answer/zone_cut.h"
#include "wire/message.h"

namespace tern::resolver::answer {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::KeySpace;
using wire::ExtendedError;
using wire::Rcode;
using wire::RRClass;
using wire::RRType;

// RFC 8914 section 4.22: what would be understood but is not done here.
struct Refusal {
  ExtendedError error;
  const char* text;
};
Refusal WhyNot(const Request& request, Rcode rcode) {
  if (rcode == Rcode::kNotImp && (request.flags >> 11 & 0xf) != 0) {
    return {ExtendedError::kNotSupported, "no operation but queries"};
  }
  if (rcode == Rcode::kNotImp || (rcode == Rcode::kRefused && request.rrclass == RRClass::kIN)) {
    return {ExtendedError::kNotSupported, "no transfers and no queries of this type"};
  }
  if (rcode == Rcode::kRefused) return {ExtendedError::kNotSupported, "no class but IN"};
  return {ExtendedError::kNone, ""};
}

// RFC 4892 section 2 asks for nothing more than some string: one that gives no version away.
size_t AnswerChaos(std::span<const uint8_t> query, const Request& request, std::span<uint8_t> out) {
  static constexpr uint8_t kVersionBind[] = "\7version\4bind";
  static constexpr uint8_t kVersionServer[] = "\7version\6server";
  static constexpr uint8_t kIdServer[] = "\2id\6server";
  static constexpr uint8_t kHostnameBind[] = "\10hostname\4bind";
  static constexpr uint8_t kText[] = "\4tern";
  const auto is = [&](std::span<const uint8_t> octets) {
    return request.name.Equals(wire::NameView::FromValid(octets.data(), octets.size()));
  };
  if (!is(kVersionBind) && !is(kVersionServer) && !is(kIdServer) && !is(kHostnameBind)) {
    return ComposeError(query, request, Rcode::kRefused, ExtendedError::kNotSupported,
                        "of class CH version.bind and the like only", out);
  }
  const bool has_text = request.type == RRType::kTXT || request.type == RRType::kANY;
  size_t octets = ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", out);
  if (!has_text) return octets;
  // The record goes between the question and OPT.
  constexpr size_t kRecordOctets = 12 + sizeof kText - 1;
  uint8_t* at = out.data() + request.question_end;
  std::copy_backward(at, out.data() + octets, out.data() + octets + kRecordOctets);
  static constexpr uint8_t kFixed[12] = {0xc0, wire::kHeaderOctets, 0, 16, 0, 3, 0, 0, 0, 0,
                                         0,    sizeof kText - 1};
  std::copy(std::begin(kFixed), std::end(kFixed), at);
  std::copy(std::begin(kText), std::end(kText) - 1, at + sizeof kFixed);
  wire::StoreU16(out.data() + 6, 1);
  return octets + kRecordOctets;
}

// RFC 8482 section 4.2: ANY gets one HINFO that says so.
size_t AnswerAny(std::span<const uint8_t> query, const Request& request, std::span<uint8_t> out) {
  static constexpr uint8_t kRecord[] = {0xc0, wire::kHeaderOctets,
                                        0,    13,
                                        0,    1,
                                        0,    0,
                                        14,   16,
                                        0,    9,
                                        7,    'R',
                                        'F',  'C',
                                        '8',  '4',
                                        '8',  '2',
                                        0};
  size_t octets = ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", out);
  uint8_t* at = out.data() + request.question_end;
  std::copy_backward(at, out.data() + octets, out.data() + octets + sizeof kRecord);
  std::copy(std::begin(kRecord), std::end(kRecord), at);
  wire::StoreU16(out.data() + 6, 1);
  return octets + sizeof kRecord;
}

bool Owns(const AnswerParts& answer, wire::NameView name) {
  return std::any_of(answer.parts.begin(), answer.parts.begin() + answer.count,
                     [&](EntryView part) { return part.name().Equals(name); });
}

// One of the entries is near its end, popular, and seen to by nobody yet.
bool IsRefreshDue(const AnswerParts& answer, cache::Seconds now) {
  return std::any_of(answer.parts.begin(), answer.parts.begin() + answer.count,
                     [now](EntryView part) {
                       return IsNearExpiry(part, now) && cache::ClaimRefresh(part.bytes());
                     });
}

bool Collect(const cache::Store& store, wire::NameView name, uint64_t hash, RRType type,
             cache::Seconds now, AnswerParts* answer, wire::NameView* missing, int links_max) {
  for (int links = 0;; ++links, hash = store.Hash(name)) {
    *missing = name;
    EntryView entry = store.Find(name, hash, KeySpace::kData, type);
    if (entry && entry.IsFresh(now)) return answer->Add(entry);
    entry = store.FindDenial(name, hash);
    if (entry && entry.IsFresh(now)) return answer->Add(entry);
    if (type == RRType::kCNAME || links >= links_max) return false;
    entry = store.Find(name, hash, KeySpace::kData, RRType::kCNAME);
    if (!entry || entry.kind() != EntryKind::kRRset || !entry.IsFresh(now) ||
        IsAliasPassedOver(store, name, hash, type, now)) {
      return false;
    }
    const std::optional<wire::NameView> target = entry.Target();
    if (!target || !answer->Add(entry)) return false;
    name = *target;
    // A chain that comes back to itself says nothing new, however often it is gone round.
    if (Owns(*answer, name)) {
      *missing = name;
      return false;
    }
  }
}

}  // namespace

bool CollectFromCache(const cache::Store& store, wire::NameView name, RRType type,
                      cache::Seconds now, AnswerParts* answer, wire::NameView* missing,
                      int links_max) {
  return Collect(store, name, store.Hash(name), type, now, answer, missing, links_max);
}

void ReadQuery(std::span<const uint8_t> query, const cache::Store& store, QueryRead* read) {
  read->request = Request();
  read->verdict = ParseRequest(query, &read->request, &read->rcode);
  if (read->verdict != RequestVerdict::kResolve) return;
  read->name_hash = store.Hash(read->request.name);
  store.Prefetch(read->name_hash, KeySpace::kData, read->request.type);
}

HotOutcome AnswerRead(std::span<const uint8_t> query, const QueryRead& read, bool tcp,
                      const cache::Store& store, cache::Seconds now, uint32_t rotation,
                      std::span<uint8_t> reply, size_t* reply_octets, int links_max) {
  const Request& request = read.request;
  switch (read.verdict) {
    case RequestVerdict::kDrop:
      return HotOutcome::kDropped;
    case RequestVerdict::kReply: {
      const Refusal why = WhyNot(request, read.rcode);
      *reply_octets = ComposeError(query, request, read.rcode, why.error, why.text, reply);
      return HotOutcome::kReplied;
    }
    case RequestVerdict::kChaos:
      *reply_octets = AnswerChaos(query, request, reply);
      return HotOutcome::kReplied;
    case RequestVerdict::kResolve:
      break;
  }
  if (request.type == RRType::kANY) {
    *reply_octets = AnswerAny(query, request, reply);
    return HotOutcome::kReplied;
  }
  AnswerParts answer;
  wire::NameView missing;
  if (!Collect(store, request.name, read.name_hash, request.type, now, &answer, &missing,
               links_max)) {
    return HotOutcome::kMiss;
  }
  const size_t limit = tcp ? std::min(reply.size(), wire::kMessageOctetsMax)
                           : std::min(reply.size(), UdpReplyLimit(request));
  *reply_octets = ComposeReply(query, request, answer, now, rotation, limit, reply);
  if (*reply_octets == 0) return HotOutcome::kDropped;
  // Without recursion nobody is asked, neither now nor later (RFC 1034 section 4.3.1).
  return request.recursion_desired() && IsRefreshDue(answer, now) ? HotOutcome::kRepliedRefreshDue
                                                                  : HotOutcome::kReplied;
}

HotOutcome AnswerFromCache(std::span<const uint8_t> query, bool tcp, const cache::Store& store,
                           cache::Seconds now, uint32_t rotation, std::span<uint8_t> reply,
                           size_t* reply_octets, Request* request) {
  QueryRead read;
  ReadQuery(query, store, &read);
  const HotOutcome outcome =
      AnswerRead(query, read, tcp, store, now, rotation, reply, reply_octets);
  *request = read.request;
  return outcome;
}

}  // namespace tern::resolver::answer
