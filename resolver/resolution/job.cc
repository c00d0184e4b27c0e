#include "resolver/resolution/job.h"

namespace tern::resolver::resolution {

bool Job::MayFailToLookUp() const {
  const Allowance& allowance = *terms_.allowance;
  const bool is_nested = &allowance != &own_allowance_;
  return allowance.failed_address_lookups > (is_nested ? allowance.kept_for_the_question : 0);
}

bool Job::Brings(const Waiter& client) const {
  const bool ends_unchecked = state_.has_answer && !state_.wants_proof;
  return (!ends_unchecked || client.takes_unchecked_) &&
         (terms_.dnssec_ok || !client.wants_signatures_);
}

void Job::ChargeFailedLookup(bool cheap) {
  Allowance& allowance = *terms_.allowance;
  if (cheap) allowance.half_failed_lookup = !allowance.half_failed_lookup;
  if (cheap && allowance.half_failed_lookup) return;
  if (MayFailToLookUp()) --allowance.failed_address_lookups;
}

bool Job::HasUsedUpAllowance() const {
  return terms_.allowance->upstream_queries <= 0 || terms_.allowance->upstream_octets <= 0 ||
         terms_.allowance->referrals <= 0 || !MayFailToLookUp() ||
         state_.nesting >= settings_->resolution.budget.nesting ||
         facilities_.environment.Now() >= terms_.deadline;
}

void Job::BeginAnew() {
  ++state_.begun_anew;
  answer_.Clear();
  servers_ = upstream::ZoneServers();  // they point into the old settings
  settings_ = facilities_.settings;
  terms_.settings = settings_.get();
  terms_.dnssec_ok |= settings_->dnssec.IsOn();
}

}  // namespace tern::resolver::resolution
