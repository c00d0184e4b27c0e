#include "resolver/upstream/reply_class.h"

#include "resolver/answer/reply.h"
#include "wire/rdata.h"

namespace tern::resolver::upstream {
namespace {

using wire::Rcode;
using wire::RecordView;
using wire::RRType;

// Reads RDATA that consists of one name.
bool ReadTarget(const RecordView& record, wire::Name* target) {
  uint8_t octets[wire::kNameOctetsMax];
  size_t written = 0;
  if (wire::CopyRdata(record, octets, &written) != wire::ParseError::kNone) return false;
  *target = wire::NameView::FromValid(octets, written);
  return true;
}

const RecordView* FindSoa(const ReplyRecords& records, wire::NameView name) {
  for (const RecordView& record : records.authority()) {
    if (record.type != RRType::kSOA) continue;
    wire::Name owner;
    record.owner.CopyTo(&owner);
    if (name.IsSubdomainOf(owner)) return &record;
  }
  return nullptr;
}

// The deepest zone cut that the authority section shows between `zone` and `name`.
bool FindCut(const ReplyRecords& records, wire::NameView name, wire::NameView zone,
             wire::Name* cut) {
  bool found = false;
  for (const RecordView& record : records.authority()) {
    if (record.type != RRType::kNS) continue;
    wire::Name owner;
    record.owner.CopyTo(&owner);
    if (!name.IsSubdomainOf(owner) || owner.view().Equals(zone)) continue;
    // The case of the question as the store has it, not as it was sent.
    if (!found || owner.size() > cut->size()) *cut = name.Suffix(owner.view().LabelCount());
    found = true;
  }
  return found;
}

bool IsFormatError(Rcode rcode) {
  return rcode == Rcode::kFormErr || rcode == Rcode::kNotImp || rcode == Rcode::kBadVers;
}

// Classifies NOERROR or NXDOMAIN when the reply has neither the type nor an alias for the name.
ReplyClass ClassifyNothing(const ReplyRecords& records, wire::NameView zone, bool forwarded,
                           ReplyMeaning* meaning) {
  if (records.rcode() == Rcode::kNXDomain) {
    // A server without authority cannot deny a name if it shows no SOA.
    const bool is_bare =
        !forwarded && meaning->soa == nullptr && !records.header().Has(wire::kFlagAA);
    return is_bare ? ReplyClass::kLame : ReplyClass::kNxDomain;
  }
  if (meaning->soa != nullptr) return ReplyClass::kNoData;
  if (FindCut(records, meaning->end, zone, &meaning->cut)) {
    // Nothing is asked at the servers that a forwarder names. The name may exist there.
    return forwarded ? ReplyClass::kLame : ReplyClass::kReferral;
  }
  if (records.answer().empty() && records.refers_upward()) return ReplyClass::kLame;
  if (forwarded || records.header().Has(wire::kFlagAA)) return ReplyClass::kEmpty;
  // Records of other types are at the name. So the name exists, without the type that was asked.
  for (const RecordView& record : records.answer()) {
    if (record.owner.Equals(meaning->end)) return ReplyClass::kEmpty;
  }
  return ReplyClass::kLame;
}

// The name exists, so the denial can be true only of the type (RFC 4074 section 4.2).
ReplyClass ClassifyDeniedApex(const ReplyMeaning& meaning, int links) {
  if (meaning.soa != nullptr) return ReplyClass::kNoData;
  return links == 0 ? ReplyClass::kEmpty : ReplyClass::kAlias;
}

// A zone that has an answering server exists, so a denial of its own name is wrong. A forwarder may
// know better than its configuration here, except about the root.
bool DeniesItself(wire::NameView denied, wire::NameView zone, bool forwarded) {
  return denied.IsRoot() || (!forwarded && denied.Equals(zone));
}

}  // namespace

ChainLink FindLink(const ReplyRecords& records, wire::NameView name, RRType type,
                   wire::Name* target) {
  ChainLink link;
  ChainLink final;
  for (const RecordView& record : records.answer()) {
    if (record.type == type && record.owner.Equals(name)) {
      final = {ChainLink::Kind::kFinal, &record};
      break;
    }
    if (link.record == nullptr && record.type == RRType::kCNAME && record.owner.Equals(name)) {
      link = {ChainLink::Kind::kCname, &record};
    }
  }
  // The server made up a CNAME below a DNAME. Ours replaces it.
  if (final.record != nullptr && type != RRType::kCNAME) return final;
  for (const RecordView& record : records.answer()) {
    if (record.type != RRType::kDNAME) continue;
    wire::Name owner;
    record.owner.CopyTo(&owner);
    if (owner.size() >= name.size() || !name.IsSubdomainOf(owner)) continue;
    wire::Name to;
    if (!ReadTarget(record, &to)) continue;
    const size_t prefix = name.size() - owner.size();
    if (!target->AssignJoined({name.data(), prefix}, to)) {
      return {ChainLink::Kind::kOverflow, &record};
    }
    return {ChainLink::Kind::kDname, &record};
  }
  if (final.record != nullptr) return final;
  if (link.record != nullptr && !ReadTarget(*link.record, target)) return ChainLink();
  return link;
}

ReplyMeaning ClassifyReply(const ReplyRecords& records, wire::NameView name, RRType type,
                           wire::NameView zone, bool forwarded, const policy::NameSource* source) {
  ReplyMeaning meaning;
  meaning.end = name;
  if (records.header().Has(wire::kFlagTC)) {
    meaning.reply_class = ReplyClass::kTruncated;
    return meaning;
  }
  const Rcode rcode = records.rcode();
  if (IsFormatError(rcode)) meaning.reply_class = ReplyClass::kFormatError;
  if (rcode != Rcode::kNoError && rcode != Rcode::kNXDomain && rcode != Rcode::kYXDomain) {
    return meaning;
  }
  int links = 0;
  for (; links <= kChainLinksMax; ++links) {
    wire::Name target;
    const ChainLink link = FindLink(records, meaning.end, type, &target);
    if (link.kind == ChainLink::Kind::kFinal) {
      // With YXDOMAIN the reply contradicts itself.
      if (rcode != Rcode::kYXDomain) meaning.reply_class = ReplyClass::kAnswer;
      return meaning;
    }
    if (link.kind == ChainLink::Kind::kOverflow) {
      meaning.reply_class = ReplyClass::kYxDomain;
      return meaning;
    }
    if (link.kind == ChainLink::Kind::kNone) break;
    // The question was for a CNAME, and the one that the DNAME makes is the answer.
    if (link.kind == ChainLink::Kind::kDname && type == RRType::kCNAME) {
      if (rcode != Rcode::kYXDomain) meaning.reply_class = ReplyClass::kAnswer;
      return meaning;
    }
    meaning.end = target;
    // A name in another zone is asked there, even if this server says something about it. DS at
    // this zone's apex is in the parent zone (RFC 4035 section 3.1.4.1).
    if (!target.view().IsSubdomainOf(zone) || (source != nullptr && !source->IsSourceOf(target)) ||
        (type == RRType::kDS && !forwarded && target.view().Equals(zone))) {
      meaning.reply_class = ReplyClass::kAlias;
      return meaning;
    }
  }
  if (rcode == Rcode::kYXDomain) return meaning;
  if (links > kChainLinksMax) {
    // A loop or an endless chain denies nothing, even if the code says so. The loop shows when the
    // chain is followed.
    meaning.reply_class = ReplyClass::kAlias;
    return meaning;
  }
  const bool denies_itself =
      rcode == Rcode::kNXDomain && DeniesItself(meaning.end, zone, forwarded);
  // With the SOA of a zone above, the server no longer serves this zone.
  if (denies_itself && (meaning.end.view().IsRoot() || records.has_soa_above())) return meaning;
  meaning.soa = FindSoa(records, meaning.end);
  if (denies_itself) {
    meaning.reply_class = ClassifyDeniedApex(meaning, links);
    return meaning;
  }
  if (links == 0) {
    meaning.reply_class = ClassifyNothing(records, zone, forwarded, &meaning);
  } else if (rcode == Rcode::kNXDomain) {
    meaning.reply_class = ReplyClass::kNxDomain;
  } else {
    meaning.reply_class = meaning.soa != nullptr ? ReplyClass::kNoData : ReplyClass::kAlias;
  }
  return meaning;
}

}  // namespace tern::resolver::upstream
