#include "resolver/upstream/family_health.h"

namespace tern::resolver::upstream {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

// This runs for every answer. So it writes only when there is something to change.
void FamilyHealth::NoteAnswer(bool ipv6) {
  Family& family = families_[ipv6];
  if (!family.has_answered.load(kRelaxed)) family.has_answered.store(true, kRelaxed);
  if (family.silent_count.load(kRelaxed) == 0) return;
  family.silent_count.store(0, kRelaxed);
  if (!family.told_broken.load(kRelaxed) || !family.told_broken.exchange(false)) return;
  if (observer_ != nullptr) observer_(ipv6, true);
}

void FamilyHealth::NoteSilence(bool ipv6, uint64_t server) {
  Family& family = families_[ipv6];
  const uint32_t count = family.silent_count.load(kRelaxed);
  if (count < kBrokenAfter) {
    for (uint32_t i = 0; i < count; ++i) {
      if (family.silent[i].load(kRelaxed) == server) return;
    }
    family.silent[count].store(server, kRelaxed);
    family.silent_count.store(count + 1, kRelaxed);
  }
  if (!IsBroken(ipv6) || family.told_broken.exchange(true)) return;
  if (observer_ != nullptr) observer_(ipv6, false);
}

bool FamilyHealth::Claim(std::atomic<int64_t>* until, Time now) {
  int64_t before = until->load(kRelaxed);
  return before <= Micros(now) &&
         until->compare_exchange_strong(before, Micros(now + kProbeEach), kRelaxed);
}

}  // namespace tern::resolver::upstream
