// Answers from the ranges of signed zones (RFC 8198).
#include <algorithm>
#include <array>

#include "resolver/answer/hot_path.h"
#include "resolver/dnssec/aggressive.h"
#include "resolver/dnssec/anchors.h"
#include "resolver/policy/local_data.h"
#include "resolver/policy/name_source.h"
#include "resolver/service/recursive_service.h"

namespace tern::resolver::service {
namespace {

using dnssec::AggressiveAnswer;
using dnssec::AggressiveKind;
using wire::RRType;

// Zones that are looked at for one name, from the nearest one up.
constexpr size_t kZonesMax = 8;

// The names that may be the zone of the name: itself and those above it. DS is in the zone above.
size_t ZonesOf(wire::NameView name, RRType type, std::array<wire::NameView, kZonesMax>* zones) {
  size_t count = 0;
  bool above = type == RRType::kDS;
  for (;; name = name.Parent()) {
    if (!above) (*zones)[count++] = name;
    above = false;
    if (name.IsRoot() || count == kZonesMax) return count;
  }
}

bool AddProof(const AggressiveAnswer::Record& record, bool is_soa, cache::EntryBuilder* builder) {
  cache::RecordCursor cursor = record.records();
  std::span<const uint8_t> rdata;
  for (bool is_first = true; cursor.Next(&rdata); is_first = false) {
    if (is_first && is_soa) continue;
    if (!builder->AddProof(record.owner, is_first ? record.type : RRType::kRRSIG, rdata)) {
      return false;
    }
  }
  return true;
}

// Makes the denial with its proof.
bool BuildDenial(const AggressiveAnswer& found, wire::NameView name, RRType type,
                 cache::Instant now, cache::EntryBuilder* builder) {
  const uint32_t ttl = found.expiry() - now;
  const bool started = found.kind() == AggressiveKind::kNameError
                           ? builder->StartNxDomain(name, found.zone(), ttl, now)
                           : builder->StartNoData(name, type, found.zone(), ttl, now);
  if (!started || found.records().empty()) return false;
  builder->SetSecurity(cache::Security::kSecure);
  cache::RecordCursor soa = found.records()[0].records();
  std::span<const uint8_t> rdata;
  if (!soa.Next(&rdata) || !builder->AddRecord(rdata)) return false;
  for (size_t i = 0; i < found.records().size(); ++i) {
    if (!AddProof(found.records()[i], /*is_soa=*/i == 0, builder)) return false;
  }
  return true;
}

// Makes the RRset that the wildcard has for the name, with the proof that the name does not exist.
bool BuildExpanded(cache::EntryView wildcard, const AggressiveAnswer& found, wire::NameView name,
                   cache::Instant now, cache::EntryBuilder* builder) {
  const uint32_t ttl = std::min(wildcard.Remaining(now), found.expiry() - now);
  wire::Name owner(name);
  owner.Lower();
  if (!builder->StartRRset(owner, wildcard.type(), ttl, now, wildcard.rank())) return false;
  builder->SetSecurity(cache::Security::kSecure);
  std::span<const uint8_t> rdata;
  for (cache::RecordCursor cursor = wildcard.Records(); cursor.Next(&rdata);) {
    if (!builder->AddRecord(rdata)) return false;
  }
  for (cache::RecordCursor cursor = wildcard.Signatures(); cursor.Next(&rdata);) {
    if (!builder->AddSignature(rdata)) return false;
  }
  const auto records = found.records();
  return std::all_of(records.begin(), records.end(), [&](const AggressiveAnswer::Record& record) {
    return AddProof(record, /*is_soa=*/false, builder);
  });
}

}  // namespace

// Puts what the wildcard has into the store, under the name that it makes.
bool RecursiveService::MakeFromWildcard(const AggressiveAnswer& found, wire::NameView name,
                                        RRType type) {
  resolution::Facilities& facilities = recursor_.facilities();
  const cache::Instant now = recursor_.StoreNow();
  for (const RRType at : {type, RRType::kCNAME}) {
    const cache::EntryView entry = store_->Find(found.wildcard(), cache::KeySpace::kData, at);
    if (!entry || !entry.IsFresh(now) || entry.kind() != cache::EntryKind::kRRset ||
        entry.security() != cache::Security::kSecure) {
      continue;
    }
    cache::EntryBuilder builder(facilities.learner.scratch());
    if (!BuildExpanded(entry, found, name, now, &builder)) return false;
    facilities.learner.Put(builder.Finish(), now);
    ++counters().range_answers;
    return true;
  }
  return false;
}

// Whether an RRset is there that nobody has validated yet. It may prove that the name exists.
bool RecursiveService::HasUnchecked(wire::NameView name, RRType type, cache::Instant now) const {
  const cache::EntryView entry = store_->Find(name, cache::KeySpace::kData, type);
  return entry && entry.IsFresh(now) && entry.kind() == cache::EntryKind::kRRset &&
         entry.security() == cache::Security::kUnchecked;
}

size_t RecursiveService::AnswerFromRanges(const View& view, std::span<const uint8_t> query,
                                          const answer::ParsedQuery& parsed, bool tcp,
                                          std::span<uint8_t> reply) {
  const answer::Request& request = parsed.request;
  const size_t limit = answer::ReplyLimit(tcp, request, reply);
  const policy::CoreSettings& settings = *view.settings;
  if (ranges_ == nullptr || !settings.dnssec.aggressive || settings.dnssec.time_unsure ||
      settings.dnssec.validation != Validation::kOn || (request.flags & wire::kFlagCD) != 0 ||
      policy::StaticZoneOf(settings, request.name) != nullptr ||
      view.local_data->Has(request.name) ||
      dnssec::FindAnchor(settings.dnssec, request.name).anchor == nullptr) {
    return 0;
  }
  resolution::Facilities& facilities = recursor_.facilities();
  const cache::Instant now = recursor_.StoreNow();
  if (HasUnchecked(request.name, request.type, now)) return 0;
  std::array<wire::NameView, kZonesMax> zones;
  const size_t count = ZonesOf(request.name, request.type, &zones);
  dnssec::HashBudget hashes{&facilities.validation->hasher, dnssec::AggressiveIndex::kHashesMax};
  AggressiveAnswer found;
  if (!ranges_->Answer(std::span(zones).first(count), request.name, request.type, now, &hashes,
                       &found)) {
    return 0;
  }
  if (found.kind() == AggressiveKind::kWildcard) {
    if (!MakeFromWildcard(found, request.name, request.type)) return 0;
    return AnswerKnown(view, query, parsed, tcp, reply);
  }
  cache::EntryBuilder builder(facilities.learner.scratch());
  if (!BuildDenial(found, request.name, request.type, now, &builder)) return 0;
  answer::AnswerParts parts;
  (void)parts.Add(cache::EntryView(builder.Finish().data()));
  ++counters().range_answers;
  return answer::ComposeReply(query, request, parts, now, rotation_.Next(), limit, reply);
}

}  // namespace tern::resolver::service
