#include "resolver/answer/denied_below.h"

#include <algorithm>

#include "wire/check.h"

namespace tern::resolver::answer {
namespace {

using wire::RRType;

// The types that most names have. The store finds entries by name and type only.
constexpr RRType kUsualTypes[] = {RRType::kA,  RRType::kAAAA, RRType::kCNAME, RRType::kTXT,
                                  RRType::kMX, RRType::kNS,   RRType::kPTR,   RRType::kSRV};

bool HasFreshData(const cache::Store& store, wire::NameView name, cache::Instant now) {
  const uint64_t hash = store.Hash(name);
  return std::any_of(std::begin(kUsualTypes), std::end(kUsualTypes), [&](RRType type) {
    const cache::EntryView entry = store.Find(name, hash, cache::KeySpace::kData, type);
    return entry && entry.IsFresh(now) && !cache::SaysNxDomain(entry.kind());
  });
}

// Whether the root or a top level domain gave it.
bool IsFromAbove(cache::EntryView denial) {
  return denial.count() > 0 && denial.SoaOwner().LabelCount() <= 1;
}

}  // namespace

bool IsDeniedBy(const cache::Store& store, const policy::CoreSettings& settings,
                cache::EntryView denial, wire::NameView name, cache::Instant now) {
  TERN_REQUIRE(denial.kind() == cache::EntryKind::kNxDomain);
  const bool is_strict = settings.resolution.qname_minimisation == QnameMinimisation::kStrict;
  return (is_strict || IsFromAbove(denial)) &&
         settings.block_lists.Nearest(denial.name()) == nullptr && !HasFreshData(store, name, now);
}

}  // namespace tern::resolver::answer
