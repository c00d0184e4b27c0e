#include "resolver/resolution/kept_stale.h"

#include <new>
#include <utility>

#include "resolver/answer/stale.h"
#include "resolver/policy/core_settings.h"

namespace tern::resolver::resolution {
namespace {

// Whether the part is in the answer only: local data, and the CNAME that a DNAME makes.
bool IsOfNoStore(const answer::Answer& answer, size_t i) {
  return answer.at(i).rank() == cache::Rank::kLocal ||
         (i > 0 && answer.at(i - 1).type() == wire::RRType::kDNAME &&
          answer.at(i).type() == wire::RRType::kCNAME);
}

}  // namespace

void KeptStale::Keep(const answer::Knowledge& known, const wire::Name& name, wire::RRType type) {
  const policy::CoreSettings& settings = known.settings;
  if (answer_ != nullptr || !settings.cache.stale_instead_of_bogus || !settings.dnssec.IsOn()) {
    return;
  }
  std::unique_ptr<answer::Answer> answer(new (std::nothrow) answer::Answer);
  if (answer == nullptr || !answer::AnswerFromStale(known, name, type, answer.get())) return;
  if (answer->error() != wire::ExtendedError::kNone) answer_ = std::move(answer);
}

void KeptStale::PutBack(Facilities* facilities) const {
  if (answer_ == nullptr) return;
  const cache::Instant now = facilities->StoreNow();
  for (size_t i = 0; i < answer_->count(); ++i) {
    const cache::EntryView part = answer_->at(i);
    if (part.IsFresh(now) || IsOfNoStore(*answer_, i)) continue;
    const cache::EntryView present =
        facilities->store.Find(part.name(), cache::SpaceOf(part.kind()), part.type());
    if (present && cache::IsValidated(present.security())) continue;
    facilities->learner.Put(answer_->octets_at(i), now);
  }
}

}  // namespace tern::resolver::resolution
