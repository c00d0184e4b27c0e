#include "tests/support/dnssec/signed_zone.h"

#include <algorithm>
#include <set>
#include <string>

#include "tests/support/dnssec/denial_records.h"
#include "tests/support/dnssec/octets.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

using wire::NameView;
using wire::RRType;

PlainRecord MakeRecord(NameView owner, RRType type, uint32_t ttl, Octets rdata) {
  return {wire::Name(owner), type, wire::RRClass::kIN, ttl, std::move(rdata)};
}

Octets LowerOctets(NameView name) {
  Octets octets;
  PutCanonicalName(name, &octets);
  return octets;
}

bool HasRole(const SigningPlan& plan, KeyRole role) {
  return std::any_of(plan.keys.begin(), plan.keys.end(),
                     [&](const KeyPlan& key) { return key.role == role; });
}

}  // namespace

ZoneKey KeyPlan::Make() const {
  const uint16_t flags = kZoneKeyFlag | (role == KeyRole::kZsk ? 0 : kEntryPointFlag);
  return {algorithm, seed, static_cast<uint16_t>(flags ^ flipped_flags)};
}

std::vector<PlainRecord> DsRecordsOf(NameView origin, const SigningPlan& plan, uint32_t ttl) {
  std::vector<PlainRecord> records;
  const bool only_zsks = !HasRole(plan, KeyRole::kKsk) && !HasRole(plan, KeyRole::kCsk);
  for (const KeyPlan& key : plan.keys) {
    if (key.role == KeyRole::kZsk && !only_zsks) continue;
    for (const uint8_t digest : plan.digests) {
      records.push_back(MakeRecord(origin, RRType::kDS, ttl, key.Make().Ds(origin, digest)));
    }
  }
  for (const SigningPlan::RecordsEdit& edit : plan.ds_edits) edit(origin, &records);
  return records;
}

SignedZone::SignedZone(NameView origin, const std::vector<PlainRecord>& records, SigningPlan plan)
    : origin_(origin), plan_(std::move(plan)) {
  for (const KeyPlan& key : plan_.keys) keys_.push_back(key.Make());
  AddRecords(records);
  AddKeys();
  if (plan_.denial == Denial::kNsec) {
    AddNsecChain();
  } else {
    AddNsec3Chain();
  }
  std::vector<PlainRecord> all;
  for (const auto& [owner, node] : nodes_) {
    for (const auto& [type, rrset] : node) all.insert(all.end(), rrset.begin(), rrset.end());
  }
  zone_ = Zone::FromRecords(origin_, all);
}

void SignedZone::AddRecords(const std::vector<PlainRecord>& records) {
  for (const PlainRecord& record : records) nodes_[record.owner][record.type].push_back(record);
  for (auto& [owner, node] : nodes_) {
    for (auto& [type, rrset] : node) {
      uint32_t lowest = rrset.front().ttl;
      for (const PlainRecord& record : rrset) lowest = std::min(lowest, record.ttl);
      for (PlainRecord& record : rrset) record.ttl = lowest;
    }
  }
}

void SignedZone::AddKeys() {
  std::vector<PlainRecord>& dnskeys = nodes_[origin_][RRType::kDNSKEY];
  for (const ZoneKey& key : keys_) {
    dnskeys.push_back(MakeRecord(origin_, RRType::kDNSKEY, plan_.dnskey_ttl, key.Dnskey()));
  }
  for (const SigningPlan::RecordsEdit& edit : plan_.dnskey_edits) edit(origin_, &dnskeys);
}

// RFC 9077 section 3.
uint32_t SignedZone::DenialTtl() const {
  const PlainRecord& soa = nodes_.at(origin_).at(RRType::kSOA).front();
  return std::min(soa.ttl, GetU32(soa.rdata, soa.rdata.size() - 4));
}

bool SignedZone::IsCut(const wire::Name& owner, const Node& node) const {
  return !(owner == origin_) && node.contains(RRType::kNS);
}

bool SignedZone::IsOccluded(NameView owner) const {
  const size_t labels = owner.LabelCount();
  for (size_t n = origin_.view().LabelCount(); n < labels; ++n) {
    const auto above = nodes_.find(wire::Name(owner.Suffix(n)));
    if (above == nodes_.end()) continue;
    if (IsCut(above->first, above->second) || above->second.contains(RRType::kDNAME)) return true;
  }
  return false;
}

bool SignedZone::IsSigned(NameView owner, RRType type) const {
  if (IsOccluded(owner)) return false;
  const auto found = nodes_.find(wire::Name(owner));
  if (found == nodes_.end()) return false;
  // RFC 4035 section 2.2: of a cut the parent signs its DS and NSEC records only.
  return !IsCut(found->first, found->second) || type == RRType::kDS || type == RRType::kNSEC;
}

Octets SignedZone::TypesAt(const wire::Name& owner, const Node& node, Denial denial) const {
  const bool cut = IsCut(owner, node);
  std::set<RRType> types;
  bool has_signed = denial == Denial::kNsec;
  for (const auto& [type, rrset] : node) {
    if (cut && type != RRType::kNS && type != RRType::kDS) continue;
    types.insert(type);
    if (!cut || type == RRType::kDS) has_signed = true;
  }
  if (denial == Denial::kNsec) types.insert(RRType::kNSEC);
  if (has_signed) types.insert(RRType::kRRSIG);
  return TypeBitmap(types);
}

void SignedZone::AddNsecChain() {
  std::vector<wire::Name> owners;
  for (const auto& [owner, node] : nodes_) {
    if (!IsOccluded(owner)) owners.push_back(owner);
  }
  std::vector<PlainRecord> chain;
  for (size_t i = 0; i < owners.size(); ++i) {
    Octets rdata;
    PutName(owners[(i + 1) % owners.size()], &rdata);
    PutOctets(TypesAt(owners[i], nodes_.at(owners[i]), Denial::kNsec), &rdata);
    chain.push_back(MakeRecord(owners[i], RRType::kNSEC, DenialTtl(), std::move(rdata)));
  }
  for (const SigningPlan::RecordsEdit& edit : plan_.denial_edits) edit(origin_, &chain);
  for (const PlainRecord& nsec : chain) nodes_[nsec.owner][RRType::kNSEC].push_back(nsec);
}

void SignedZone::AddNsec3Chain() {
  Octets parameters = {1, 0};
  PutU16(plan_.iterations, &parameters);
  parameters.push_back(static_cast<uint8_t>(plan_.salt.size()));
  PutOctets(plan_.salt, &parameters);
  nodes_[origin_][RRType::kNSEC3PARAM].push_back(
      MakeRecord(origin_, RRType::kNSEC3PARAM, 0, parameters));

  // The types at each hash. Empty non-terminals have none.
  std::map<Octets, Octets> types;
  const auto hash_of = [&](NameView name) {
    return Nsec3HashOf(name, plan_.iterations, plan_.salt);
  };
  for (const auto& [owner, node] : nodes_) {
    if (IsOccluded(owner)) continue;
    // RFC 5155 section 7.1: with opt-out, insecure delegations may be left out.
    if (plan_.opt_out && IsCut(owner, node) && !node.contains(RRType::kDS)) continue;
    types[hash_of(owner)] = TypesAt(owner, node, Denial::kNsec3);
    for (size_t n = origin_.view().LabelCount(); n < owner.view().LabelCount(); ++n) {
      types.try_emplace(hash_of(owner.view().Suffix(n)));
    }
  }
  if (plan_.opt_out) parameters[1] = 1;
  std::vector<PlainRecord> chain;
  for (auto at = types.begin(); at != types.end(); ++at) {
    const auto next = std::next(at) == types.end() ? types.begin() : std::next(at);
    Octets rdata = parameters;
    rdata.push_back(static_cast<uint8_t>(next->first.size()));
    PutOctets(next->first, &rdata);
    PutOctets(at->second, &rdata);
    chain.push_back(
        MakeRecord(HashedOwner(at->first, origin_), RRType::kNSEC3, DenialTtl(), std::move(rdata)));
  }
  for (const SigningPlan::RecordsEdit& edit : plan_.denial_edits) edit(origin_, &chain);
  for (const PlainRecord& nsec3 : chain) by_hash_[HashInOwner(nsec3.owner)].push_back(nsec3);
}

const std::vector<PlainRecord>* SignedZone::FindSet(NameView owner, RRType type) const {
  if (type == RRType::kNSEC3) {
    if (owner.LabelCount() != origin_.view().LabelCount() + 1) return nullptr;
    const auto found = by_hash_.find(HashInOwner(owner));
    return found == by_hash_.end() ? nullptr : &found->second;
  }
  const auto node = nodes_.find(wire::Name(owner));
  if (node == nodes_.end() || !IsSigned(owner, type)) return nullptr;
  const auto rrset = node->second.find(type);
  return rrset == node->second.end() ? nullptr : &rrset->second;
}

const std::vector<PlainRecord>& SignedZone::SignaturesOf(NameView owner, RRType type) const {
  const std::pair key(type, LowerOctets(owner));
  const auto known = signatures_.find(key);
  if (known != signatures_.end()) return known->second;
  std::vector<PlainRecord> made = MakeSignatures(owner, type);
  return signatures_[key] = std::move(made);
}

std::vector<PlainRecord> SignedZone::MakeSignatures(NameView owner, RRType type) const {
  const std::vector<PlainRecord>* rrset = FindSet(owner, type);
  if (rrset == nullptr) return {};
  const KeyRole wanted = type == RRType::kDNSKEY ? KeyRole::kKsk : KeyRole::kZsk;
  const bool any_role = !HasRole(plan_, wanted) && !HasRole(plan_, KeyRole::kCsk);
  std::vector<Rrsig> signatures;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const KeyRole role = plan_.keys[i].role;
    if (!any_role && role != wanted && role != KeyRole::kCsk) continue;
    signatures.push_back({.covered = type,
                          .algorithm = keys_[i].algorithm(),
                          .labels = SignedLabels(rrset->front().owner),
                          .original_ttl = rrset->front().ttl,
                          .expiration = plan_.expiration,
                          .inception = plan_.inception,
                          .tag = keys_[i].Tag(),
                          .signer = origin_,
                          .signature = {}});
  }
  for (const SigningPlan::SignatureEdit& edit : plan_.before_signing) {
    edit(*this, owner, type, &signatures);
  }
  signatures = Sign(*rrset, std::move(signatures));
  for (const SigningPlan::SignatureEdit& edit : plan_.after_signing) {
    edit(*this, owner, type, &signatures);
  }
  std::vector<PlainRecord> records;
  for (const Rrsig& rrsig : signatures) {
    records.push_back(
        MakeRecord(rrset->front().owner, RRType::kRRSIG, rrset->front().ttl, rrsig.Rdata()));
  }
  return records;
}

std::vector<Rrsig> SignedZone::Sign(const std::vector<PlainRecord>& rrset,
                                    std::vector<Rrsig> fields) const {
  for (Rrsig& rrsig : fields) {
    const ZoneKey* signing = &keys_.front();
    for (const ZoneKey& key : keys_) {
      if (key.Tag() == rrsig.tag && key.algorithm() == rrsig.algorithm) signing = &key;
    }
    rrsig.signature = signing->Sign(SignedOctets(rrsig, rrset));
  }
  return fields;
}

std::optional<PlainRecord> SignedZone::DenialAt(NameView name) const {
  if (plan_.denial == Denial::kNsec3) {
    const auto found = by_hash_.find(Nsec3HashOf(name, plan_.iterations, plan_.salt));
    if (found == by_hash_.end()) return std::nullopt;
    return found->second.front();
  }
  const auto node = nodes_.find(wire::Name(name));
  if (node == nodes_.end() || !node->second.contains(RRType::kNSEC)) return std::nullopt;
  return node->second.at(RRType::kNSEC).front();
}

std::optional<PlainRecord> SignedZone::DenialOver(NameView name) const {
  if (plan_.denial == Denial::kNsec3) {
    if (by_hash_.empty()) return std::nullopt;
    auto after = by_hash_.lower_bound(Nsec3HashOf(name, plan_.iterations, plan_.salt));
    if (after == by_hash_.begin()) after = by_hash_.end();
    return std::prev(after)->second.front();
  }
  auto at = nodes_.lower_bound(wire::Name(name));
  while (at != nodes_.begin()) {
    --at;
    if (at->second.contains(RRType::kNSEC)) return at->second.at(RRType::kNSEC).front();
  }
  return std::nullopt;
}

bool SignedZone::HasName(NameView name) const {
  if (!name.IsSubdomainOf(origin_) || IsOccluded(name)) return false;
  const auto at = nodes_.lower_bound(wire::Name(name));
  return at != nodes_.end() && at->first.view().IsSubdomainOf(name);
}

std::vector<PlainRecord> SignedZone::AllRecords() const {
  std::vector<PlainRecord> all;
  const auto add = [&](const std::vector<PlainRecord>& rrset) {
    all.insert(all.end(), rrset.begin(), rrset.end());
    const std::vector<PlainRecord>& signatures =
        SignaturesOf(rrset.front().owner, rrset.front().type);
    all.insert(all.end(), signatures.begin(), signatures.end());
  };
  for (const auto& [owner, node] : nodes_) {
    for (const auto& [type, rrset] : node) add(rrset);
  }
  for (const auto& [hash, rrset] : by_hash_) add(rrset);
  return all;
}

}  // namespace tern::sim
