#include "resolver/answer/targets.h"

#include <algorithm>
#include <optional>
#include <span>

#include "cache/use_mark.h"
#include "resolver/answer/known_address.h"
#include "resolver/policy/local_data.h"
#include "wire/check.h"
#include "wire/message.h"

namespace tern::resolver::answer {

using cache::EntryView;
using wire::RRType;

void ReadTargets(EntryView rrset, Targets* targets) {
  const size_t offset = TargetOffset(rrset.type());
  TERN_REQUIRE(rrset.kind() == cache::EntryKind::kRRset && offset != 0);
  cache::RecordCursor cursor = rrset.Records();
  std::span<const uint8_t> rdata;
  targets->count = 0;
  for (uint16_t record = 0; cursor.Next(&rdata); ++record) {
    if (rdata.size() <= offset) continue;
    const std::optional<wire::NameView> name = wire::NameView::FromWire(rdata.subspan(offset));
    if (!name || name->IsRoot()) continue;
    const Target target = {*name, wire::LoadU16(rdata.data()), record};
    auto* const begin = targets->hosts.data();
    auto* const end = begin + targets->count;
    auto* const at = std::upper_bound(begin, end, target, [](const Target& a, const Target& b) {
      return a.preference < b.preference;
    });
    if (at == begin + kTargetsMax) continue;
    if (targets->count < kTargetsMax) ++targets->count;
    std::move_backward(at, begin + targets->count - 1, begin + targets->count);
    *at = target;
  }
}

void CollectAdditional(const cache::Store& store, const policy::LocalData* local_data,
                       EntryView rrset, cache::Instant now, cache::Security floor,
                       Additional* additional) {
  Targets targets;
  ReadTargets(rrset, &targets);
  for (size_t i = 0; i < targets.count; ++i) {
    const Target& host = targets.hosts[i];
    if (local_data != nullptr && local_data->Has(host.name)) continue;
    const uint64_t hash = store.Hash(host.name);
    for (const RRType type : {RRType::kA, RRType::kAAAA}) {
      const KnownAddress known = FindAddress(store, host.name, hash, type, now, floor);
      additional->is_due |= known.is_due;
      if (known.addresses) additional->parts[additional->count++] = {known.addresses, host.record};
    }
  }
}

}  // namespace tern::resolver::answer
