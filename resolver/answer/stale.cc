#include "resolver/answer/stale.h"

#include <optional>

#include "resolver/answer/denied_below.h"
#include "resolver/answer/known_above.h"
#include "resolver/answer/renaming.h"
#include "resolver/policy/local_data.h"
#include "resolver/policy/name_source.h"

namespace tern::resolver::answer {
namespace {

using cache::EntryKind;
using cache::EntryView;
using cache::KeySpace;
using wire::NameView;
using wire::RRType;

cache::Instant LearntAt(EntryView entry) { return entry.expiry() - entry.ttl(); }

// The better of two entries. A fresh one is true. Of two that are not fresh, the younger is more
// likely to be true.
EntryView Better(EntryView a, EntryView b, cache::Instant now) {
  if (!a || !b) return a ? a : b;
  if (a.IsFresh(now) != b.IsFresh(now)) return a.IsFresh(now) ? a : b;
  return LearntAt(a) >= LearntAt(b) ? a : b;
}

class StaleSearch {
 public:
  StaleSearch(const cache::Store& store, const policy::CoreSettings& settings, cache::Instant now)
      : store_(store), settings_(settings), now_(now) {}

  // What the store says about (name, type): the records or their absence, an alias, or what is
  // known above the name: a denial (RFC 8020) or a DNAME. Nothing when the best of these may not
  // serve. What that one replaced is no answer either (RFC 8767 section 4).
  EntryView Find(NameView name, RRType type) const {
    EntryView best = IfValidated(store_.Find(name, KeySpace::kData, type));
    if (type != RRType::kCNAME) best = Better(best, Alias(name, RRType::kCNAME), now_);
    best = Better(best, Denial(name), now_);
    const bool denies_below = policy::DeniesBelow(settings_, name);
    ForEachAncestor(store_, settings_, name, now_, [&](const Ancestor& above) {
      if (above.is_above_static_zone) return Walk::kStop;
      const EntryView denial = above.cut || !denies_below ? EntryView() : Denial(above.name);
      if (denial && IsDeniedBy(store_, settings_, denial, name, now_)) {
        best = Better(best, denial, now_);
      }
      best = Better(best, Alias(above.name, RRType::kDNAME), now_);
      return Walk::kOn;
    });
    return best && MayServe(best, settings_.cache.max_stale, now_) ? best : EntryView();
  }

 private:
  // What was never validated is no stale answer either.
  EntryView IfValidated(EntryView entry) const {
    const bool may_serve =
        !settings_.dnssec.IsOn() || (entry && cache::IsValidated(entry.security()));
    return may_serve ? entry : EntryView();
  }
  EntryView Alias(NameView owner, RRType type) const {
    const EntryView entry = IfValidated(store_.Find(owner, KeySpace::kData, type));
    return entry && entry.kind() == EntryKind::kRRset ? entry : EntryView();
  }
  // Leaves out a denial that was learnt before the name became a zone cut.
  EntryView Denial(NameView owner) const {
    const EntryView denial = IfValidated(store_.FindDenial(owner));
    if (!denial) return denial;
    const EntryView cut = store_.FindCut(owner);
    return cut && LearntAt(cut) > LearntAt(denial) ? EntryView() : denial;
  }

  const cache::Store& store_;
  const policy::CoreSettings& settings_;
  cache::Instant now_;
};

// Sets *name to the target of the alias at the end of the answer. False for a loop.
bool NextName(const Answer& answer, wire::Name* name) {
  const std::optional<NameView> target = answer.at(answer.count() - 1).Target();
  if (!target) return false;
  *name = *target;
  return !answer.HasAliasAt(*name);
}

enum class Link : uint8_t { kNone, kEnd, kAlias };

// Adds what is known of the name: one link of the chain, or its end.
Link AddLink(const Knowledge& known, const wire::Name& name, RRType type, Answer* answer) {
  cache::EntryBuilder builder(known.scratch);
  if (known.local_data.Find(name, type, known.now, &builder)) {
    const EntryView found(builder.Finish().data());
    if (!answer->Add(found)) return Link::kNone;
    return policy::LocalData::IsAlias(found, type) ? Link::kAlias : Link::kEnd;
  }
  const EntryView entry = StaleSearch(known.store, known.settings, known.now).Find(name, type);
  if (!entry) return Link::kNone;
  if (entry.type() == RRType::kDNAME && !entry.name().Equals(name)) {
    if (!AddDname(entry, name, known.now, known.scratch, answer)) return Link::kNone;
    return EndsWithDname(*answer, type) ? Link::kEnd : Link::kAlias;
  }
  if (!answer->Add(entry)) return Link::kNone;
  const bool is_alias = entry.kind() == EntryKind::kRRset && entry.type() == RRType::kCNAME;
  return is_alias && type != RRType::kCNAME ? Link::kAlias : Link::kEnd;
}

}  // namespace

bool MayServe(EntryView entry, uint32_t max_stale, cache::Instant now) {
  if (entry.IsFresh(now)) return true;
  // RFC 8767 section 5: data with a TTL of 0 is for its own transaction only. That holds for stale
  // data too.
  // A denial without an SOA is no longer kept than a failure.
  const bool is_bare = entry.count() == 0 && entry.kind() != EntryKind::kDelegation;
  return !is_bare && entry.ttl() > 0 && max_stale > 0 && now - entry.expiry() <= max_stale;
}

bool AnswerFromStale(const Knowledge& known, const wire::Name& name, RRType type, Answer* answer) {
  const policy::CoreSettings& settings = known.settings;
  if (settings.cache.max_stale == 0 || type == RRType::kTLSA) return false;
  wire::Name at = name;
  Link link = Link::kAlias;
  for (int links = 0; link == Link::kAlias; ++links) {
    if (links > settings.resolution.budget.aliases) return false;
    link = AddLink(known, at, type, answer);
    if (link == Link::kAlias && !NextName(*answer, &at)) return false;
  }
  if (link == Link::kNone) return false;
  for (size_t i = 0; i < answer->count(); ++i) {
    if (answer->at(i).IsFresh(known.now)) continue;
    answer->SetStale(settings.cache.stale_ttl);
    break;
  }
  return true;
}

}  // namespace tern::resolver::answer
