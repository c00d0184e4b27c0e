#include "resolver/resolution/learn.h"

#include <algorithm>
#include <array>
#include <utility>

#include "resolver/answer/renaming.h"
#include "resolver/answer/zone_cut.h"
#include "wire/check.h"
#include "wire/message.h"
#include "wire/rdata.h"

namespace tern::resolver::resolution {
namespace {

using cache::EntryBuilder;
using cache::EntryView;
using cache::Rank;
using upstream::ReplyRecord;
using wire::ParseError;
using wire::RRType;

// RFC 8767 section 5: while clients get stale answers, at most one try each 30 seconds.
constexpr uint32_t kStaleFailureTtlMin = 30;
// Silence may end at any moment, for example when the network is back.
constexpr uint32_t kSilenceTtlMax = 30;

Rank AnswerRank(const upstream::ReplyRecords& records) {
  return records.header().Has(wire::kFlagAA) ? Rank::kAnswerAuthoritative
                                             : Rank::kAnswerNotAuthoritative;
}

// If the TTLs of an RRset's records differ, the lowest one counts (RFC 2181 section 5.2).
template <typename Matches>
uint32_t LowestTtl(std::span<const ReplyRecord> section, Matches matches) {
  uint32_t ttl = 0x7fffffff;
  for (const ReplyRecord& record : section) {
    if (matches(record)) ttl = std::min(ttl, record.TtlSeconds());
  }
  return ttl;
}

bool IsAboutTheQuestion(upstream::ReplyClass reply_class) {
  switch (reply_class) {
    case upstream::ReplyClass::kAnswer:
    case upstream::ReplyClass::kAlias:
    case upstream::ReplyClass::kNoData:
    case upstream::ReplyClass::kNxDomain:
    case upstream::ReplyClass::kYxDomain:
      return true;
    case upstream::ReplyClass::kReferral:
    case upstream::ReplyClass::kEmpty:
    case upstream::ReplyClass::kBare:
    case upstream::ReplyClass::kLame:
    case upstream::ReplyClass::kServerFailure:
    case upstream::ReplyClass::kFormatError:
    case upstream::ReplyClass::kTruncated:
      break;
  }
  return false;
}

// Whether the store knows the name as a zone cut, or from an authoritative answer about one of
// these types: the one that was asked, and those that most names have.
bool IsKnownToExist(const cache::Store& store, wire::NameView name, RRType type,
                    cache::Instant now) {
  const uint64_t hash = store.Hash(name);
  if (answer::FreshCut(store, name, hash, now)) return true;
  for (const RRType known : {type, RRType::kA, RRType::kAAAA}) {
    const EntryView entry = store.Find(name, hash, cache::KeySpace::kData, known);
    if (entry && entry.IsFresh(now) && entry.rank() == Rank::kAnswerAuthoritative) return true;
  }
  return false;
}

// NS records that are read of one delegation. More than limits.name_servers, because a server may
// be there several times.
constexpr size_t kNsRecordsMax = 64;

// Collects the addresses of one name server from the additional section. Each has `size` octets.
size_t CollectGlue(const upstream::ReplyRecords& records, uint64_t server, RRType type, size_t size,
                   std::span<uint8_t> out) {
  size_t octets = 0;
  for (const ReplyRecord& record : records.additional()) {
    if (record.type != type || record.rdata.size() != size || octets + size > out.size() ||
        records.OwnerHash(record) != server) {
      continue;
    }
    std::copy(record.rdata.begin(), record.rdata.end(), out.begin() + octets);
    octets += size;
  }
  return octets;
}

}  // namespace

Learner::Learner(cache::Store* store, const CacheSettings& settings, const ResolutionLimits& limits,
                 policy::BlockLists lists)
    : store_(store),
      settings_(settings),
      limits_(limits),
      lists_(std::move(lists)),
      scratch_(kScratch / sizeof(uint64_t)) {}

bool Learner::Keep(std::span<const uint8_t> entry, cache::Instant now, answer::Answer* answer) {
  // Most names below a block list are asked for once.
  const bool is_listed = lists_.Nearest(cache::EntryView(entry.data()).name()) != nullptr;
  // If the store has no room for it, it is answered all the same.
  (void)store_->Put(entry, now, is_listed ? cache::Reuse::kUnlikely : cache::Reuse::kExpected);
  return answer == nullptr || answer->Add(entry);
}

bool Learner::LearnRRset(const upstream::ReplyRecords& records, const ReplyRecord& first,
                         wire::NameView owner, Rank rank, cache::Instant now,
                         answer::Answer* answer) {
  const auto matches = [&, hash = records.Hash(owner)](const ReplyRecord& record) {
    return record.type == first.type && records.OwnerHash(record) == hash;
  };
  const uint32_t ttl = settings_.ttl.Positive(LowestTtl(records.answer(), matches));
  const std::span<uint8_t> room = scratch();
  EntryBuilder builder(room.first(cache::kBuiltOctetsMax));
  if (!builder.StartRRset(owner, first.type, ttl, now, rank)) return false;
  const std::span<uint8_t> rdata = room.subspan(cache::kBuiltOctetsMax);
  for (const ReplyRecord& record : records.answer()) {
    if (!matches(record)) continue;
    size_t written = 0;
    if (wire::CopyRdata(record, rdata, &written) != ParseError::kNone) return false;
    if (!builder.AddRecord(rdata.first(written))) return false;
    // A second CNAME or DNAME at a name has no meaning (RFC 2181 section 10.1).
    if (first.type == RRType::kCNAME || first.type == RRType::kDNAME) break;
  }
  return Keep(builder.Finish(), now, answer);
}

bool Learner::LearnDname(const upstream::ReplyRecords& records, const ReplyRecord& dname,
                         wire::NameView name, cache::Instant now, answer::Answer* answer) {
  const std::span<const ReplyRecord> section = records.answer();
  TERN_REQUIRE(&dname >= section.data() && &dname < section.data() + section.size());
  wire::Name owner;
  dname.owner.CopyTo(&owner);
  return LearnRRset(records, dname, owner, AnswerRank(records), now, answer) &&
         answer::AddRenamed(answer->at(answer->count() - 1), name, now, scratch(), answer);
}

void Learner::ForgetStale(wire::NameView name, RRType type, cache::Instant now) {
  const EntryView before = store_->Find(name, cache::KeySpace::kData, type);
  if (before && !before.IsFresh(now)) (void)store_->Erase(name, cache::KeySpace::kData, type);
}

void Learner::ForgetDenialsAbove(wire::NameView name, cache::Instant now) {
  while (!name.IsRoot()) {
    name = name.Parent();
    const uint64_t hash = store_->Hash(name);
    if (answer::FreshCut(*store_, name, hash, now)) return;
    if (store_->FindDenial(name, hash)) {
      (void)store_->Erase(name, cache::KeySpace::kNxDomain, RRType::kNone);
    }
  }
}

bool Learner::LearnBareDenial(wire::NameView name, RRType type, bool is_nxdomain, Rank rank,
                              cache::Instant now, answer::Answer* answer) {
  const uint32_t ttl = settings_.min_failure_ttl;
  EntryBuilder builder(scratch());
  const bool started = is_nxdomain
                           ? builder.StartNxDomainOfType(name, type, ttl, now, rank)
                           : builder.StartNoData(name, type, wire::NameView(), ttl, now, rank);
  return started && Keep(builder.Finish(), now, answer);
}

bool Learner::LearnNegative(const upstream::ReplyMeaning& meaning, RRType type, Rank rank,
                            cache::Instant now, answer::Answer* answer) {
  wire::Name soa_owner;
  uint8_t soa[1024];
  size_t soa_octets = 0;
  uint32_t ttl = 0;
  if (meaning.soa != nullptr) {
    if (wire::CopyRdata(*meaning.soa, soa, &soa_octets) != ParseError::kNone) return false;
    meaning.soa->owner.CopyTo(&soa_owner);
    const uint32_t minimum = wire::ReadSoa({soa, soa_octets}).minimum;
    cache::TtlPolicy policy = settings_.ttl;
    if (const BlockList* list = lists_.Nearest(meaning.end)) {
      policy.max_negative_ttl = list->max_negative_ttl;
    }
    ttl = policy.Negative(meaning.soa->TtlSeconds(), minimum);
  }
  EntryBuilder builder(scratch());
  const bool started = meaning.reply_class == upstream::ReplyClass::kNxDomain
                           ? builder.StartNxDomain(meaning.end, soa_owner, ttl, now, rank)
                           : builder.StartNoData(meaning.end, type, soa_owner, ttl, now, rank);
  if (!started) return false;
  if (soa_octets != 0 && !builder.AddRecord({soa, soa_octets})) return false;
  const std::span<const uint8_t> entry = builder.Finish();
  // What is said about the end of an alias must not deny a zone that is known to be delegated, with
  // everything in it, nor a name that an authoritative answer has shown to exist.
  if (meaning.reply_class == upstream::ReplyClass::kNxDomain &&
      rank == Rank::kAnswerNotAuthoritative && IsKnownToExist(*store_, meaning.end, type, now)) {
    return answer == nullptr || answer->Add(entry);
  }
  // Without an SOA there is no TTL to keep the denial by (RFC 2308 section 5).
  if (meaning.soa == nullptr) {
    if (!meaning.from_forwarder && rank == Rank::kAnswerAuthoritative) {
      return LearnBareDenial(meaning.end, type,
                             meaning.reply_class == upstream::ReplyClass::kNxDomain, rank, now,
                             answer);
    }
    ForgetStale(meaning.end, type, now);
    return answer == nullptr || answer->Add(entry);
  }
  return Keep(entry, now, answer);
}

bool Learner::LearnAnswer(const upstream::ReplyRecords& records,
                          const upstream::ReplyMeaning& meaning, wire::NameView name, RRType type,
                          cache::Instant now, answer::Answer* answer) {
  TERN_REQUIRE(IsAboutTheQuestion(meaning.reply_class));
  Rank rank = AnswerRank(records);
  wire::Name current(name);
  for (int links = 0; links <= kChainLinksMax; ++links) {
    // Only records at the name that was asked are certainly authoritative (RFC 2181 section 5.4.1).
    // So a reply about one name does not replace what is known of another.
    if (links > 0) rank = Rank::kAnswerNotAuthoritative;
    wire::Name target;
    const upstream::ChainLink link = upstream::FindLink(records, current, type, &target);
    if (link.kind == upstream::ChainLink::Kind::kNone) break;
    wire::Name owner;
    link.record->owner.CopyTo(&owner);
    const bool dname = link.IsRenaming();
    if (!LearnRRset(records, *link.record, dname ? owner.view() : current.view(), rank, now,
                    answer)) {
      return false;
    }
    if (links == 0 && !dname) ForgetDenialsAbove(name, now);
    if (link.kind == upstream::ChainLink::Kind::kFinal) return true;
    if (link.kind == upstream::ChainLink::Kind::kOverflow) {
      if (answer != nullptr) answer->SetRcode(wire::Rcode::kYXDomain);
      return true;
    }
    // The store does not keep this CNAME. The DNAME makes it again.
    if (dname && answer != nullptr &&
        !answer::AddSynthesised(current, target, rank,
                                settings_.ttl.Positive(link.record->TtlSeconds()), now, scratch(),
                                answer)) {
      return false;
    }
    if (dname && type == RRType::kCNAME) return true;
    current = target;
    if (meaning.reply_class == upstream::ReplyClass::kAlias && current.view().Equals(meaning.end)) {
      return true;
    }
  }
  if (meaning.reply_class == upstream::ReplyClass::kAlias) return true;
  return LearnNegative(meaning, type, rank, now, answer);
}

void Learner::LearnPart(const upstream::ReplyRecords& records,
                        const upstream::ReplyMeaning& meaning, wire::NameView part, RRType type,
                        cache::Instant now) {
  TERN_REQUIRE(IsAboutTheQuestion(meaning.reply_class));
  wire::Name target;
  const upstream::ChainLink link = upstream::FindLink(records, part, type, &target);
  if (link.kind == upstream::ChainLink::Kind::kNone) {
    (void)LearnNegative(meaning, type, AnswerRank(records), now, nullptr);
  } else if (!link.IsRenaming()) {
    (void)LearnRRset(records, *link.record, part, AnswerRank(records), now, nullptr);
  }
}

std::span<const uint8_t> Learner::LearnDelegation(const upstream::ReplyRecords& records,
                                                  std::span<const ReplyRecord> ns_section,
                                                  wire::NameView cut, uint32_t ttl_max,
                                                  cache::Instant now) {
  const auto matches = [&, hash = records.Hash(cut)](const ReplyRecord& record) {
    return record.type == RRType::kNS && records.OwnerHash(record) == hash;
  };
  const uint32_t ttl = std::min(settings_.ttl.Positive(LowestTtl(ns_section, matches)), ttl_max);
  EntryBuilder builder(scratch());
  if (!builder.StartDelegation(cut, ttl, now)) return {};
  std::array<uint64_t, kNsRecordsMax> servers;  // hashes of those that were read
  size_t count = 0;
  for (const ReplyRecord& record : ns_section) {
    // Name servers beyond the limit are left out. The others are enough.
    if (builder.count() >= limits_.name_servers || count == servers.size()) break;
    uint8_t server[wire::kNameOctetsMax];
    size_t written = 0;
    if (!matches(record) || wire::CopyRdata(record, server, &written) != ParseError::kNone) {
      continue;
    }
    const wire::NameView server_name = wire::NameView::FromValid(server, written);
    const uint64_t hash = records.Hash(server_name);
    const auto end = servers.begin() + static_cast<ptrdiff_t>(count);
    const bool is_known = std::find(servers.begin(), end, hash) != end;
    servers[count++] = hash;
    if (is_known) continue;
    uint8_t ipv4[cache::kAddressesPerServerMax * 4];
    uint8_t ipv6[cache::kAddressesPerServerMax * 16];
    const size_t addresses = limits_.addresses;
    const size_t octets4 =
        CollectGlue(records, hash, RRType::kA, 4, std::span(ipv4).first(addresses * 4));
    const size_t octets6 =
        CollectGlue(records, hash, RRType::kAAAA, 16, std::span(ipv6).first(addresses * 16));
    if (!builder.AddNameServer(server_name, {ipv4, octets4}, {ipv6, octets6})) break;
  }
  if (builder.count() == 0) return {};
  const std::span<const uint8_t> entry = builder.Finish();
  (void)store_->Put(entry, now);
  return entry;
}

std::span<const uint8_t> Learner::LearnReferral(const upstream::ReplyRecords& records,
                                                const upstream::ReplyMeaning& meaning,
                                                uint32_t ttl_max, cache::Instant now) {
  TERN_REQUIRE(meaning.reply_class == upstream::ReplyClass::kReferral);
  return LearnDelegation(records, records.authority(), meaning.cut, ttl_max, now);
}

std::span<const uint8_t> Learner::LearnPriming(const upstream::ReplyRecords& records,
                                               cache::Instant now) {
  return LearnDelegation(records, records.answer(), wire::NameView(), UINT32_MAX, now);
}

void Learner::LearnFailure(wire::NameView name, RRType type, wire::ExtendedError error,
                           bool has_stale, Time time, bool by_silence) {
  const cache::Instant now = StoreInstant(time);
  // RFC 9520 section 3.2: with backoff. The first failure is kept for some seconds, because a
  // client tries again within them.
  uint16_t in_a_row = 1;
  const cache::EntryView before = store_->Find(name, cache::KeySpace::kFailure, type);
  // The failure continues a row if it comes within a few of their own times.
  if (before && now < before.expiry() + 2 * settings_.max_failure_ttl) {
    in_a_row = static_cast<uint16_t>(std::min(before.FailuresInARow() + 1, 16));
  }
  uint32_t ttl = settings_.min_failure_ttl << (in_a_row - 1);
  if (has_stale) ttl = std::max(ttl, kStaleFailureTtlMin);
  if (by_silence) ttl = std::min(ttl, kSilenceTtlMax);
  ttl = std::min(ttl, settings_.max_failure_ttl);
  // Starts at the next full second, except at RFC 9520's maximum of five minutes.
  const bool is_between = Time(std::chrono::seconds(now.seconds())) != time;
  const cache::Instant start = is_between && ttl < kFailureTtlMax ? now + 1 : now;
  EntryBuilder builder(scratch());
  if (!builder.StartFailure(name, type, error, in_a_row, ttl, start)) return;
  (void)store_->Put(builder.Finish(), now);
}

}  // namespace tern::resolver::resolution
