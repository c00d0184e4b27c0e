#include "tests/sim/least_queries.h"

#include <algorithm>
#include <utility>

namespace tern::sim {
namespace {

using resolver::QnameMinimisation;
using wire::NameView;
using wire::RRType;

// RFC 9156 section 2.3.
constexpr size_t kMaxMinimiseCount = 10;
constexpr size_t kMinimiseOneLabel = 4;
// Chains with more links are beyond the model.
constexpr size_t kLinksMax = 8;
constexpr int kNestingMax = 4;
// The most that a look-up beside the question may cost, doubted denials included.
constexpr size_t kBesideMax = 6;
// If less of a TTL is left, it may or may not be over when it is needed.
constexpr uint32_t kCertainTtl = 5;

std::string KeyOf(NameView name, std::optional<RRType> type) {
  wire::Name lower(name);
  lower.Lower();
  std::string key(lower.data(), lower.data() + lower.size());
  if (type) key += std::to_string(static_cast<uint16_t>(*type));
  return key;
}

// Goes through all sequences of choices, one per run.
class Choices {
 public:
  size_t Pick(size_t of) {
    if (of <= 1) return 0;
    if (at_ == made_.size()) made_.push_back({0, of});
    return made_[at_++].first;
  }
  // False when all were tried.
  bool Next() {
    at_ = 0;
    while (!made_.empty()) {
      if (++made_.back().first < made_.back().second) return true;
      made_.pop_back();
    }
    return false;
  }

 private:
  std::vector<std::pair<size_t, size_t>> made_;  // choice, of how many
  size_t at_ = 0;
};

}  // namespace

// One way that a resolution can go.
class LeastQueries::Way {
 public:
  Way(const LeastQueries& model, Choices* choices)
      : model_(model), internet_(*model.internet_), memory_(model.memory_), choices_(choices) {}

  // What the name's chain ends in.
  Truth::Kind Resolve(NameView start, RRType type, int nesting);

  size_t queries() const { return queries_; }
  bool beyond() const { return beyond_; }
  // What is known in the end.
  Memory& memory();

 private:
  // An end, or another name with which to go on.
  struct Step {
    std::optional<Truth::Kind> end;
    wire::Name next;
  };
  struct Reply {
    bool refused = false;
    std::optional<size_t> cut;
    Cut delegation;
    std::vector<std::pair<wire::Name, Truth>> links;  // and the end, if it is known
    wire::Name end;
    std::optional<Truth::Kind> kind;  // of the end
  };

  const ZoneContent& ContentOf(size_t zone) const {
    return internet_.history()[zone].owners[0].back();
  }
  const wire::Name& OriginOf(size_t zone) const { return internet_.zones()[zone].origin; }
  const Known* Find(NameView name, std::optional<RRType> type);
  void Learn(const Reply& reply, RRType type);
  Step Renamed(NameView name, const PlainRecord& dname, RRType type);
  bool DeniesBelow(const Known& denial) const;
  std::optional<Step> FromMemory(NameView name, RRType type);
  Step FromServers(const wire::Name& name, RRType type, int nesting);
  // The number of labels of the next part to ask for. All labels: the question itself.
  size_t NextPart(NameView name, size_t known, size_t* parts);
  size_t ZoneFor(size_t host, NameView name, RRType type) const;
  Reply Ask(size_t host, size_t zone, const Cut& cut, NameView name, RRType type) const;
  Cut DelegationTo(size_t child, size_t by, size_t asked, const Cut& cut) const;
  Reply AskZone(size_t zone, const Cut& cut, NameView name, RRType type, int nesting,
                bool is_probe);
  // Numbers of addresses. A host's first one is twice the host's number.
  std::vector<size_t> AddressesOf(size_t zone, const Cut& cut);
  void LookUpAddress(size_t zone, int nesting);

  static constexpr size_t kNoZone = SIZE_MAX;

  const LeastQueries& model_;
  const RandomInternet& internet_;
  Memory memory_;
  Memory beside_;           // what look-ups beside the question learn, which is too late for it
  bool is_beside_ = false;  // then it has no look-ups beside it
  Choices* choices_;
  size_t queries_ = 0;
  size_t denials_ = 0;  // of names: each of them may be asked for once more, in lower case
  bool beyond_ = false;
};

const LeastQueries::Known* LeastQueries::Way::Find(NameView name, std::optional<RRType> type) {
  const auto found = memory_.data.find(KeyOf(name, type));
  if (found == memory_.data.end()) return nullptr;
  beyond_ |= found->second.ttl < kCertainTtl;
  return &found->second;
}

void LeastQueries::Way::Learn(const Reply& reply, RRType type) {
  for (const auto& [name, truth] : reply.links) {
    const Known known = {truth.kind, truth.records, model_.bounds_.Of(truth)};
    if (known.ttl == 0) continue;
    switch (truth.kind) {
      case Truth::Kind::kRecords:
      case Truth::Kind::kNoData:
        memory_.data[KeyOf(name, type)] = known;
        break;
      case Truth::Kind::kCname:
        memory_.data[KeyOf(name, RRType::kCNAME)] = known;
        break;
      case Truth::Kind::kDname:
        memory_.data[KeyOf(truth.records.front().owner, RRType::kDNAME)] = known;
        break;
      case Truth::Kind::kNxDomain:
        memory_.data[KeyOf(name, std::nullopt)] = known;
        break;
    }
  }
}

LeastQueries::Way::Step LeastQueries::Way::Renamed(NameView name, const PlainRecord& dname,
                                                   RRType type) {
  Step step;
  const std::optional<wire::Name> target = Rename(name, dname);
  if (!target || type == RRType::kCNAME) step.end = Truth::Kind::kDname;
  if (target) step.next = *target;
  return step;
}

// Only the root and top level domains are believed about names below a denied one.
bool LeastQueries::Way::DeniesBelow(const Known& denial) const {
  return model_.mode_ == QnameMinimisation::kStrict ||
         denial.records.front().owner.view().LabelCount() <= 1;
}

std::optional<LeastQueries::Way::Step> LeastQueries::Way::FromMemory(NameView name, RRType type) {
  Step step;
  if (const Known* known = Find(name, type)) step.end = known->kind;
  if (!step.end && Find(name, std::nullopt) != nullptr) step.end = Truth::Kind::kNxDomain;
  if (step.end) return step;
  const Known* alias = type == RRType::kCNAME ? nullptr : Find(name, RRType::kCNAME);
  if (alias != nullptr && alias->kind != Truth::Kind::kNoData) {
    step.next = NameInRdata(alias->records.front());
    return step;
  }
  // Only below the nearest known cut.
  for (NameView above = name; !above.IsRoot();) {
    above = above.Parent();
    if (const Known* denial = Find(above, std::nullopt); denial && DeniesBelow(*denial)) {
      step.end = Truth::Kind::kNxDomain;
      return step;
    }
    const Known* dname = Find(above, RRType::kDNAME);
    if (dname != nullptr && dname->kind != Truth::Kind::kNoData) {
      return Renamed(name, dname->records.front(), type);
    }
    for (const auto& [zone, cut] : memory_.cuts) {
      if (OriginOf(zone).view().Equals(above)) return std::nullopt;
    }
  }
  return std::nullopt;
}

size_t LeastQueries::Way::ZoneFor(size_t host, NameView name, RRType type) const {
  size_t best = kNoZone;
  for (const auto& [zone, content] : internet_.hosts()[host].serves) {
    const NameView origin = OriginOf(zone);
    if (!name.IsSubdomainOf(origin)) continue;
    if (type == RRType::kDS && origin.Equals(name) && !name.IsRoot()) continue;
    if (best == kNoZone || origin.size() > OriginOf(best).size()) best = zone;
  }
  return best == kNoZone && type == RRType::kDS ? ZoneFor(host, name, RRType::kSOA) : best;
}

// A delegation lives no longer than the delegation of the zone that gives it. The uppermost zones
// are exceptions.
LeastQueries::Cut LeastQueries::Way::DelegationTo(size_t child, size_t by, size_t asked,
                                                  const Cut& cut) const {
  Cut delegation;
  const ZoneContent& content = ContentOf(by);
  const Truth servers = {Truth::Kind::kRecords, At(content, OriginOf(child), RRType::kNS), Time()};
  delegation.ttl = model_.bounds_.Of(servers);
  if (OriginOf(asked).view().LabelCount() > 1) delegation.ttl = std::min(delegation.ttl, cut.ttl);
  for (const std::vector<size_t>* hosts :
       {&internet_.zones()[child].hosts, &internet_.zones()[child].lame_hosts}) {
    for (const size_t host : *hosts) {
      const NameView name = internet_.hosts()[host].name;
      if (!At(content, name, RRType::kA).empty() || !At(content, name, RRType::kAAAA).empty()) {
        delegation.glued.insert(host);
      }
    }
  }
  return delegation;
}

// What is believed of a reply from a server that is asked for the zone.
LeastQueries::Way::Reply LeastQueries::Way::Ask(size_t host, size_t zone, const Cut& cut,
                                                NameView name, RRType type) const {
  Reply reply;
  reply.end = name;
  for (size_t links = 0; links <= kLinksMax; ++links) {
    const size_t by = ZoneFor(host, reply.end, type);
    reply.refused = links == 0 && by == kNoZone;
    if (by == kNoZone) return reply;
    const ZoneAnswer said = AskContent(ContentOf(by), OriginOf(by), reply.end, type);
    if (said.cut && links > 0) return reply;
    if (said.cut) {
      for (const size_t child : internet_.zones()[by].children) {
        if (OriginOf(child).view().Equals(*said.cut)) reply.cut = child;
      }
      reply.delegation = DelegationTo(*reply.cut, by, zone, cut);
      return reply;
    }
    reply.links.emplace_back(reply.end, said.truth);
    if (said.truth.kind == Truth::Kind::kCname) {
      reply.end = NameInRdata(said.truth.records.front());
    } else if (said.truth.kind == Truth::Kind::kDname) {
      const std::optional<wire::Name> target = Rename(reply.end, said.truth.records.front());
      if (!target || type == RRType::kCNAME) reply.kind = said.truth.kind;
      if (reply.kind) return reply;
      reply.end = *target;
    } else {
      reply.kind = said.truth.kind;
      return reply;
    }
    // DS at this zone's apex is in its parent.
    if (!reply.end.view().IsSubdomainOf(OriginOf(zone)) ||
        (type == RRType::kDS && reply.end.view().Equals(OriginOf(zone)))) {
      return reply;
    }
  }
  return reply;
}

std::vector<size_t> LeastQueries::Way::AddressesOf(size_t zone, const Cut& cut) {
  std::vector<size_t> addresses;
  for (const std::vector<size_t>* hosts :
       {&internet_.zones()[zone].hosts, &internet_.zones()[zone].lame_hosts}) {
    for (const size_t host : *hosts) {
      const RandomInternet::Host& its = internet_.hosts()[host];
      for (size_t i = 0; i < its.addresses.size(); ++i) {
        const RRType type = its.addresses[i].IsIpv4() ? RRType::kA : RRType::kAAAA;
        const Known* known = cut.glued.contains(host) ? nullptr : Find(its.name, type);
        if (cut.glued.contains(host) ||
            (known != nullptr && known->kind == Truth::Kind::kRecords)) {
          addresses.push_back(2 * host + i);
        }
      }
    }
  }
  std::erase_if(addresses, [&](size_t a) { return memory_.lame.contains({a, zone}); });
  return addresses;
}

// Any of the zone's servers will do.
void LeastQueries::Way::LookUpAddress(size_t zone, int nesting) {
  std::vector<size_t> hosts = internet_.zones()[zone].hosts;
  const std::vector<size_t>& lame = internet_.zones()[zone].lame_hosts;
  hosts.insert(hosts.end(), lame.begin(), lame.end());
  const auto take = [&] {
    const auto taken = hosts.begin() + static_cast<ptrdiff_t>(choices_->Pick(hosts.size()));
    const size_t host = *taken;
    hosts.erase(taken);
    return host;
  };
  const wire::Name& name = internet_.hosts()[take()].name;
  RRType type = RRType::kA;
  if (Resolve(name, type, nesting + 1) != Truth::Kind::kRecords) {
    type = RRType::kAAAA;
    (void)Resolve(name, type, nesting + 1);
  }
  if (hosts.empty() || beyond_ || is_beside_) return;
  const wire::Name& another = internet_.hosts()[take()].name;
  const size_t before = queries_ + denials_;
  const Memory memory = memory_;
  is_beside_ = true;
  (void)Resolve(another, type, nesting + 1);
  is_beside_ = false;
  beyond_ |= queries_ + denials_ > before + kBesideMax;
  if (choices_->Pick(2) == 0) return;
  // None of it comes in time to save the question a query.
  beside_.data.merge(memory_.data);
  beside_.cuts.merge(memory_.cuts);
  beside_.lame.merge(memory_.lame);
  beside_.without_parts.merge(memory_.without_parts);
  memory_ = memory;
}

LeastQueries::Memory& LeastQueries::Way::memory() {
  memory_.data.merge(beside_.data);
  memory_.cuts.merge(beside_.cuts);
  memory_.lame.merge(beside_.lame);
  memory_.without_parts.merge(beside_.without_parts);
  return memory_;
}

// If `is_probe`, the first reply counts, even if the server is lame.
LeastQueries::Way::Reply LeastQueries::Way::AskZone(size_t zone, const Cut& cut, NameView name,
                                                    RRType type, int nesting, bool is_probe) {
  beyond_ |= internet_.GluelessDepth(zone) > kNestingMax;
  if (beyond_) return {};
  if (AddressesOf(zone, cut).empty()) LookUpAddress(zone, nesting);
  while (!beyond_ && queries_ < kQueriesMax) {
    // Ways that know the same count as one, also what aliases lead to.
    std::set<std::vector<size_t>> known;
    std::vector<size_t> addresses;
    for (const size_t address : AddressesOf(zone, cut)) {
      std::vector<size_t> zones;
      for (const auto& [its, content] : internet_.hosts()[address / 2].serves) zones.push_back(its);
      const bool lame = ZoneFor(address / 2, name, type) == kNoZone;
      if (lame || known.insert(std::move(zones)).second) addresses.push_back(address);
    }
    if (addresses.empty()) break;
    const size_t address = addresses[choices_->Pick(addresses.size())];
    ++queries_;
    Reply reply = Ask(address / 2, zone, cut, name, type);
    if (!reply.refused || is_probe) return reply;
    memory_.lame.insert({address, zone});
  }
  beyond_ = true;
  return {};
}

size_t LeastQueries::Way::NextPart(NameView name, size_t known, size_t* parts) {
  const size_t labels = name.LabelCount();
  while (*parts < kMaxMinimiseCount && known < labels) {
    size_t step = 1;
    if (*parts >= kMinimiseOneLabel) {
      step = std::max<size_t>(1, (labels - known) / (kMaxMinimiseCount - *parts));
    }
    known += step;
    if (known >= labels) break;
    if (Find(name.Suffix(known), RRType::kA) != nullptr) continue;
    const bool believes = model_.mode_ == QnameMinimisation::kStrict;
    if (!believes && Find(name.Suffix(known), std::nullopt) != nullptr) break;
    ++*parts;
    return known;
  }
  return labels;
}

LeastQueries::Way::Step LeastQueries::Way::FromServers(const wire::Name& name, RRType type,
                                                       int nesting) {
  const size_t labels = name.view().LabelCount();
  size_t zone = 0;
  for (const auto& [known, its_cut] : memory_.cuts) {
    const NameView origin = OriginOf(known);
    if (!name.view().IsSubdomainOf(origin) || (type == RRType::kDS && origin.Equals(name)))
      continue;
    if (origin.size() > OriginOf(zone).size()) zone = known;
  }
  Cut cut = memory_.cuts[zone];
  beyond_ |= cut.ttl < kCertainTtl;
  bool minimises = model_.mode_ != QnameMinimisation::kOff;
  size_t known = 0;  // labels
  size_t parts = 0;
  bool part_failed = false;
  while (!beyond_) {
    minimises &= !memory_.without_parts.contains(zone);
    known = std::max(known, OriginOf(zone).view().LabelCount());
    const size_t next = minimises ? NextPart(name, known, &parts) : labels;
    const bool whole = next == labels;
    const wire::Name asked(name.view().Suffix(next));
    const RRType asked_type = whole ? type : RRType::kA;
    const bool is_probe = !whole && model_.mode_ != QnameMinimisation::kStrict;
    Reply reply = AskZone(zone, cut, asked, asked_type, nesting, is_probe);
    if (beyond_) break;
    const bool denies = reply.kind == Truth::Kind::kNoData || reply.kind == Truth::Kind::kNxDomain;
    if (denies && !is_probe) ++denials_;
    if (reply.refused) {
      part_failed = true;
      minimises = false;
      continue;
    }
    // Not those zones that everybody's questions go through.
    if (std::exchange(part_failed, false) && OriginOf(zone).view().LabelCount() > 1) {
      memory_.without_parts.insert(zone);
    }
    if (reply.cut) {
      zone = *reply.cut;
      cut = reply.delegation;
      if (cut.ttl > 0) memory_.cuts[zone] = cut;
      continue;
    }
    const bool strict = model_.mode_ == QnameMinimisation::kStrict;
    const bool is_chain = reply.links.size() > 1;
    // Of a reply about a part only what stands at the part is learnt, or the DNAME above it.
    if (!whole) reply.links.resize(1);
    if (!whole && reply.links.front().second.kind == Truth::Kind::kDname) {
      Learn(reply, asked_type);
      return Renamed(name, reply.links.front().second.records.front(), type);
    }
    if (!whole && reply.kind == Truth::Kind::kNxDomain) {
      if (strict && !is_chain) {
        Learn(reply, asked_type);
        return {reply.kind, {}};
      }
      minimises = false;
      continue;
    }
    Learn(reply, asked_type);
    if (whole) return {reply.kind, reply.end};
    known = next;
  }
  return {Truth::Kind::kNxDomain, {}};
}

Truth::Kind LeastQueries::Way::Resolve(NameView start, RRType type, int nesting) {
  beyond_ |= nesting > kNestingMax;
  wire::Name name(start);
  for (size_t links = 0; links <= kLinksMax && !beyond_; ++links) {
    std::optional<Step> step = FromMemory(name, type);
    if (!step) step = FromServers(name, type, nesting);
    if (step->end) return *step->end;
    name = step->next;
  }
  beyond_ = true;
  return Truth::Kind::kNxDomain;
}

LeastQueries::LeastQueries(const RandomInternet* internet, const TtlBounds& bounds,
                           QnameMinimisation mode)
    : internet_(internet), bounds_(bounds), mode_(mode) {
  const Truth root = {Truth::Kind::kRecords,
                      At(internet->history()[0].owners[0].back(), wire::Name(), RRType::kNS),
                      Time()};
  memory_.data[KeyOf(wire::Name(), RRType::kNS)] = {root.kind, root.records, bounds.Of(root)};
  memory_.cuts[0] = {UINT32_MAX, {0}};
}

std::set<size_t> LeastQueries::Count(NameView name, RRType type) {
  after_.clear();
  std::set<size_t> counts;
  Choices choices;
  for (size_t ways = 0; ways < kWaysMax; ++ways) {
    Way way(*this, &choices);
    (void)way.Resolve(name, type, 0);
    if (way.beyond()) return {};
    counts.insert(way.queries());
    if (std::find(after_.begin(), after_.end(), way.memory()) == after_.end()) {
      after_.push_back(std::move(way.memory()));
    }
    if (!choices.Next()) return counts;
  }
  return {};
}

bool LeastQueries::Asked() {
  if (after_.size() != 1) return false;
  memory_ = std::move(after_.front());
  return true;
}

}  // namespace tern::sim
