#include "tests/support/dnssec/absence_proof.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "tests/support/dnssec/denial_records.h"
#include "tests/support/dnssec/zone_key.h"

namespace tern::sim {
namespace {

using wire::CompareCanonical;
using wire::NameView;
using wire::RRType;
using Types = std::set<RRType>;

struct OwnedNsec {
  wire::Name owner;
  Nsec fields;
};

struct OwnedNsec3 {
  Octets hash;
  Nsec3 fields;
};

// Whether the types at a name itself deny one type.
bool TypesDeny(const Types& types, const AbsenceQuestion& question) {
  if (types.contains(question.type) || types.contains(RRType::kCNAME)) return false;
  const bool apex = types.contains(RRType::kSOA);
  if (question.type == RRType::kDS) return !apex || question.zone.view().IsRoot();
  // RFC 6840 section 4.1: at a cut the parent says nothing about the child's types.
  return apex || !types.contains(RRType::kNS);
}

// RFC 6840 section 4.1: below such a name the zone says nothing.
bool HidesNamesBelow(const Types& types) {
  return types.contains(RRType::kDNAME) ||
         (types.contains(RRType::kNS) && !types.contains(RRType::kSOA));
}

std::optional<wire::Name> WildcardAt(NameView encloser) {
  wire::Name wildcard(encloser);
  if (!wildcard.Prepend("*")) return std::nullopt;
  return wildcard;
}

// The NSEC records of one reply.
class NsecSet {
 public:
  NsecSet(const AbsenceQuestion& question, const std::vector<PlainRecord>& records)
      : zone_(question.zone) {
    for (const PlainRecord& record : records) {
      auto fields = Nsec::FromRdata(record.rdata);
      if (!fields || !record.owner.view().IsSubdomainOf(zone_)) continue;
      if (!fields->next.view().IsSubdomainOf(zone_)) continue;  // such a range is a lie
      records_.push_back({record.owner, *std::move(fields)});
    }
  }

  const OwnedNsec* At(NameView name) const {
    for (const OwnedNsec& nsec : records_) {
      if (nsec.owner == wire::Name(name)) return &nsec;
    }
    return nullptr;
  }

  const OwnedNsec* Over(NameView name) const {
    for (const OwnedNsec& nsec : records_) {
      if (CompareCanonical(nsec.owner, name) >= 0) continue;
      const bool last = nsec.fields.next == zone_;
      if (!last && CompareCanonical(name, nsec.fields.next) >= 0) continue;
      if (name.IsSubdomainOf(nsec.owner) && HidesNamesBelow(nsec.fields.types)) continue;
      return &nsec;
    }
    return nullptr;
  }

 private:
  wire::Name zone_;
  std::vector<OwnedNsec> records_;
};

// Labels of the longest ancestor of the name that a range without it shows.
size_t EncloserLabels(const OwnedNsec& over, NameView name) {
  return std::max(name.CommonLabels(over.owner), name.CommonLabels(over.fields.next));
}

// The NSEC3 records of one reply. All have the parameters of the first.
class Nsec3Set {
 public:
  Nsec3Set(const AbsenceQuestion& question, const std::vector<PlainRecord>& records)
      : zone_(question.zone) {
    for (const PlainRecord& record : records) {
      auto fields = Nsec3::FromRdata(record.rdata);
      const Octets hash = HashInOwner(record.owner);
      if (!fields || fields->algorithm != 1 || fields->flags > 1) continue;
      if (hash.size() != 20 || fields->next.size() != 20) continue;
      if (record.owner.view().IsRoot() || !(record.owner.view().Parent() == zone_.view())) continue;
      if (fields->iterations > question.iterations_max) too_many_iterations_ = true;
      if (!records_.empty() && (fields->salt != records_[0].fields.salt ||
                                fields->iterations != records_[0].fields.iterations)) {
        continue;
      }
      records_.push_back({hash, *std::move(fields)});
    }
  }

  bool too_many_iterations() const { return too_many_iterations_; }

  const OwnedNsec3* At(NameView name) const {
    if (records_.empty()) return nullptr;
    const Octets hash = HashOf(name);
    for (const OwnedNsec3& nsec3 : records_) {
      if (nsec3.hash == hash) return &nsec3;
    }
    return nullptr;
  }

  const OwnedNsec3* Over(NameView name) const {
    if (records_.empty()) return nullptr;
    const Octets hash = HashOf(name);
    for (const OwnedNsec3& nsec3 : records_) {
      const Octets& from = nsec3.hash;
      const Octets& to = nsec3.fields.next;
      const bool covers = from < to ? from < hash && hash < to : from < hash || hash < to;
      if (covers && hash != from) return &nsec3;
    }
    return nullptr;
  }

  // Labels of the longest ancestor that is there, if the next longer name is not (RFC 5155 section
  // 8.3). `over` covers that one.
  std::optional<size_t> Encloser(NameView name, const OwnedNsec3** over) const {
    const size_t origin = zone_.view().LabelCount();
    for (size_t labels = name.LabelCount(); labels-- > origin;) {
      const OwnedNsec3* at = At(name.Suffix(labels));
      if (at == nullptr) continue;
      if (HidesNamesBelow(at->fields.types)) return std::nullopt;
      *over = Over(name.Suffix(labels + 1));
      if (*over == nullptr) return std::nullopt;
      return labels;
    }
    return std::nullopt;
  }

 private:
  Octets HashOf(NameView name) const {
    return Nsec3HashOf(name, records_[0].fields.iterations, records_[0].fields.salt);
  }

  wire::Name zone_;
  std::vector<OwnedNsec3> records_;
  bool too_many_iterations_ = false;
};

Absence ProvenUnlessOptOut(const OwnedNsec3& over) {
  return over.fields.opt_out() ? Absence::kInsecure : Absence::kProven;
}

Absence ProvenIf(bool holds) { return holds ? Absence::kProven : Absence::kNotProven; }

}  // namespace

Absence ProveByNsec(const AbsenceQuestion& question, const std::vector<PlainRecord>& records) {
  const NsecSet set(question, records);
  const NameView name = question.name;
  if (const OwnedNsec* at = set.At(name)) {
    return ProvenIf(!question.name_error && TypesDeny(at->fields.types, question));
  }
  const OwnedNsec* over = set.Over(name);
  if (over == nullptr) return Absence::kNotProven;
  // The range ends below the name, so it is an empty non-terminal.
  if (over->fields.next.view().IsSubdomainOf(name)) return ProvenIf(!question.name_error);
  const auto wildcard = WildcardAt(name.Suffix(EncloserLabels(*over, name)));
  if (!wildcard) return Absence::kProven;
  if (question.name_error) {
    const OwnedNsec* no_wildcard = set.Over(*wildcard);
    return ProvenIf(no_wildcard != nullptr &&
                    !no_wildcard->fields.next.view().IsSubdomainOf(*wildcard));
  }
  if (const OwnedNsec* at = set.At(*wildcard)) {
    return ProvenIf(TypesDeny(at->fields.types, question));
  }
  const OwnedNsec* empty = set.Over(*wildcard);
  return ProvenIf(empty != nullptr && empty->fields.next.view().IsSubdomainOf(*wildcard));
}

Absence ProveByNsec3(const AbsenceQuestion& question, const std::vector<PlainRecord>& records) {
  const Nsec3Set set(question, records);
  const NameView name = question.name;
  if (set.too_many_iterations()) return Absence::kInsecure;
  if (const OwnedNsec3* at = set.At(name)) {
    return ProvenIf(!question.name_error && TypesDeny(at->fields.types, question));
  }
  const OwnedNsec3* over = nullptr;
  const auto encloser = set.Encloser(name, &over);
  if (!encloser) return Absence::kNotProven;
  const auto wildcard = WildcardAt(name.Suffix(*encloser));
  if (question.name_error) {
    if (wildcard && set.Over(*wildcard) == nullptr) return Absence::kNotProven;
    return ProvenUnlessOptOut(*over);
  }
  if (wildcard) {
    if (const OwnedNsec3* at = set.At(*wildcard)) {
      if (!TypesDeny(at->fields.types, question)) return Absence::kNotProven;
      return ProvenUnlessOptOut(*over);
    }
  }
  // A delegation, or a name above one, that opt-out has left out (RFC 5155 section 8.6).
  return over->fields.opt_out() ? Absence::kInsecure : Absence::kNotProven;
}

Absence ProveNoNearerByNsec(const AbsenceQuestion& question, size_t encloser_labels,
                            const std::vector<PlainRecord>& records) {
  const NsecSet set(question, records);
  const OwnedNsec* over = set.Over(question.name);
  if (over == nullptr) return Absence::kNotProven;
  if (over->fields.next.view().IsSubdomainOf(question.name)) return Absence::kNotProven;
  // A name of the range must not lead nearer to the name than the wildcard's parent does.
  return ProvenIf(EncloserLabels(*over, question.name) <= encloser_labels);
}

Absence ProveNoNearerByNsec3(const AbsenceQuestion& question, size_t encloser_labels,
                             const std::vector<PlainRecord>& records) {
  const Nsec3Set set(question, records);
  if (set.too_many_iterations()) return Absence::kInsecure;
  const OwnedNsec3* over = set.Over(question.name.view().Suffix(encloser_labels + 1));
  return over == nullptr ? Absence::kNotProven : ProvenUnlessOptOut(*over);
}

Absence ProveInsecureCut(const AbsenceQuestion& question, const std::vector<PlainRecord>& nsec,
                         const std::vector<PlainRecord>& nsec3) {
  const auto denies = [](const Types& types) {
    return types.contains(RRType::kNS) && !types.contains(RRType::kDS) &&
           !types.contains(RRType::kSOA);
  };
  const NsecSet nsec_set(question, nsec);
  if (const OwnedNsec* at = nsec_set.At(question.name)) {
    return ProvenIf(denies(at->fields.types));
  }
  const Nsec3Set set(question, nsec3);
  if (set.too_many_iterations()) return Absence::kInsecure;
  if (const OwnedNsec3* at = set.At(question.name)) return ProvenIf(denies(at->fields.types));
  const OwnedNsec3* over = nullptr;
  if (!set.Encloser(question.name, &over)) return Absence::kNotProven;
  return over->fields.opt_out() ? Absence::kInsecure : Absence::kNotProven;
}

}  // namespace tern::sim
