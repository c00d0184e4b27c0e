// The part of RecursiveService for clients that want no recursion.
#include "resolver/answer/denied_below.h"
#include "resolver/answer/known_above.h"
#include "resolver/answer/reply.h"
#include "resolver/answer/zone_cut.h"
#include "resolver/policy/name_source.h"
#include "resolver/service/recursive_service.h"
#include "wire/message.h"

namespace tern::resolver::service {

using wire::ExtendedError;
using wire::Rcode;

// What is known at a name and above it: the nearest zone cut, or below that an NXDOMAIN that denies
// the name too. Nothing above a static zone says anything about that zone.
cache::EntryView RecursiveService::KnownAbove(const View& view, wire::NameView name,
                                              cache::Instant now, cache::Security floor) const {
  const bool denies_below = policy::DeniesBelow(*view.settings, name);
  cache::EntryView known;
  const auto visit = [&](const answer::Ancestor& at) {
    known = at.cut;
    if (known) return answer::Walk::kStop;
    const cache::EntryView gone = store_->FindDenial(at.name, at.hash);
    if (gone && gone.IsFresh(now) && gone.security() >= floor && denies_below &&
        !at.is_above_static_zone && answer::IsDeniedBy(*store_, *view.settings, gone, name, now)) {
      known = gone;
    }
    return known ? answer::Walk::kStop : answer::Walk::kOn;
  };
  answer::Ancestor itself;
  itself.name = name;
  itself.hash = store_->Hash(name);
  itself.cut = answer::FreshCut(*store_, name, itself.hash, now);
  if (visit(itself) == answer::Walk::kOn) {
    answer::ForEachAncestor(*store_, *view.settings, name, now, visit);
  }
  return known;
}

// Answers from the cache only (RFC 1034 section 4.3.1). The answer is the first of these that
// exists:
// - the known links of the chain,
// - SERVFAIL, if what was found a moment ago is bogus,
// - an NXDOMAIN or a referral from above the name,
// - REFUSED.
RecursiveService::Answered RecursiveService::AnswerWithoutRecursion(const View& view,
                                                                    std::span<const uint8_t> query,
                                                                    const answer::Request& request,
                                                                    std::span<uint8_t> reply,
                                                                    size_t limit) {
  const cache::Instant now = recursor_.StoreNow();
  const cache::Security floor = answer::FloorFor(request, view.settings->dnssec.IsOn());
  answer::AnswerParts parts;
  parts.exempt_zones = &view.settings->dnssec.negative_anchors;
  parts.told = &told_error_;
  wire::NameView name;
  (void)answer::CollectFromCache(*store_, request.name, request.type, now, &parts, &name,
                                 view.settings->resolution.budget.aliases, floor);
  if (parts.count == 0) {
    const cache::EntryView failure = store_->Find(name, cache::KeySpace::kFailure, request.type);
    // Only a failure of validation has a text. A client that checks itself may see what is bogus.
    if (failure && failure.IsFresh(now) && !failure.ErrorText().empty() &&
        (request.flags & wire::kFlagCD) == 0) {
      if (request.has_edns) told_error_ = failure.Error();
      return {answer::ComposeError(query, request, Rcode::kServFail, failure.Error(),
                                   failure.ErrorText(), reply),
              FollowUp::kNone, AnswerSource::kCache};
    }
    if (const cache::EntryView above = KnownAbove(view, name, now, floor)) (void)parts.Add(above);
  }
  if (parts.count == 0) {
    // RFC 8914 section 4.21.
    return {answer::ComposeError(query, request, Rcode::kRefused, ExtendedError::kNotAuthoritative,
                                 "not in the cache, and recursion was not asked for", reply),
            FollowUp::kNone, AnswerSource::kRefused};
  }
  const size_t octets =
      answer::ComposeReply(query, request, parts, now, rotation_.Next(), limit, reply);
  if (octets == 0) return {};
  return {octets, FollowUp::kNone, AnswerSource::kCache};
}

}  // namespace tern::resolver::service
