#include "tests/support/dnssec/signed_answers.h"

#include <algorithm>
#include <set>
#include <utility>

#include "wire/check.h"

namespace tern::sim {
namespace {

using wire::NameView;
using wire::RRType;

// Labels of the longest ancestor that the zone has.
size_t Encloser(const SignedZone& zone, NameView name) {
  size_t labels = name.LabelCount();
  while (!zone.HasName(name.Suffix(labels))) --labels;
  return labels;
}

// The proofs that one reply needs.
class ProofMaker {
 public:
  ProofMaker(const SignedZone& zone, std::vector<PlainRecord>* authority)
      : zone_(zone), authority_(authority), nsec3_(zone.plan().denial == Denial::kNsec3) {}

  // The name is there, and its record says which types it has. An empty non-terminal has no NSEC
  // record, and with opt-out perhaps no NSEC3 record.
  void NameHasNot(NameView name) {
    if (const auto at = zone_.DenialAt(name)) {
      Add(*at);
    } else if (nsec3_) {
      NoNearerName(name);
    } else {
      AddIf(zone_.DenialOver(name));
    }
  }

  // Nothing is nearer to the name than its closest encloser. With NSEC3 the encloser's record is
  // `with_encloser` part of that.
  void NoNearerName(NameView name, bool with_encloser = true) {
    if (!nsec3_) {
      AddIf(zone_.DenialOver(name));
      return;
    }
    const size_t encloser = ProvableEncloser(name);
    if (with_encloser) AddIf(zone_.DenialAt(name.Suffix(encloser)));
    AddIf(zone_.DenialOver(name.Suffix(encloser + 1)));
  }

  // There is no wildcard at the closest encloser, or it has not the type.
  void NoWildcard(NameView name) {
    const size_t encloser = nsec3_ ? ProvableEncloser(name) : Encloser(zone_, name);
    wire::Name wildcard(name.Suffix(encloser));
    if (!wildcard.Prepend("*")) return;
    const auto at = zone_.DenialAt(wildcard);
    AddIf(at ? at : zone_.DenialOver(wildcard));
  }

 private:
  // Labels of the longest ancestor that has an NSEC3 record.
  size_t ProvableEncloser(NameView name) const {
    size_t labels = name.LabelCount();
    const size_t origin = zone_.origin().view().LabelCount();
    while (labels > origin && !zone_.DenialAt(name.Suffix(labels))) --labels;
    // The name itself cannot be its encloser.
    return std::min(labels, name.LabelCount() - 1);
  }

  void AddIf(const std::optional<PlainRecord>& record) {
    if (record) Add(*record);
  }
  void Add(const PlainRecord& record) {
    for (const PlainRecord& there : *authority_) {
      if (there.EqualsButTtl(record)) return;
    }
    authority_->push_back(record);
    const std::vector<PlainRecord>& signatures = zone_.SignaturesOf(record.owner, record.type);
    authority_->insert(authority_->end(), signatures.begin(), signatures.end());
  }

  const SignedZone& zone_;
  std::vector<PlainRecord>* authority_;
  bool nsec3_;
};

void Insert(const std::vector<PlainRecord>& from, std::vector<PlainRecord>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// A set in the answer that a wildcard made.
void AddWildcardSignatures(const SignedZone& zone, NameView name, NameView wildcard,
                           std::vector<PlainRecord>* answer) {
  std::set<RRType> types;
  for (const PlainRecord& record : *answer) {
    if (record.owner == wire::Name(name)) types.insert(record.type);
  }
  for (const RRType type : types) {
    for (PlainRecord signature : zone.SignaturesOf(wildcard, type)) {
      signature.owner = name;
      answer->push_back(std::move(signature));
    }
  }
}

void AddReferralProof(const SignedZone& zone, PlainMessage* reply) {
  wire::Name cut;
  for (const PlainRecord& record : reply->authority) {
    if (record.type == RRType::kNS) cut = record.owner;
  }
  const std::vector<PlainRecord> ds = zone.zone().RecordsAt(cut, RRType::kDS);
  if (!ds.empty()) {
    Insert(ds, &reply->authority);
    Insert(zone.SignaturesOf(cut, RRType::kDS), &reply->authority);
  } else if (!zone.plan().withheld.ds_proof) {
    ProofMaker(zone, &reply->authority).NameHasNot(cut);
  }
}

void RemoveWithheld(const Withheld& withheld, std::vector<PlainRecord>* section) {
  std::erase_if(*section, [&](const PlainRecord& record) {
    RRType type = record.type;
    if (withheld.signatures && type == RRType::kRRSIG) return true;
    if (type == RRType::kRRSIG) type = Rrsig::FromRdata(record.rdata)->covered;
    return withheld.denial && (type == RRType::kNSEC || type == RRType::kNSEC3);
  });
}

}  // namespace

void AddSignatures(const SignedZone& zone, std::vector<PlainRecord>* section) {
  if (zone.plan().withheld.signatures) return;
  std::vector<std::pair<wire::Name, RRType>> sets;
  std::vector<std::pair<wire::Name, RRType>> covered;  // their signatures are there already
  for (const PlainRecord& record : *section) {
    std::pair set(record.owner, record.type);
    if (record.type == RRType::kRRSIG) {
      covered.emplace_back(record.owner, Rrsig::FromRdata(record.rdata)->covered);
    } else if (std::find(sets.begin(), sets.end(), set) == sets.end()) {
      sets.push_back(std::move(set));
    }
  }
  for (const auto& set : sets) {
    if (std::find(covered.begin(), covered.end(), set) != covered.end()) continue;
    Insert(zone.SignaturesOf(set.first, set.second), section);
  }
}

void AddProofs(const SignedZone& zone, NameView name, ZoneMatch match, PlainMessage* reply) {
  const Withheld& withheld = zone.plan().withheld;
  AddSignatures(zone, &reply->authority);
  ProofMaker proofs(zone, &reply->authority);
  const bool from_wildcard = !zone.HasName(name);
  switch (match) {
    case ZoneMatch::kAnswer:
    case ZoneMatch::kCname:
      if (from_wildcard) {
        wire::Name wildcard(name.Suffix(Encloser(zone, name)));
        TERN_REQUIRE(wildcard.Prepend("*"));
        AddWildcardSignatures(zone, name, wildcard, &reply->answer);
        if (!withheld.wildcard_proof) proofs.NoNearerName(name, false);
      }
      break;
    case ZoneMatch::kDname:
      break;
    case ZoneMatch::kReferral:
      AddReferralProof(zone, reply);
      break;
    case ZoneMatch::kNoData:
      if (from_wildcard) {
        proofs.NoNearerName(name);
        proofs.NoWildcard(name);
      } else {
        proofs.NameHasNot(name);
      }
      break;
    case ZoneMatch::kNxDomain:
      proofs.NoNearerName(name);
      proofs.NoWildcard(name);
      break;
  }
  AddSignatures(zone, &reply->answer);
  RemoveWithheld(withheld, &reply->answer);
  RemoveWithheld(withheld, &reply->authority);
}

std::vector<PlainRecord> AllSignaturesAt(const SignedZone& zone, NameView name) {
  std::vector<PlainRecord> signatures;
  std::set<RRType> types;
  for (const PlainRecord& record : zone.zone().Lookup(name, RRType::kANY).records) {
    if (record.owner == wire::Name(name)) types.insert(record.type);
  }
  for (const RRType type : types) Insert(zone.SignaturesOf(name, type), &signatures);
  return signatures;
}

}  // namespace tern::sim
