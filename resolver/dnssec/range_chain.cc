#include "resolver/dnssec/range_chain.h"

#include <algorithm>
#include <iterator>

#include "wire/check.h"

namespace tern::resolver::dnssec {

// A key that is shorter than the number is filled with zero octets. Equal numbers are told apart by
// the whole keys.
uint64_t RangeChain::StartOf(std::string_view key) {
  uint64_t start = 0;
  const size_t octets = std::min(key.size(), sizeof start);
  for (size_t i = 0; i < sizeof start; ++i) {
    start = start << 8 | (i < octets ? static_cast<uint8_t>(key[i]) : 0);
  }
  return start;
}

KeptRange* RangeChain::Find(std::string_view key) const {
  if (ranges_.empty()) return nullptr;
  const auto behind = ranges_.upper_bound(Sought(key));
  // Before the first owner lies only what the last range covers by going back.
  const auto at = std::prev(behind == ranges_.begin() ? ranges_.end() : behind);
  return at->range->Contains(key) ? at->range : nullptr;
}

KeptRange* RangeChain::FindOverlap(const KeptRange& range) const {
  if (ranges_.empty()) return nullptr;
  if (KeptRange* const around = Find(range.key())) return around;
  // The next owner behind this one, around the end.
  auto next = ranges_.upper_bound(Sought(range.key()));
  if (next == ranges_.end()) next = ranges_.begin();
  return range.Contains(next->key()) ? next->range : nullptr;
}

void RangeChain::Insert(KeptRange* range) {
  TERN_DCHECK(FindOverlap(*range) == nullptr);
  ranges_.insert(Place{StartOf(range->key()), range});
}

void RangeChain::Remove(KeptRange* range) { ranges_.erase(Place{StartOf(range->key()), range}); }

}  // namespace tern::resolver::dnssec
