#include "resolver/resolution/job.h"

#include "resolver/resolution/recursor.h"

namespace tern::resolver::resolution {

void Job::OnTimer() { recursor_->OnJobTimer(this); }

bool Job::MayFailToLookUp() const {
  const bool is_nested = allowance_ != &own_allowance_;
  return allowance_->failed_address_lookups > (is_nested ? allowance_->kept_for_the_question : 0);
}

void Job::ChargeFailedLookup() {
  if (MayFailToLookUp()) --allowance_->failed_address_lookups;
}

bool Job::HasUsedUpAllowance() const {
  return allowance_->upstream_queries <= 0 || allowance_->referrals <= 0 || !MayFailToLookUp() ||
         nesting_ >= settings_->resolution.budget.nesting ||
         recursor_->environment().Now() >= deadline_;
}

FramePool& Job::frames() { return recursor_->frames(); }

}  // namespace tern::resolver::resolution
