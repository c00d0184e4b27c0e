#include "resolver/upstream/family_health.h"

namespace tern::resolver::upstream {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

// This runs for every answer. So it writes only when there is something to change.
void FamilyHealth::NoteAnswer(bool ipv6) {
  Family& family = families_[ipv6];
  if (family.silent_in_a_row.load(kRelaxed) == 0) return;
  family.silent_in_a_row.store(0, kRelaxed);
  family.last_silent.store(0, kRelaxed);
  if (!family.told_broken.load(kRelaxed) || !family.told_broken.exchange(false)) return;
  if (observer_ != nullptr) observer_(ipv6, true);
}

void FamilyHealth::NoteSilence(bool ipv6, uint64_t server) {
  Family& family = families_[ipv6];
  if (family.last_silent.exchange(server, kRelaxed) == server) return;
  if (family.silent_in_a_row.load(kRelaxed) < kBrokenAfter) {
    family.silent_in_a_row.fetch_add(1, kRelaxed);
  }
  if (!IsBroken(ipv6) || family.told_broken.exchange(true)) return;
  if (observer_ != nullptr) observer_(ipv6, false);
}

bool FamilyHealth::ClaimProbe(bool ipv6, Time now) {
  std::atomic<int64_t>& until = families_[ipv6].probe_until;
  int64_t before = until.load(kRelaxed);
  return before <= Micros(now) &&
         until.compare_exchange_strong(before, Micros(now + kProbeEach), kRelaxed);
}

}  // namespace tern::resolver::upstream
