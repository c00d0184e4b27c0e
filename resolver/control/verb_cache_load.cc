#include "resolver/control/verb_cache_load.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "cache/store.h"
#include "cache/stored_entry.h"
#include "resolver/base/time.h"
#include "wire/concat.h"
#include "wire/master_file.h"
#include "wire/message.h"
#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using wire::MasterRecord;
using wire::RRType;

struct LoadedSet {
  uint32_t ttl = std::numeric_limits<uint32_t>::max();  // the least of its records
  std::vector<const MasterRecord*> records;
  std::vector<const MasterRecord*> signatures;
};

// The type that an RRSIG signs: RFC 4034 section 3.1.1.
RRType SignedType(const MasterRecord& signature) {
  return static_cast<RRType>(wire::LoadU16(signature.rdata.data()));
}

using SetKey = std::pair<std::string, RRType>;

// `records` outlive the result.
std::map<SetKey, LoadedSet> GroupIntoSets(const std::vector<MasterRecord>& records) {
  std::map<SetKey, LoadedSet> sets;
  for (const MasterRecord& record : records) {
    wire::Name owner = record.owner;
    owner.Lower();
    const bool is_signature = record.type == RRType::kRRSIG && record.rdata.size() >= 2;
    const RRType type = is_signature ? SignedType(record) : record.type;
    LoadedSet& set = sets[{wire::ToText(owner), type}];
    (is_signature ? set.signatures : set.records).push_back(&record);
    if (!is_signature) set.ttl = std::min(set.ttl, record.ttl);
  }
  return sets;
}

// Empty when the set is none that could have been learnt.
std::span<const uint8_t> BuildEntry(const LoadedSet& set, RRType type, uint32_t ttl,
                                    cache::Instant now, cache::EntryBuilder* builder) {
  bool fits = builder->StartRRset(set.records[0]->owner, type, ttl, now,
                                  cache::Rank::kAnswerNotAuthoritative);
  for (const MasterRecord* record : set.records) fits = fits && builder->AddRecord(record->rdata);
  for (const MasterRecord* each : set.signatures) fits = fits && builder->AddSignature(each->rdata);
  if (!fits) return {};
  const std::span<const uint8_t> entry = builder->Finish();
  return cache::IsSoundStoredEntry(entry) ? entry : std::span<const uint8_t>();
}

}  // namespace

VerbResult AnswerCacheLoad(const ControlSources& sources, const ControlRequest& request) {
  const auto settings = sources.steered->SettingsInForce();
  if (!settings.ok()) return settings.status();
  const auto records = wire::ParseMasterFile(request.Text("records"), "records", {}, 0);
  if (!records.ok()) return records.status();
  const bool all_in = std::all_of(records->begin(), records->end(), [](const MasterRecord& each) {
    return each.rrclass == wire::RRClass::kIN;
  });
  if (!all_in) return absl::InvalidArgumentError("records: expected the class IN");
  const cache::Instant now = StoreInstant(sources.watched.now());
  alignas(8) std::array<uint8_t, cache::kEntryOctetsMax> buffer;
  cache::EntryBuilder builder(buffer);
  uint64_t loaded = 0;
  uint64_t known = 0;
  uint64_t left_out = 0;
  for (const auto& [key, set] : GroupIntoSets(*records)) {
    const uint32_t ttl = std::min(set.ttl, (*settings)->cache.ttl.max_ttl);
    std::span<const uint8_t> entry;
    // With a TTL of 0 it has expired.
    if (!set.records.empty() && ttl > 0) entry = BuildEntry(set, key.second, ttl, now, &builder);
    if (entry.empty()) {
      ++left_out;
      continue;
    }
    const cache::PutOutcome outcome = sources.store->Put(entry, now);
    if (outcome == cache::PutOutcome::kStored) {
      ++loaded;
    } else {
      ++(outcome == cache::PutOutcome::kOutranked ? known : left_out);
    }
  }
  return VerbJson{{"loaded", loaded}, {"known", known}, {"left_out", left_out}};
}

}  // namespace tern::resolver::control
