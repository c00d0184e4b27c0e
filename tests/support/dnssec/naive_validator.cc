#include "tests/support/dnssec/naive_validator.h"

#include <algorithm>
#include <utility>

#include "tests/support/dnssec/absence_proof.h"
#include "tests/support/dnssec/octets.h"
#include "tests/support/dnssec/verify_signature.h"
#include "tests/support/dnssec/zone_key.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::NameView;
using wire::RRType;

std::vector<PlainRecord> SetIn(const std::vector<PlainRecord>& section, NameView owner,
                               RRType type) {
  std::vector<PlainRecord> rrset;
  for (const PlainRecord& record : section) {
    if (record.owner == wire::Name(owner) && record.type == type) rrset.push_back(record);
  }
  return rrset;
}

std::string Said(std::string_view what, NameView name, RRType type) {
  return std::string(what) + " " + wire::ToText(name) + " " + wire::ToText(type);
}

// RFC 4034 section 2.1, RFC 5011 section 2.1.
bool MaySign(const Octets& dnskey) {
  if (dnskey.size() < 5 || dnskey[2] != 3) return false;
  const uint16_t flags = GetU16(dnskey, 0);
  return (flags & kZoneKeyFlag) != 0 && (flags & kRevokedFlag) == 0;
}

// Serial number arithmetic (RFC 4034 section 3.1.5).
bool IsInTime(const Rrsig& rrsig, uint32_t now) {
  return static_cast<int32_t>(now - rrsig.inception) >= 0 &&
         static_cast<int32_t>(rrsig.expiration - now) >= 0;
}

// RFC 4509 section 3: SHA-1 does not count beside SHA-256.
std::vector<PlainRecord> UsableDs(const std::vector<PlainRecord>& records,
                                  const std::set<uint8_t>& algorithms,
                                  const std::set<uint8_t>& digests) {
  std::vector<PlainRecord> usable;
  std::set<uint8_t> with_sha2;  // algorithms
  for (const PlainRecord& ds : records) {
    if (ds.type != RRType::kDS || ds.rdata.size() < 5) continue;
    if (!algorithms.contains(ds.rdata[2]) || !digests.contains(ds.rdata[3])) continue;
    if (ds.rdata[3] != kSha1Digest) with_sha2.insert(ds.rdata[2]);
    usable.push_back(ds);
  }
  std::erase_if(usable, [&](const PlainRecord& ds) {
    return ds.rdata[3] == kSha1Digest && with_sha2.contains(ds.rdata[2]);
  });
  return usable;
}

// Whether an anchor or DS record stands for this key.
bool StandsFor(const PlainRecord& anchor, NameView zone, const Octets& dnskey) {
  if (anchor.type == RRType::kDNSKEY) return anchor.rdata == dnskey;
  const Octets& ds = anchor.rdata;
  return ds.size() > 4 && GetU16(ds, 0) == KeyTagOf(dnskey) && ds[2] == dnskey[3] &&
         Octets(ds.begin() + 4, ds.end()) == DsDigestOf(zone, dnskey, ds[3]);
}

// The name that a DNAME makes of another. Nothing when it is too long (RFC 6672 section 2.2).
std::optional<wire::Name> Substitute(NameView name, const PlainRecord& dname) {
  const auto target = NameView::FromWire(dname.rdata);
  wire::Name result;
  if (!target || !result.AssignJoined({name.data(), name.size() - dname.owner.size()}, *target)) {
    return std::nullopt;
  }
  return result;
}

Security WorseOf(Security a, Security b) { return std::max(a, b); }

}  // namespace

NaiveValidator::NaiveValidator(Options options, AskZone ask)
    : options_(std::move(options)), ask_(std::move(ask)) {}

// A DS record belongs to the zone above.
wire::Name NaiveValidator::ZoneOf(NameView name, RRType type) const {
  wire::Name best;
  for (const wire::Name& zone : options_.zones) {
    if (!name.IsSubdomainOf(zone)) continue;
    if (type == RRType::kDS && zone.view() == name && !name.IsRoot()) continue;
    if (zone.size() > best.size()) best = zone;
  }
  return best;
}

const NaiveValidator::ZoneState& NaiveValidator::StateOf(const wire::Name& zone) {
  wire::Name lower = zone;
  lower.Lower();
  const std::string key = wire::ToText(lower.view());
  const auto known = states_.find(key);
  if (known != states_.end()) return known->second;
  ZoneState state = FindState(zone);
  return states_[key] = std::move(state);
}

NaiveValidator::ZoneState NaiveValidator::FindState(const wire::Name& zone) {
  std::vector<PlainRecord> anchors;
  for (const PlainRecord& anchor : options_.anchors) {
    if (anchor.owner == zone) anchors.push_back(anchor);
  }
  if (!anchors.empty()) {
    ZoneState state = KeysFor(zone, anchors);
    // Whoever configured an anchor wants validation.
    if (state.security == Security::kInsecure) state.security = Security::kBogus;
    return state;
  }
  for (const wire::Name& negative : options_.negative_anchors) {
    if (negative == zone) return {Security::kInsecure, {}, "a negative trust anchor"};
  }
  if (zone.view().IsRoot()) return {Security::kInsecure, {}, "no trust anchor"};
  ZoneState state;
  const auto ds = FindDs(zone, &state);
  return ds ? KeysFor(zone, *ds) : state;
}

std::optional<std::vector<PlainRecord>> NaiveValidator::FindDs(const wire::Name& zone,
                                                               ZoneState* state) {
  const wire::Name parent = ZoneOf(zone, RRType::kDS);
  const ZoneState& above = StateOf(parent);
  if (above.security != Security::kSecure) {
    *state = above;
    return std::nullopt;
  }
  const auto bogus = [&](std::string_view what) {
    *state = {Security::kBogus, {}, Said(what, zone, RRType::kDS)};
  };
  const std::optional<PlainMessage> reply = ask_(parent, zone, RRType::kDS);
  if (!reply) {
    bogus("no reply for");
    return std::nullopt;
  }
  const std::vector<PlainRecord> ds = SetIn(reply->answer, zone, RRType::kDS);
  if (!ds.empty()) {
    const auto rrsig = FindSignature(parent, ds, reply->answer, above.keys);
    if (rrsig && rrsig->labels == SignedLabels(zone)) return ds;
    bogus("no good signature of");
    return std::nullopt;
  }
  const AbsenceQuestion question{parent, zone, RRType::kDS, false, options_.iterations_max};
  const Absence absence =
      !reply->answer.empty()
          ? Absence::kNotProven
          : ProveInsecureCut(question, SignedRecords(parent, *reply, RRType::kNSEC, above.keys),
                             SignedRecords(parent, *reply, RRType::kNSEC3, above.keys));
  if (absence == Absence::kNotProven) {
    bogus("neither DS nor proof for");
  } else {
    *state = {Security::kInsecure, {}, Said("there is no", zone, RRType::kDS)};
  }
  return std::nullopt;
}

NaiveValidator::ZoneState NaiveValidator::KeysFor(const wire::Name& zone,
                                                  const std::vector<PlainRecord>& ds) {
  std::vector<PlainRecord> trusted = UsableDs(ds, options_.algorithms, options_.digests);
  for (const PlainRecord& anchor : ds) {
    if (anchor.type == RRType::kDNSKEY && options_.algorithms.contains(anchor.rdata[3])) {
      trusted.push_back(anchor);
    }
  }
  if (trusted.empty()) {
    return {Security::kInsecure, {}, Said("no usable", zone, RRType::kDS)};
  }
  const std::optional<PlainMessage> reply = ask_(zone, zone, RRType::kDNSKEY);
  if (!reply) return {Security::kBogus, {}, Said("no reply for", zone, RRType::kDNSKEY)};
  const std::vector<PlainRecord> dnskeys = SetIn(reply->answer, zone, RRType::kDNSKEY);
  ZoneState state{Security::kBogus, {}, Said("no key of the DS signs", zone, RRType::kDNSKEY)};
  for (const PlainRecord& dnskey : dnskeys) {
    if (!MaySign(dnskey.rdata) || !options_.algorithms.contains(dnskey.rdata[3])) continue;
    state.keys.push_back(dnskey.rdata);
    const bool entry = std::any_of(trusted.begin(), trusted.end(), [&](const PlainRecord& anchor) {
      return StandsFor(anchor, zone, dnskey.rdata);
    });
    if (!entry) continue;
    const auto rrsig = FindSignature(zone, dnskeys, reply->answer, {dnskey.rdata});
    if (rrsig && rrsig->labels == SignedLabels(zone)) state.security = Security::kSecure;
  }
  if (state.security == Security::kSecure) state.why.clear();
  return state;
}

std::optional<Rrsig> NaiveValidator::FindSignature(const wire::Name& zone,
                                                   const std::vector<PlainRecord>& rrset,
                                                   const std::vector<PlainRecord>& section,
                                                   const std::vector<Octets>& keys) const {
  const wire::Name& owner = rrset.front().owner;
  if (!owner.view().IsSubdomainOf(zone)) return std::nullopt;
  int checks = 0;
  for (const PlainRecord& record : SetIn(section, owner, RRType::kRRSIG)) {
    const std::optional<Rrsig> rrsig = Rrsig::FromRdata(record.rdata);
    // RFC 4035 section 5.3.1.
    if (!rrsig || rrsig->covered != rrset.front().type || !(rrsig->signer == zone)) continue;
    if (rrsig->labels > SignedLabels(owner) || rrsig->labels < zone.view().LabelCount()) continue;
    if (!IsInTime(*rrsig, options_.now)) continue;
    for (const Octets& key : keys) {
      if (key[3] != rrsig->algorithm || KeyTagOf(key) != rrsig->tag) continue;
      if (++checks > options_.checks_max) return std::nullopt;
      if (VerifiesSignature(key, *rrsig, rrset)) return rrsig;
    }
  }
  return std::nullopt;
}

std::vector<PlainRecord> NaiveValidator::SignedRecords(const wire::Name& zone,
                                                       const PlainMessage& reply, RRType type,
                                                       const std::vector<Octets>& keys) const {
  std::vector<PlainRecord> good;
  for (const PlainRecord& record : reply.authority) {
    if (record.type != type) continue;
    const std::vector<PlainRecord> rrset = SetIn(reply.authority, record.owner, type);
    const auto rrsig = FindSignature(zone, rrset, reply.authority, keys);
    if (rrsig && rrsig->labels == SignedLabels(record.owner)) good.push_back(record);
  }
  return good;
}

NaiveValidator::Link NaiveValidator::AskLink(NameView name, RRType type) {
  Link link;
  const wire::Name zone = ZoneOf(name, type);
  const ZoneState& state = StateOf(zone);
  link.security = state.security;
  link.why = state.why;
  if (state.security == Security::kBogus) return link;
  const std::optional<PlainMessage> reply = ask_(zone, name, type);
  if (!reply || (reply->rcode != wire::Rcode::kNoError && reply->rcode != wire::Rcode::kNXDomain &&
                 reply->rcode != wire::Rcode::kYXDomain)) {
    link.security = Security::kBogus;
    link.why = Said("no answer for", name, type);
    return link;
  }
  link.records = SetIn(reply->answer, name, type);
  if (link.records.empty()) {
    link.records = SetIn(reply->answer, name, RRType::kCNAME);
    if (!link.records.empty()) {
      const auto target = NameView::FromWire(link.records.front().rdata);
      if (target) link.next = wire::Name(*target);
    }
  }
  for (const PlainRecord& record : reply->answer) {
    if (record.type != RRType::kDNAME || record.owner == wire::Name(name)) continue;
    if (!name.IsSubdomainOf(record.owner)) continue;
    // The CNAME beside it has no signature. It is made again here.
    link.records = {record};
    link.next = Substitute(name, record);
    if (!link.next) link.rcode = wire::Rcode::kYXDomain;
    break;
  }
  const bool positive = !link.records.empty();
  if (!positive) link.rcode = reply->rcode;
  if (state.security == Security::kSecure) {
    if (positive) {
      CheckPositive(zone, *reply, name, state, &link);
    } else {
      CheckNegative(zone, *reply, name, type, state, &link);
    }
  }
  if (link.next && link.records.front().type == RRType::kDNAME) {
    PlainRecord cname = link.records.front();
    cname.owner = name;
    cname.type = RRType::kCNAME;
    cname.rdata.assign(link.next->data(), link.next->data() + link.next->size());
    link.records.push_back(std::move(cname));
  }
  return link;
}

void NaiveValidator::CheckPositive(const wire::Name& zone, const PlainMessage& reply, NameView name,
                                   const ZoneState& state, Link* link) const {
  const PlainRecord& first = link->records.front();
  const auto rrsig = FindSignature(zone, link->records, reply.answer, state.keys);
  if (!rrsig) {
    link->security = Security::kBogus;
    link->why = Said("no good signature of", first.owner, first.type);
    return;
  }
  if (rrsig->labels == SignedLabels(first.owner)) return;
  // RFC 4035 section 5.3.4: the wildcard may stand for the name only if no name is nearer.
  const AbsenceQuestion question{zone, wire::Name(name), first.type, true, options_.iterations_max};
  const Absence nsec = ProveNoNearerByNsec(question, rrsig->labels,
                                           SignedRecords(zone, reply, RRType::kNSEC, state.keys));
  const Absence nsec3 = ProveNoNearerByNsec3(
      question, rrsig->labels, SignedRecords(zone, reply, RRType::kNSEC3, state.keys));
  // DNAME and wildcard do not go together (RFC 6672 section 3.3).
  if (first.type == RRType::kDNAME || (nsec == Absence::kNotProven && nsec3 == nsec)) {
    link->security = Security::kBogus;
    link->why = Said("no proof for the wildcard behind", first.owner, first.type);
  } else if (nsec != Absence::kProven && nsec3 == Absence::kInsecure) {
    link->security = Security::kInsecure;
    link->why = Said("opt-out below the wildcard behind", first.owner, first.type);
  }
}

void NaiveValidator::CheckNegative(const wire::Name& zone, const PlainMessage& reply, NameView name,
                                   RRType type, const ZoneState& state, Link* link) const {
  const std::vector<PlainRecord> soa = SetIn(reply.authority, zone, RRType::kSOA);
  const bool soa_is_bad = !soa.empty() && !FindSignature(zone, soa, reply.authority, state.keys);
  const AbsenceQuestion question{zone, wire::Name(name), type,
                                 reply.rcode == wire::Rcode::kNXDomain, options_.iterations_max};
  const Absence nsec = ProveByNsec(question, SignedRecords(zone, reply, RRType::kNSEC, state.keys));
  const Absence nsec3 =
      ProveByNsec3(question, SignedRecords(zone, reply, RRType::kNSEC3, state.keys));
  if (soa_is_bad || (nsec == Absence::kNotProven && nsec3 == Absence::kNotProven)) {
    link->security = Security::kBogus;
    link->why =
        Said(soa_is_bad ? "no good signature of the SOA beside" : "no proof against", name, type);
  } else if (nsec != Absence::kProven && nsec3 == Absence::kInsecure) {
    link->security = Security::kInsecure;
    link->why = Said("opt-out or iterations at", name, type);
  }
}

Verdict NaiveValidator::Answer(NameView name, RRType type) {
  Verdict verdict;
  wire::Name current(name);
  for (int aliases = 0; aliases <= kAliasesMax; ++aliases) {
    Link link = AskLink(current, type);
    if (link.security != Security::kSecure && verdict.why.empty()) verdict.why = link.why;
    verdict.security = WorseOf(verdict.security, link.security);
    verdict.answer.insert(verdict.answer.end(), link.records.begin(), link.records.end());
    verdict.rcode = link.rcode;
    if (verdict.security == Security::kBogus) {
      verdict.rcode = wire::Rcode::kServFail;
      verdict.why = link.why;
      return verdict;
    }
    if (!link.next) return verdict;
    current = *link.next;
  }
  verdict.security = Security::kBogus;
  verdict.rcode = wire::Rcode::kServFail;
  verdict.why = "too many aliases";
  return verdict;
}

namespace {

std::string DiffRecords(const Verdict& verdict, const PlainMessage& query,
                        const PlainMessage& reply) {
  const RRType type = query.questions.front().type;
  const bool dnssec_ok = query.edns && query.edns->dnssec_ok;
  std::vector<PlainRecord> answer;
  std::set<std::pair<std::string, RRType>> covered;
  for (const PlainRecord& record : reply.answer) {
    if (record.type != RRType::kRRSIG) {
      answer.push_back(record);
    } else if (const auto rrsig = Rrsig::FromRdata(record.rdata)) {
      covered.emplace(wire::ToText(record.owner.view()), rrsig->covered);
    }
  }
  if (!SameRecords(answer, verdict.answer)) return "another answer section; ";
  if (!dnssec_ok) {
    const auto is_proof = [&](const PlainRecord& record) {
      return record.type != type && (record.type == RRType::kRRSIG ||
                                     record.type == RRType::kNSEC || record.type == RRType::kNSEC3);
    };
    const bool has = std::any_of(reply.answer.begin(), reply.answer.end(), is_proof) ||
                     std::any_of(reply.authority.begin(), reply.authority.end(), is_proof);
    return has ? "signatures or proofs without DO; " : "";
  }
  if (verdict.security != Security::kSecure) return "";
  for (const PlainRecord& record : answer) {
    const bool made_by_dname =
        record.type == RRType::kCNAME &&
        std::any_of(answer.begin(), answer.end(), [&](const PlainRecord& dname) {
          return dname.type == RRType::kDNAME && record.owner.view().IsSubdomainOf(dname.owner);
        });
    if (!made_by_dname && !covered.contains({wire::ToText(record.owner.view()), record.type})) {
      return "no signature of " + record.ToText() + "; ";
    }
  }
  return "";
}

}  // namespace

std::string DiffFromVerdict(const Verdict& verdict, const PlainMessage& query,
                            const PlainMessage& reply) {
  const bool disabled = query.Has(wire::kFlagCD);
  const bool wants_ad = (query.edns && query.edns->dnssec_ok) || query.Has(wire::kFlagAD);
  const bool secure = verdict.security == Security::kSecure;
  const bool authentic = reply.Has(wire::kFlagAD);
  std::string diff;
  if (authentic && !secure) diff += "AD on an answer that is not secure; ";
  // RFC 6840 section 5.7. With CD a resolver need not know.
  if (authentic && !wants_ad) diff += "AD for a client that does not want it; ";
  if (!authentic && secure && wants_ad && !disabled) diff += "AD is missing; ";
  if (verdict.security == Security::kBogus) {
    if (disabled) return diff;
    if (reply.rcode != wire::Rcode::kServFail) diff += "no SERVFAIL for a bogus answer; ";
    if (!reply.answer.empty()) diff += "a bogus answer is told; ";
  } else {
    if (reply.rcode != verdict.rcode) {
      diff += "rcode " + wire::ToText(reply.rcode) + " instead of " + wire::ToText(verdict.rcode) +
              "; ";
    } else {
      diff += DiffRecords(verdict, query, reply);
    }
  }
  if (!diff.empty()) diff += "(" + (verdict.why.empty() ? "secure" : verdict.why) + ")";
  return diff;
}

}  // namespace tern::sim
