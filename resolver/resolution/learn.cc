#include "resolver/resolution/learn.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "resolver/answer/renaming.h"
#include "resolver/answer/zone_cut.h"
#include "wire/check.h"
#include "wire/dnssec_records.h"
#include "wire/message.h"
#include "wire/rdata.h"
#include "wire/signed_octets.h"

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

// RRSIGs that are kept of one NSEC or NSEC3 record, or of the SOA beside it. An entry has room for
// three such records with these.
constexpr size_t kSignaturesOfProofMax = 4;
// NS records that are read of one delegation. More than limits.name_servers, because a server may
// be there several times.
constexpr size_t kNsRecordsMax = 64;

bool IsDenial(RRType type) { return type == RRType::kNSEC || type == RRType::kNSEC3; }
bool IsProof(const ReplyRecord& record) { return IsDenial(record.type); }

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
                 policy::BlockLists lists, bool validates)
    : store_(store),
      settings_(settings),
      limits_(limits),
      lists_(std::move(lists)),
      validates_(validates),
      scratch_(kScratch / sizeof(uint64_t)) {}

void Learner::Put(std::span<const uint8_t> entry, cache::Instant now) {
  // Most names below a block list are asked for once.
  const bool is_listed = lists_.Nearest(cache::EntryView(entry.data()).name()) != nullptr;
  (void)store_->Put(entry, now, is_listed ? cache::Reuse::kUnlikely : cache::Reuse::kExpected);
}

bool Learner::Keep(EntryBuilder* builder, cache::Instant now, answer::Answer* answer) {
  builder->SetSecurity(security_);
  const std::span<const uint8_t> entry = builder->Finish();
  // If the store has no room for it, it is answered all the same.
  Put(entry, now);
  return answer == nullptr || answer->Add(entry);
}

bool Learner::AddSignatures(const upstream::ReplyRecords& records,
                            std::span<const ReplyRecord> section, uint64_t owner_hash,
                            wire::NameView owner, RRType type, bool as_proofs,
                            EntryBuilder* builder) {
  const std::span<uint8_t> rdata = scratch().subspan(cache::kBuiltOctetsMax);
  bool of_wildcard = false;
  size_t count = 0;
  for (const ReplyRecord& record : section) {
    if (record.type != RRType::kRRSIG || records.OwnerHash(record) != owner_hash) continue;
    size_t written = 0;
    if (wire::CopyRdata(record, rdata, &written) != ParseError::kNone) continue;
    const std::optional<wire::RrsigView> rrsig = wire::ReadRrsig(rdata.first(written));
    if (!rrsig || rrsig->type_covered != type) continue;
    // What does not fit is left out. Validation says so, if it was needed. One proof leaves room
    // for the others.
    if (as_proofs && count++ == kSignaturesOfProofMax) break;
    const bool added = as_proofs ? builder->AddProof(owner, RRType::kRRSIG, rdata.first(written))
                                 : builder->AddSignature(rdata.first(written));
    if (!added) break;
    of_wildcard |= rrsig->labels < wire::SignedLabels(owner);
  }
  return of_wildcard;
}

void Learner::AddProofs(const upstream::ReplyRecords& records, EntryBuilder* builder) {
  const std::span<uint8_t> rdata = scratch().subspan(cache::kBuiltOctetsMax);
  for (const ReplyRecord& record : records.authority()) {
    size_t written = 0;
    if (!IsDenial(record.type) || wire::CopyRdata(record, rdata, &written) != ParseError::kNone) {
      continue;
    }
    wire::Name owner;
    record.owner.CopyTo(&owner);
    if (!builder->AddProof(owner, record.type, rdata.first(written))) return;
    (void)AddSignatures(records, records.authority(), records.OwnerHash(record), owner, record.type,
                        /*as_proofs=*/true, builder);
  }
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
  if (NeedsProof()) {
    const bool of_wildcard =
        AddSignatures(records, records.answer(), records.Hash(owner), owner, first.type,
                      /*as_proofs=*/false, &builder);
    if (of_wildcard) AddProofs(records, &builder);
  }
  return Keep(&builder, now, answer);
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
    const EntryView denial = store_->FindDenial(name, hash);
    // What was validated is not ended by what was not.
    const bool stays = denial && cache::IsValidated(denial.security()) &&
                       security_ < denial.security() && denial.IsFresh(now);
    if (denial && !stays) {
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
  return started && Keep(&builder, now, answer);
}

bool Learner::LearnNegative(const upstream::ReplyRecords& records,
                            const upstream::ReplyMeaning& meaning, RRType type, Rank rank,
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
    if (validates_) ttl = std::min(ttl, policy.Positive(LowestTtl(records.authority(), IsProof)));
  }
  EntryBuilder builder(scratch());
  const bool started = meaning.reply_class == upstream::ReplyClass::kNxDomain
                           ? builder.StartNxDomain(meaning.end, soa_owner, ttl, now, rank)
                           : builder.StartNoData(meaning.end, type, soa_owner, ttl, now, rank);
  if (!started) return false;
  if (soa_octets != 0 && !builder.AddRecord({soa, soa_octets})) return false;
  if (NeedsProof()) {
    if (meaning.soa != nullptr) {
      (void)AddSignatures(records, records.authority(), records.OwnerHash(*meaning.soa), soa_owner,
                          RRType::kSOA, /*as_proofs=*/true, &builder);
    }
    AddProofs(records, &builder);
  }
  builder.SetSecurity(security_);
  // What is said about the end of an alias must not deny a zone that is known to be delegated, with
  // everything in it, nor a name that an authoritative answer has shown to exist.
  if (meaning.reply_class == upstream::ReplyClass::kNxDomain &&
      rank == Rank::kAnswerNotAuthoritative && IsKnownToExist(*store_, meaning.end, type, now)) {
    return answer == nullptr || answer->Add(builder.Finish());
  }
  // Without an SOA there is no TTL to keep the denial by (RFC 2308 section 5).
  if (meaning.soa == nullptr) {
    if (!meaning.from_forwarder && rank == Rank::kAnswerAuthoritative) {
      return LearnBareDenial(meaning.end, type,
                             meaning.reply_class == upstream::ReplyClass::kNxDomain, rank, now,
                             answer);
    }
    ForgetStale(meaning.end, type, now);
    return answer == nullptr || answer->Add(builder.Finish());
  }
  return Keep(&builder, now, answer);
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
        !answer::AddSynthesised(current, target, rank, security_,
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
  return LearnNegative(records, meaning, type, rank, now, answer);
}

void Learner::LearnPart(const upstream::ReplyRecords& records,
                        const upstream::ReplyMeaning& meaning, wire::NameView part, RRType type,
                        cache::Instant now) {
  TERN_REQUIRE(IsAboutTheQuestion(meaning.reply_class));
  wire::Name target;
  const upstream::ChainLink link = upstream::FindLink(records, part, type, &target);
  if (link.kind == upstream::ChainLink::Kind::kNone) {
    (void)LearnNegative(records, meaning, type, AnswerRank(records), now, nullptr);
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
  if (validates_) LearnDs(records, meaning.cut, ttl_max, now);
  return LearnDelegation(records, records.authority(), meaning.cut, ttl_max, now);
}

std::span<const uint8_t> Learner::LearnPriming(const upstream::ReplyRecords& records,
                                               cache::Instant now) {
  return LearnDelegation(records, records.answer(), wire::NameView(), UINT32_MAX, now);
}

// A referral says whether its cut has DS records (RFC 4035 section 3.1.4).
void Learner::LearnDs(const upstream::ReplyRecords& records, wire::NameView cut, uint32_t ttl_max,
                      cache::Instant now) {
  const std::span<uint8_t> rdata = scratch().subspan(cache::kBuiltOctetsMax);
  const uint64_t hash = records.Hash(cut);
  const auto is_ds = [&](const ReplyRecord& record) {
    return record.type == RRType::kDS && records.OwnerHash(record) == hash;
  };
  const std::span<const ReplyRecord> section = records.authority();
  const bool has_ds = std::any_of(section.begin(), section.end(), is_ds);
  // Without a proof, the server may only have left out the DS, as those of unsigned zones do.
  if (!has_ds && std::none_of(section.begin(), section.end(), IsProof)) return;
  const uint32_t lowest = has_ds ? LowestTtl(section, is_ds) : LowestTtl(section, IsProof);
  const uint32_t ttl = std::min(settings_.ttl.Positive(lowest), ttl_max);
  EntryBuilder builder(scratch().first(cache::kBuiltOctetsMax));
  constexpr Rank kRank = Rank::kAuthorityAuthoritative;
  const bool started =
      has_ds ? builder.StartRRset(cut, RRType::kDS, ttl, now, kRank)
             : builder.StartNoData(cut, RRType::kDS, wire::NameView(), ttl, now, kRank);
  if (!started) return;
  for (const ReplyRecord& record : section) {
    size_t written = 0;
    if (!is_ds(record)) continue;
    if (wire::CopyRdata(record, rdata, &written) != ParseError::kNone ||
        !builder.AddRecord(rdata.first(written))) {
      return;
    }
  }
  if (NeedsProof()) {
    if (has_ds) {
      (void)AddSignatures(records, section, hash, cut, RRType::kDS, /*as_proofs=*/false, &builder);
    } else {
      AddProofs(records, &builder);
    }
  }
  (void)Keep(&builder, now, nullptr);
}

void Learner::LearnFailure(wire::NameView name, RRType type, wire::ExtendedError error,
                           bool has_stale, Time time, bool by_silence, std::string_view text) {
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
  if (!builder.StartFailure(name, type, error, in_a_row, ttl, start, text)) return;
  (void)store_->Put(builder.Finish(), now);
}

}  // namespace tern::resolver::resolution
