#include "resolver/job.h"

#include "resolver/recursor.h"

namespace tern::resolver {

void Job::OnTimer() { recursor_->OnJobTimer(this); }

bool Job::HasUsedUpAllowance() const {
  return allowance_->upstream_queries <= 0 || allowance_->referrals <= 0 ||
         allowance_->failed_address_lookups <= 0 ||
         nesting_ >= settings_->resolution.budget.nesting ||
         recursor_->environment().Now() >= deadline_;
}

FramePool& Job::frames() { return recursor_->frames(); }

}  // namespace tern::resolver
