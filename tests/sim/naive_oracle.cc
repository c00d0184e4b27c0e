#include "tests/sim/naive_oracle.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "wire/presentation.h"

namespace tern::sim {
namespace {

using wire::NameView;
using wire::Rcode;
using wire::RRType;

uint32_t LowestTtl(const std::vector<PlainRecord>& records) {
  uint32_t ttl = 0x7fffffff;
  for (const PlainRecord& record : records) ttl = std::min(ttl, record.ttl);
  return ttl;
}

// The last four octets of an SOA's RDATA (RFC 1035 section 3.3.13).
uint32_t MinimumOf(const PlainRecord& soa) {
  return wire::LoadU32(soa.rdata.data() + soa.rdata.size() - 4);
}

Time After(Time time, uint32_t ttl) {
  const Duration life = std::chrono::seconds(ttl);
  return time > Time::max() - life ? Time::max() : time + life;
}

bool HasNode(const ZoneContent& content, NameView owner) {
  return std::any_of(content.records.begin(), content.records.end(),
                     [&](const PlainRecord& r) { return r.owner.view().Equals(owner); });
}

bool ExistsAtOrBelow(const ZoneContent& content, NameView name) {
  return std::any_of(content.records.begin(), content.records.end(),
                     [&](const PlainRecord& r) { return r.owner.view().IsSubdomainOf(name); });
}

// What is at `node`, which is the name itself or the wildcard that stands for it.
Truth FromNode(const ZoneContent& content, NameView node, NameView name, NameView origin,
               RRType type) {
  Truth truth;
  truth.kind = Truth::Kind::kRecords;
  truth.records = At(content, node, type);
  if (truth.records.empty()) {
    truth.kind = Truth::Kind::kCname;
    truth.records = At(content, node, RRType::kCNAME);
  }
  if (truth.records.empty()) {
    truth.kind = Truth::Kind::kNoData;
    truth.records = At(content, origin, RRType::kSOA);
    return truth;
  }
  for (PlainRecord& record : truth.records) record.owner = name;
  return truth;
}

// Below the cuts and renamings of the zone (RFC 1034 section 4.3.2 step 3, RFC 4592).
Truth InZone(const ZoneContent& content, NameView origin, NameView name, RRType type) {
  if (HasNode(content, name)) return FromNode(content, name, name, origin, type);
  Truth truth;
  truth.records = At(content, origin, RRType::kSOA);
  truth.kind = Truth::Kind::kNoData;
  if (ExistsAtOrBelow(content, name)) return truth;
  truth.kind = Truth::Kind::kNxDomain;
  NameView encloser = name;
  while (!ExistsAtOrBelow(content, encloser)) encloser = encloser.Parent();
  wire::Name wildcard(encloser);
  if (!wildcard.Prepend("*")) return truth;
  if (HasNode(content, wildcard)) return FromNode(content, wildcard, name, origin, type);
  if (ExistsAtOrBelow(content, wildcard)) truth.kind = Truth::Kind::kNoData;
  return truth;
}

bool SameTtl(const std::vector<PlainRecord>& records) {
  return std::all_of(records.begin(), records.end(),
                     [&](const PlainRecord& r) { return r.ttl == records.front().ttl; });
}

}  // namespace

std::vector<PlainRecord> At(const ZoneContent& content, NameView owner, RRType type) {
  std::vector<PlainRecord> found;
  for (const PlainRecord& record : content.records) {
    if (record.type == type && record.owner.view().Equals(owner)) found.push_back(record);
  }
  return found;
}

wire::Name NameInRdata(const PlainRecord& record) {
  const auto name = NameView::FromWire(record.rdata);
  return name ? wire::Name(*name) : wire::Name();
}

std::optional<wire::Name> Rename(NameView name, const PlainRecord& dname) {
  Octets octets(name.data(), name.data() + name.size() - dname.owner.size());
  octets.insert(octets.end(), dname.rdata.begin(), dname.rdata.end());
  const auto renamed = NameView::FromWire(octets);
  if (!renamed) return std::nullopt;
  return wire::Name(*renamed);
}

uint32_t TtlBounds::Of(const Truth& truth) const {
  const uint32_t ttl = LowestTtl(truth.records);
  if (truth.kind == Truth::Kind::kNoData || truth.kind == Truth::Kind::kNxDomain) {
    if (truth.records.empty()) return 0;
    return std::min({ttl, MinimumOf(truth.records.front()), max_negative_ttl});
  }
  return std::min(std::max(ttl, min_ttl), max_ttl);
}

ZoneAnswer AskContent(const ZoneContent& content, NameView origin, NameView name, RRType type) {
  ZoneAnswer said;
  const size_t labels = name.LabelCount();
  for (size_t n = origin.LabelCount(); n <= labels; ++n) {
    const NameView above = name.Suffix(n);
    // DS belongs to the parent's side (RFC 4035 section 3.1.4.1).
    const bool parent_side = n == labels && type == RRType::kDS;
    if (!above.Equals(origin) && !parent_side && !At(content, above, RRType::kNS).empty()) {
      said.cut = above;
      return said;
    }
    if (n == labels) continue;
    said.truth.records = At(content, above, RRType::kDNAME);
    said.truth.kind = Truth::Kind::kDname;
    if (!said.truth.records.empty()) return said;
  }
  said.truth = InZone(content, origin, name, type);
  return said;
}

void NaiveOracle::Walk(size_t zone, size_t owner, Time learnt_last, NameView name, RRType type,
                       Time now, std::vector<Truth>* truths) const {
  const ZoneHistory& history = (*history_)[zone];
  for (const ZoneContent& content : history.owners[owner]) {
    if (content.from > now) continue;
    const Time learnt = std::min({content.until, learnt_last, now});
    ZoneAnswer said = AskContent(content, history.origin, name, type);
    if (!said.cut) {
      said.truth.learnt_last = learnt;
      said.truth.zone = zone;
      truths->push_back(std::move(said.truth));
      continue;
    }
    const Truth cut = {Truth::Kind::kRecords, At(content, *said.cut, RRType::kNS), learnt};
    for (const auto& [child, child_owner] : content.owner_of_child) {
      if (!(*history_)[child].origin.view().Equals(*said.cut)) continue;
      const Time led_there = After(learnt, bounds_.Of(cut)) + kResolutionMax;
      Walk(child, child_owner, std::min(led_there, now), name, type, now, truths);
    }
  }
}

bool NaiveOracle::MayTell(const Truth& truth, Time now, uint32_t stale) const {
  const Time last = After(After(truth.learnt_last, bounds_.Of(truth)), stale);
  return last >= Time::max() - kResolutionMax || last + kResolutionMax >= now;
}

std::vector<Truth> NaiveOracle::TruthsOf(NameView name, RRType type, Time now,
                                         uint32_t stale) const {
  std::vector<Truth> truths;
  Walk(0, 0, now, name, type, now, &truths);
  std::erase_if(truths, [&](const Truth& truth) { return !MayTell(truth, now, stale); });
  return truths;
}

std::string NaiveOracle::Judge(const PlainMessage& reply, Time now,
                               const Allowance& allowance) const {
  const PlainQuestion& question = reply.questions.front();
  const RRType type = question.type;
  wire::Name name = question.name;
  size_t at = 0;
  // Follows a chain through the section, if the reply ends in records of the type.
  for (int link = 0; link <= kChainMax; ++link) {
    const std::vector<Truth> truths = TruthsOf(name, type, now, allowance.max_stale);
    const auto found = [&](Truth::Kind kind, const std::vector<PlainRecord>& records) {
      return std::any_of(truths.begin(), truths.end(), [&](const Truth& truth) {
        if (truth.kind != kind || !SameRecords(truth.records, records)) return false;
        const uint32_t ttl = records.empty() ? 0 : records.front().ttl;
        const uint32_t whole = bounds_.Of(truth);
        if (ttl <= whole && MayTell(truth, now, 0)) return true;
        // Data with a TTL of 0 is never stale.
        return allowance.max_stale > 0 && whole > 0 && ttl == allowance.stale_ttl;
      });
    };
    const std::string where = " at " + wire::ToText(name.view());
    if (at == reply.answer.size()) {
      if (reply.rcode != Rcode::kNXDomain && reply.rcode != Rcode::kNoError) {
        return "rcode" + where;
      }
      const bool exists = reply.rcode == Rcode::kNoError;
      if (allowance.partial && at > 0 && exists && reply.authority.empty()) return "";
      const auto kind = exists ? Truth::Kind::kNoData : Truth::Kind::kNxDomain;
      const bool sound =
          allowance.soa_missing && reply.authority.empty()
              ? std::any_of(truths.begin(), truths.end(),
                            [&](const Truth& t) { return t.kind == kind && MayTell(t, now, 0); })
              : reply.authority.size() == 1 && found(kind, reply.authority);
      return sound ? "" : "untrue denial" + where;
    }
    const PlainRecord& next = reply.answer[at];
    if (next.type == RRType::kDNAME && next.owner.size() < name.size() &&
        name.view().IsSubdomainOf(next.owner)) {
      if (!found(Truth::Kind::kDname, {next})) return "untrue DNAME" + where;
      ++at;
      const std::optional<wire::Name> target = Rename(name, next);
      if (!target) {
        return at == reply.answer.size() && reply.rcode == Rcode::kYXDomain ? ""
                                                                            : "no YXDOMAIN" + where;
      }
      PlainRecord made{name, RRType::kCNAME, wire::RRClass::kIN, next.ttl, {}};
      made.rdata.assign(target->data(), target->data() + target->size());
      if (at == reply.answer.size() || !made.EqualsButTtl(reply.answer[at])) {
        return "no CNAME behind the DNAME" + where;
      }
      if (reply.answer[at].ttl != next.ttl) return "another TTL than the DNAME's" + where;
      ++at;
      name = *target;
      if (type == RRType::kCNAME) return at == reply.answer.size() ? "" : "too much" + where;
    } else if (next.type == RRType::kCNAME && type != RRType::kCNAME) {
      if (!found(Truth::Kind::kCname, {next})) return "untrue CNAME" + where;
      ++at;
      name = NameInRdata(next);
    } else {
      const std::vector<PlainRecord> rest(reply.answer.begin() + static_cast<ptrdiff_t>(at),
                                          reply.answer.end());
      if (reply.rcode != Rcode::kNoError) return "an error code with an answer" + where;
      if (!SameTtl(rest)) return "TTLs of an RRset differ" + where;
      return found(Truth::Kind::kRecords, rest) ? "" : "untrue records" + where;
    }
  }
  return "endless chain";
}

std::string NaiveOracle::JudgeReferral(const PlainMessage& reply, Time now) const {
  const NameView cut = reply.authority.front().owner;
  if (!reply.questions.front().name.view().IsSubdomainOf(cut)) return "a referral to elsewhere";
  if (!SameTtl(reply.authority)) return "TTLs of a referral differ";
  for (const ZoneHistory& zone : *history_) {
    // The root gives its own NS records.
    if (!cut.IsSubdomainOf(zone.origin) || (zone.origin.view().Equals(cut) && !cut.IsRoot())) {
      continue;
    }
    for (const std::vector<ZoneContent>& owner : zone.owners) {
      for (const ZoneContent& content : owner) {
        const Truth servers = {Truth::Kind::kRecords, At(content, cut, RRType::kNS),
                               std::min(content.until, now)};
        if (content.from <= now && SameRecords(servers.records, reply.authority) &&
            reply.authority.front().ttl <= bounds_.Of(servers) && MayTell(servers, now, 0)) {
          return "";
        }
      }
    }
  }
  return "an untrue referral to " + wire::ToText(cut);
}

NaiveOracle::Chain NaiveOracle::Follow(NameView start, RRType type, Time now) const {
  Chain chain;
  wire::Name name(start);
  std::vector<wire::Name> seen;
  while (chain.links <= kChainMax) {
    chain.loops = chain.loops || std::any_of(seen.begin(), seen.end(), [&](const wire::Name& n) {
                    return n.view().Equals(name);
                  });
    seen.push_back(name);
    const std::vector<Truth> truths = TruthsOf(name, type, now);
    if (truths.empty()) return chain;
    const Truth& truth = truths.back();
    chain.zones.push_back(truth.zone);
    chain.steps.push_back(truth);
    if (truth.kind == Truth::Kind::kDname) {
      const std::optional<wire::Name> target = Rename(name, truth.records.front());
      chain.overflows = !target.has_value();
      if (chain.overflows || type == RRType::kCNAME) return chain;
      name = *target;
    } else if (truth.kind == Truth::Kind::kCname) {
      name = NameInRdata(truth.records.front());
    } else {
      return chain;
    }
    ++chain.links;
  }
  return chain;
}

}  // namespace tern::sim
