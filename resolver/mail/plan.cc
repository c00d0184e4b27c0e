#include "resolver/mail/plan.h"

#include <string_view>

#include "resolver/answer/hot_path.h"
#include "resolver/answer/known_address.h"
#include "resolver/answer/near_expiry.h"
#include "resolver/answer/targets.h"
#include "resolver/policy/core_settings.h"
#include "resolver/policy/local_data.h"

namespace tern::resolver::mail {
namespace {

using cache::EntryView;
using wire::RRType;

// Whether a look-up of the address, or of TLSA, may bring something new.
bool IsDue(const answer::Knowledge& known, wire::NameView host, RRType type) {
  const answer::KnownAddress address =
      answer::FindAddress(known.store, host, known.store.Hash(host), type, known.now);
  const bool expires = address.addresses && known.settings.cache.prefetch &&
                       answer::IsNearExpiry(address.addresses, known.now);
  return address.is_due || expires;
}

void PlanAddresses(const answer::Knowledge& known, wire::NameView host, Purpose purpose,
                   Questions* questions) {
  if (known.local_data.Has(host)) return;
  for (const RRType type : {RRType::kA, RRType::kAAAA}) {
    if (IsDue(known, host, type)) AddQuestion(host, type, purpose, questions);
  }
}

// TLSA of an exchanger whose addresses, or their absence, are known.
void PlanTlsaOfKnown(const answer::Knowledge& known, wire::NameView host, Questions* questions) {
  for (const RRType type : {RRType::kA, RRType::kAAAA}) {
    answer::AnswerParts address;
    wire::NameView missing;
    if (answer::CollectFromCache(known.store, host, type, known.now, &address, &missing,
                                 known.settings.resolution.budget.aliases)) {
      PlanTlsa(known, host, address, questions);
    }
  }
}

void PlanTlsaAt(const answer::Knowledge& known, wire::NameView host, Questions* questions) {
  wire::Name name(host);
  if (!name.Prepend("_tcp") || !name.Prepend("_25")) return;
  if (IsDue(known, name, RRType::kTLSA)) {
    AddQuestion(name, RRType::kTLSA, Purpose::kKeep, questions);
  }
}

void PlanTerm(const answer::Knowledge& known, const SpfTerm& term, Questions* questions) {
  switch (term.kind) {
    case SpfTerm::Kind::kRecord:
      AddQuestion(term.domain, RRType::kTXT, Purpose::kFollowSpf, questions);
      return;
    case SpfTerm::Kind::kHost:
      PlanAddresses(known, term.domain, Purpose::kKeep, questions);
      return;
    case SpfTerm::Kind::kExchangers:
      AddQuestion(term.domain, RRType::kMX, Purpose::kFollowExchangers, questions);
      return;
    case SpfTerm::Kind::kOther:
      return;
  }
}

}  // namespace

void PlanExchangers(const answer::Knowledge& known, EntryView mx, Purpose purpose,
                    Questions* questions) {
  answer::Targets targets;
  answer::ReadTargets(mx, &targets);
  for (size_t i = 0; i < targets.count; ++i) {
    PlanAddresses(known, targets.hosts[i].name, purpose, questions);
  }
  if (purpose != Purpose::kFollowHost) return;
  for (size_t i = 0; i < targets.count; ++i) {
    PlanTlsaOfKnown(known, targets.hosts[i].name, questions);
  }
}

void PlanTlsa(const answer::Knowledge& known, wire::NameView host,
              const answer::AnswerParts& address, Questions* questions) {
  const bool is_alias = address.count > 1;
  const bool is_secure = answer::IsSecure(address, known.now);
  if (is_secure) {
    const EntryView end = address.parts[address.count - 1];
    if (end.kind() == cache::EntryKind::kRRset) PlanTlsaAt(known, end.name(), questions);
  }
  if (is_alias && address.parts[0].security() == cache::Security::kSecure) {
    PlanTlsaAt(known, host, questions);
  }
}

void PlanPolicies(wire::NameView domain, Questions* questions) {
  for (const std::string_view label : {"_dmarc", "_mta-sts"}) {
    wire::Name name(domain);
    if (name.Prepend(label)) AddQuestion(name, RRType::kTXT, Purpose::kKeep, questions);
  }
}

void PlanSpfOf(const answer::Knowledge& known, EntryView txt, Questions* questions) {
  const EntryView kept = known.store.Find(txt.name(), cache::KeySpace::kData, RRType::kTXT);
  if (!kept || !kept.IsFresh(known.now) || ReadSpf(txt).empty()) return;
  AddQuestion(txt.name(), RRType::kTXT, Purpose::kFollowSpf, questions);
}

void PlanSpf(const answer::Knowledge& known, EntryView txt, int* lookups_left,
             Questions* questions) {
  for (const SpfTerm& term : ReadSpf(txt)) {
    if (*lookups_left <= 0) return;
    --*lookups_left;
    PlanTerm(known, term, questions);
  }
}

}  // namespace tern::resolver::mail
