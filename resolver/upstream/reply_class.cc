#include "resolver/upstream/reply_class.h"

#include <bitset>

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

// A name, and which owners of a reply's records are above it.
class NameAndAbove {
 public:
  NameAndAbove(const ReplyRecords& records, wire::NameView name) : records_(records), name_(name) {
    const uint8_t* octets = name.data();
    for (size_t at = 0; at < name.size(); at += octets[at] + size_t{1}) starts_.set(at);
  }
  // The owner is the name, or above it.
  bool IsBelow(const ReplyRecord& record) const {
    const size_t size = record.owner.uncompressed_size();
    if (size > name_.size() || !starts_.test(name_.size() - size)) return false;
    const uint8_t* suffix = name_.data() + (name_.size() - size);
    return records_.OwnerHash(record) == records_.Hash(wire::NameView::FromValid(suffix, size));
  }

 private:
  const ReplyRecords& records_;
  wire::NameView name_;
  std::bitset<wire::kNameOctetsMax> starts_;  // where a label starts
};

const ReplyRecord* FindSoa(const ReplyRecords& records, wire::NameView name) {
  const NameAndAbove above(records, name);
  for (const ReplyRecord& record : records.authority()) {
    if (record.type == RRType::kSOA && above.IsBelow(record)) return &record;
  }
  return nullptr;
}

// The deepest zone cut that the authority section shows between `zone` and `name`.
bool FindCut(const ReplyRecords& records, wire::NameView name, wire::NameView zone,
             wire::Name* cut) {
  const NameAndAbove above(records, name);
  size_t deepest = zone.size();  // every owner is in the zone
  for (const ReplyRecord& record : records.authority()) {
    const size_t size = record.owner.uncompressed_size();
    if (record.type == RRType::kNS && size > deepest && above.IsBelow(record)) deepest = size;
  }
  if (deepest == zone.size()) return false;
  // The case of the question as the store has it, not as it was sent.
  *cut = wire::NameView::FromValid(name.data() + (name.size() - deepest), deepest);
  return true;
}

bool IsFormatError(Rcode rcode) {
  return rcode == Rcode::kFormErr || rcode == Rcode::kNotImp || rcode == Rcode::kBadVers;
}

// Whether the reply has no record that may be kept, and no referral to elsewhere.
bool IsBare(const ReplyRecords& records) {
  return records.answer().empty() && records.authority().empty() && !records.refers_elsewhere();
}

// Classifies NOERROR or NXDOMAIN when the reply has neither the type nor an alias for the name.
ReplyClass ClassifyNothing(const ReplyRecords& records, wire::NameView zone, bool forwarded,
                           ReplyMeaning* meaning) {
  if (records.rcode() == Rcode::kNXDomain) {
    // A server without authority cannot deny a name if it shows no SOA.
    if (forwarded || meaning->soa != nullptr || records.header().Has(wire::kFlagAA)) {
      return ReplyClass::kNxDomain;
    }
    // Nobody refers with NXDOMAIN. So the zone's own NS records mean nothing.
    const bool is_bare = records.answer().empty() && !records.refers_elsewhere();
    return is_bare ? ReplyClass::kBare : ReplyClass::kLame;
  }
  if (meaning->soa != nullptr) return ReplyClass::kNoData;
  if (FindCut(records, meaning->end, zone, &meaning->cut)) {
    // Nothing is asked at the servers that a forwarder names. The name may exist there.
    return forwarded ? ReplyClass::kLame : ReplyClass::kReferral;
  }
  if (records.answer().empty() && records.refers_upward()) return ReplyClass::kLame;
  if (forwarded || records.header().Has(wire::kFlagAA)) return ReplyClass::kEmpty;
  // Records of other types are at the name. So the name exists, without the type that was asked.
  const uint64_t end = records.Hash(meaning->end);
  for (const ReplyRecord& record : records.answer()) {
    if (records.OwnerHash(record) == end) return ReplyClass::kEmpty;
  }
  return IsBare(records) ? ReplyClass::kBare : ReplyClass::kLame;
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

// Whether the denial of DS comes from the child's side of the cut, although the server should serve
// the zone above it (RFC 4035 section 3.1.4.1). Then it says nothing about that zone.
bool IsFromChildsSide(const ReplyMeaning& meaning, RRType type, wire::NameView zone) {
  return type == RRType::kDS && meaning.reply_class == ReplyClass::kNoData &&
         !meaning.from_forwarder && !meaning.end.view().IsRoot() &&
         meaning.end.view().Parent().Equals(zone) && meaning.soa->owner.Equals(meaning.end.view());
}

}  // namespace

ChainLink FindLink(const ReplyRecords& records, wire::NameView name, RRType type,
                   wire::Name* target) {
  ChainLink link;
  ChainLink final;
  const uint64_t hash = records.Hash(name);
  for (const ReplyRecord& record : records.answer()) {
    if (record.type != type && record.type != RRType::kCNAME) continue;
    if (records.OwnerHash(record) != hash) continue;
    if (record.type == type) {
      final = {ChainLink::Kind::kFinal, &record};
      break;
    }
    if (link.record == nullptr) link = {ChainLink::Kind::kCname, &record};
  }
  // The server made up a CNAME below a DNAME. Ours replaces it.
  if (final.record != nullptr && type != RRType::kCNAME) return final;
  const NameAndAbove above(records, name);
  for (const ReplyRecord& record : records.answer()) {
    const size_t owner_size = record.owner.uncompressed_size();
    if (record.type != RRType::kDNAME || owner_size == name.size() || !above.IsBelow(record)) {
      continue;
    }
    wire::Name to;
    if (!ReadTarget(record, &to)) continue;
    const size_t prefix = name.size() - owner_size;
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
  meaning.from_forwarder = forwarded;
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
    if (IsFromChildsSide(meaning, type, zone)) meaning.reply_class = ReplyClass::kBare;
  } else if (rcode == Rcode::kNXDomain) {
    meaning.reply_class = ReplyClass::kNxDomain;
  } else {
    meaning.reply_class = meaning.soa != nullptr ? ReplyClass::kNoData : ReplyClass::kAlias;
  }
  return meaning;
}

}  // namespace tern::resolver::upstream
