#include "resolver/upstream/family_health.h"

namespace tern::resolver::upstream {
namespace {

using std::memory_order_relaxed;

}  // namespace

// This runs for every answer. So it writes only when there is something to change.
void FamilyHealth::NoteAnswer(bool ipv6) {
  Family& family = families_[ipv6];
  if (!family.has_answered.load(memory_order_relaxed))
    family.has_answered.store(true, memory_order_relaxed);
  if (family.silent_count.load(memory_order_relaxed) == 0) return;
  family.silent_count.store(0, memory_order_relaxed);
  if (!family.told_broken.load(memory_order_relaxed) || !family.told_broken.exchange(false)) return;
  if (observer_ != nullptr) observer_(ipv6, true);
}

void FamilyHealth::NoteSilence(bool ipv6, uint64_t server) {
  Family& family = families_[ipv6];
  const uint32_t count = family.silent_count.load(memory_order_relaxed);
  if (count < kBrokenAfter) {
    for (uint32_t i = 0; i < count; ++i) {
      if (family.silent[i].load(memory_order_relaxed) == server) return;
    }
    family.silent[count].store(server, memory_order_relaxed);
    family.silent_count.store(count + 1, memory_order_relaxed);
  }
  if (!IsBroken(ipv6) || family.told_broken.exchange(true)) return;
  if (observer_ != nullptr) observer_(ipv6, false);
}

bool FamilyHealth::Claim(std::atomic<int64_t>* until, Time now) {
  int64_t before = until->load(memory_order_relaxed);
  return before <= Micros(now) &&
         until->compare_exchange_strong(before, Micros(now + kProbeEach), memory_order_relaxed);
}

}  // namespace tern::resolver::upstream
