// Checks the replies and the store of a swarm's world.
#include <algorithm>

#include "tests/sim/swarm.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using cache::EntryKind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::NameView;
using wire::Rcode;
using wire::RRType;

// CNAME links that are followed; one more is SERVFAIL.
constexpr int kLinksMax = 11;
constexpr uint32_t kStaleTtl = 30;
// How deep look-ups of name servers may be nested in a world without faults.
constexpr size_t kEasyNesting = 2;

bool HasStaleTtl(const PlainMessage& reply) {
  const auto has_it = [](const PlainRecord& record) { return record.ttl == kStaleTtl; };
  return std::any_of(reply.answer.begin(), reply.answer.end(), has_it) ||
         std::any_of(reply.authority.begin(), reply.authority.end(), has_it);
}

// RFC 8767: data that was true once. A client without EDNS is not told, but the TTL is 30.
bool IsStale(const PlainMessage& reply) {
  if (!reply.edns) return HasStaleTtl(reply);
  const std::optional<wire::ExtendedError> error = ExtendedErrorOf(reply);
  return error == wire::ExtendedError::kStaleAnswer ||
         error == wire::ExtendedError::kStaleNXDomainAnswer;
}

std::string KeyOf(const PlainRecord& record) {
  wire::Name owner = record.owner;
  owner.Lower();
  return wire::ToText(owner.view()) + " " + wire::ToText(record.type);
}

std::vector<PlainRecord> RecordsOf(cache::EntryView entry) {
  std::vector<PlainRecord> records;
  cache::RecordCursor cursor = entry.Records();
  std::span<const uint8_t> rdata;
  const bool positive = entry.kind() == EntryKind::kRRset;
  while (cursor.Next(&rdata)) {
    records.push_back({wire::Name(positive ? entry.name() : entry.SoaOwner()),
                       positive ? entry.type() : RRType::kSOA, wire::RRClass::kIN, entry.ttl(),
                       Octets(rdata.begin(), rdata.end())});
  }
  return records;
}

}  // namespace

void SwarmWorld::CheckQuestion(const Question& question) {
  CheckReply(question, question.client, question.tcp);
  if (!question.over_tcp) return;
  CheckReply(question, *question.over_tcp, true);
  // TC is right only if the whole answer does not fit.
  const ClientQuery& whole = world_.client_query(*question.over_tcp);
  const size_t limit =
      question.payload_octets == 0
          ? 512
          : std::clamp<size_t>(question.payload_octets, 512, wire::kEdnsPayloadDefault);
  const std::optional<PlainMessage> message = whole.Message();
  const bool fixed = kind_ == Kind::kClean || kind_ == Kind::kSound || kind_ == Kind::kOdd;
  // Known data may end meanwhile.
  if (fixed && !question.AtOnce() && message && whole.reply.size() <= limit) {
    Fault(Describe(question) + "TC, and the answer has " + std::to_string(whole.reply.size()) +
          " octets");
  }
}

void SwarmWorld::CheckReply(const Question& question, ClientQueryId id, bool tcp) {
  const ClientQuery& client = world_.client_query(id);
  if (!client.answered) return;  // counted elsewhere
  const std::optional<PlainMessage> reply = client.Message();
  if (client.replies != 1) Fault(Describe(question) + "answered more than once");
  if (!reply) {
    Fault(Describe(question) + "an unsound reply");
    return;
  }
  const Duration on_the_way = 2 * SimWorld::kMailboxDelayMax;
  if (client.Latency() > settings_.resolution.budget.failure_timeout + on_the_way) {
    Fault(Describe(question) + "late");
  }
  CheckHeader(question, *reply, tcp);
  if (question.AtOnce() && *client.answered != client.asked) Fault(Describe(question) + "waited");
  if (reply->Has(wire::kFlagTC)) return;
  if (question.type == RRType::kANY) {
    CheckAny(question, *reply);
    return;
  }
  if (!question.recursion) {
    CheckWithoutRecursion(question, client, *reply);
    return;
  }
  if (reply->rcode == Rcode::kServFail) {
    CheckFailure(question, client, *reply);
    return;
  }
  ++answered_;
  if (kind_ == Kind::kCorrupt) return;
  if (IsStale(*reply)) {
    CheckStale(question, client, *reply);
    return;
  }
  // A forwarder's DS for its own zone comes with the SOA of its parent, which the forwarder must
  // not give.
  const bool at_border = question.type == RRType::kDS && has_static_zone_;
  const std::string untrue =
      oracle_.Judge(*reply, *client.answered, {.soa_missing = kind_ != Kind::kClean || at_border});
  // What all servers say that answer at all is told even if it is wrong, without an SOA.
  const bool is_bare = reply->authority.empty() && kind_ != Kind::kClean;
  if (!untrue.empty() && is_bare && !MustResolve(question, *client.answered)) return;
  if (!untrue.empty()) Fault(Describe(question) + untrue + "\n" + reply->ToText());
  CheckAdditional(question, client, *reply);
  const NaiveOracle::Chain chain = oracle_.Follow(question.name, question.type, *client.answered);
  if (kind_ != Kind::kChanging && chain.loops) Fault(Describe(question) + "a loop has no answer");
  if (kind_ != Kind::kChanging && chain.links > kLinksMax) {
    Fault(Describe(question) + "a chain of " + std::to_string(chain.links) + " links");
  }
}

void SwarmWorld::CheckHeader(const Question& question, const PlainMessage& reply, bool tcp) {
  const std::optional<PlainMessage> query =
      PlainMessage::Decode(world_.client_query(question.client).query);
  const uint16_t flags = reply.flags & static_cast<uint16_t>(~wire::kFlagTC);
  if (reply.id != query->id || reply.opcode != wire::Opcode::kQuery) {
    Fault(Describe(question) + "another id or opcode");
  }
  if (flags != (wire::kFlagQR | (query->flags & wire::kFlagRD) | wire::kFlagRA)) {
    Fault(Describe(question) + "flags " + reply.FlagsToText());
  }
  if (reply.Has(wire::kFlagTC) && (tcp || !reply.answer.empty())) {
    Fault(Describe(question) + "TC over TCP or with records");
  }
  if (reply.questions.size() != 1 || reply.questions[0].type != question.type ||
      !reply.questions[0].name.view().EqualsExactly(question.name)) {
    Fault(Describe(question) + "another question");
  }
  if (reply.edns.has_value() != query->edns.has_value()) Fault(Describe(question) + "EDNS");
  const bool names_hosts = question.type == RRType::kMX || question.type == RRType::kSRV;
  if (!reply.additional.empty() && (!names_hosts || reply.answer.empty())) {
    Fault(Describe(question) + "additional records");
  }
}

// The additional section has whole RRsets of addresses, each as an answer of its own would have it.
void SwarmWorld::CheckAdditional(const Question& question, const ClientQuery& client,
                                 const PlainMessage& reply) {
  for (size_t i = 0; i < reply.additional.size();) {
    const PlainRecord& first = reply.additional[i];
    PlainMessage answer = reply;
    answer.questions = {{first.owner, first.type, first.rrclass}};
    answer.answer.clear();
    answer.authority.clear();
    for (; i < reply.additional.size() && reply.additional[i].type == first.type &&
           reply.additional[i].owner.view().Equals(first.owner);
         ++i) {
      answer.answer.push_back(reply.additional[i]);
    }
    const std::string untrue = oracle_.Judge(answer, *client.answered, {});
    if (!untrue.empty()) {
      Fault(Describe(question) + "in the additional section: " + untrue + "\n" + reply.ToText());
    }
  }
}

// RFC 8482 section 4.2: one HINFO, for any content of the name.
void SwarmWorld::CheckAny(const Question& question, const PlainMessage& reply) {
  const PlainRecord hinfo = {question.name, RRType::kHINFO, wire::RRClass::kIN, 3600,
                             Octets{7, 'R', 'F', 'C', '8', '4', '8', '2', 0}};
  if (reply.rcode != Rcode::kNoError || !SameRecords(reply.answer, {hinfo}) ||
      reply.answer[0].ttl != hinfo.ttl || !reply.authority.empty()) {
    Fault(Describe(question) + "not the answer to ANY\n" + reply.ToText());
  }
}

// What is known, from one link of a chain on. Or how far the way there is known. Or nothing.
void SwarmWorld::CheckWithoutRecursion(const Question& question, const ClientQuery& client,
                                       const PlainMessage& reply) {
  const std::optional<wire::ExtendedError> error = ExtendedErrorOf(reply);
  if (reply.rcode == Rcode::kRefused) {
    if (!reply.answer.empty() || !reply.authority.empty() ||
        (reply.edns && error != wire::ExtendedError::kNotAuthoritative)) {
      Fault(Describe(question) + "an odd refusal\n" + reply.ToText());
    }
    return;
  }
  if (error) Fault(Describe(question) + "without recursion, an extended error");
  if (kind_ == Kind::kCorrupt) return;
  const bool is_referral = reply.rcode == Rcode::kNoError && reply.answer.empty() &&
                           !reply.authority.empty() && reply.authority[0].type == RRType::kNS;
  const std::string untrue =
      is_referral ? oracle_.JudgeReferral(reply, *client.answered)
                  : oracle_.Judge(reply, *client.answered,
                                  {.soa_missing = kind_ != Kind::kClean, .partial = true});
  if (!untrue.empty() && (kind_ == Kind::kClean || !reply.authority.empty())) {
    Fault(Describe(question) + "without recursion, " + untrue + "\n" + reply.ToText());
  }
}

// Checks data that was true once, told instead of SERVFAIL.
void SwarmWorld::CheckStale(const Question& question, const ClientQuery& client,
                            const PlainMessage& reply) {
  const uint32_t max_stale = settings_.cache.max_stale;
  const std::string untrue = oracle_.Judge(
      reply, *client.answered, {.soa_missing = kind_ != Kind::kClean, .max_stale = max_stale});
  if (!untrue.empty()) Fault(Describe(question) + "stale, " + untrue + "\n" + reply.ToText());
  if (!reply.edns) return;  // perhaps it was not stale
  ++stale_;
  const bool is_nxdomain = reply.rcode == Rcode::kNXDomain;
  if (is_nxdomain != (ExtendedErrorOf(reply) == wire::ExtendedError::kStaleNXDomainAnswer)) {
    Fault(Describe(question) + "another extended error than the stale answer's");
  }
  if (max_stale == 0 || !HasStaleTtl(reply)) Fault(Describe(question) + "nothing in it is stale");
  if (MustResolve(question, *client.answered)) Fault(Describe(question) + "stale without need");
  if (!reply.answer.empty() && reply.answer[0].type != question.type) return;
  uint32_t ttl = 0;
  for (const Truth& truth :
       oracle_.TruthsOf(question.name, question.type, *client.answered, max_stale)) {
    ttl = std::max(ttl, bounds_.Of(truth));
  }
  const std::optional<Time> heard = HeardLast(question, client, reply);
  // The resolver counts in whole seconds.
  if (!heard || *client.answered - *heard > seconds(uint64_t{ttl} + max_stale + 2)) {
    Fault(Describe(question) + "stale for too long\n" + reply.ToText());
  }
}

std::optional<Time> SwarmWorld::HeardLast(const Question& question, const ClientQuery& client,
                                          const PlainMessage& reply) const {
  std::optional<Time> last;
  for (size_t i = 0; i < client.upstream_when_answered; ++i) {
    const UpstreamQuery& query = world_.upstream()[i];
    if (!query.told || *query.told > *client.answered || (last && *query.told <= *last)) continue;
    bool may_tell = query.name.view().Equals(question.name);
    // What is denied above the name, and what an alias leads to.
    may_tell |= reply.rcode == Rcode::kNXDomain && question.name.view().IsSubdomainOf(query.name);
    for (const Truth& truth :
         oracle_.TruthsOf(query.name, query.type, *client.answered, UINT32_MAX)) {
      may_tell |= truth.kind == Truth::Kind::kCname || truth.kind == Truth::Kind::kDname;
    }
    if (may_tell) last = query.told;
  }
  return last;
}

bool SwarmWorld::MustResolve(const Question& question, Time now) const {
  if (kind_ != Kind::kClean && kind_ != Kind::kSound && kind_ != Kind::kOdd) return false;
  const NaiveOracle::Chain chain = oracle_.Follow(question.name, question.type, now);
  if (chain.loops || chain.links > kLinksMax || CannotTell(chain)) return false;
  // Look-ups of addresses in a dead family lead nowhere, and after a few of them no more is tried.
  const size_t nesting_max = internet_.has_dead_family() ? 0 : kEasyNesting;
  return std::none_of(chain.zones.begin(), chain.zones.end(),
                      [&](size_t zone) { return internet_.GluelessDepth(zone) > nesting_max; });
}

bool SwarmWorld::CannotTell(const NaiveOracle::Chain& chain) const {
  constexpr size_t kWithoutTcpMax = 200;  // octets that fit any reply beside the question
  const bool is_strict =
      settings_.resolution.qname_minimisation == resolver::QnameMinimisation::kStrict;
  size_t octets = 0;
  bool has_no_data = is_strict;
  for (const Truth& step : chain.steps) {
    has_no_data |= step.kind == Truth::Kind::kNoData;
    for (const PlainRecord& record : step.records) {
      octets += record.owner.size() + record.rdata.size();
    }
  }
  return (internet_.some_lack_tcp() && octets > kWithoutTcpMax) ||
         (internet_.some_fail_no_data() && has_no_data);
}

// Checks SERVFAIL: the question's own fault, or the world's.
void SwarmWorld::CheckFailure(const Question& question, const ClientQuery& client,
                              const PlainMessage& reply) {
  if (!reply.answer.empty()) Fault(Describe(question) + "SERVFAIL with an answer");
  if (!MustResolve(question, *client.answered)) return;
  Fault(Describe(question) + "SERVFAIL after " +
        std::to_string(client.Latency() / milliseconds(1)) + " ms, extended error " +
        std::to_string(
            static_cast<uint16_t>(ExtendedErrorOf(reply).value_or(wire::ExtendedError::kNone))));
}

// If a record is told a second time, it must not expire later than the first time said, unless a
// reply from upstream may have come in between.
void SwarmWorld::CheckTtls() {
  struct Told {
    int64_t expiry;  // seconds
    size_t upstream;
    Time answered;
    bool quiet;  // from the store at once, while no exchange was open
  };
  std::map<std::string, Told> told;
  std::vector<ClientQueryId> in_order;
  for (ClientQueryId id = 0; id < world_.client_query_count(); ++id) {
    if (world_.client_query(id).answered) in_order.push_back(id);
  }
  std::stable_sort(in_order.begin(), in_order.end(), [this](ClientQueryId a, ClientQueryId b) {
    return *world_.client_query(a).answered < *world_.client_query(b).answered;
  });
  for (const ClientQueryId id : in_order) {
    const ClientQuery& client = world_.client_query(id);
    const std::optional<PlainMessage> reply = client.Message();
    if (!reply || IsStale(*reply)) continue;
    const int64_t now =
        std::chrono::duration_cast<seconds>(client.answered->time_since_epoch()).count();
    for (const PlainRecord& record : reply->answer) {
      if (record.type == RRType::kHINFO) continue;  // of ANY
      const Told next = {now + record.ttl, client.upstream_when_answered, *client.answered,
                         client.quiet_when_answered && client.asked == *client.answered};
      const auto [found, is_new] = told.try_emplace(KeyOf(record), next);
      if (is_new) continue;
      const Told& before = found->second;
      if (next.expiry > before.expiry && next.upstream == before.upstream && before.quiet &&
          client.asked >= before.answered) {
        Fault("client " + std::to_string(id) + ": a TTL grew: " + record.ToText());
      }
      found->second = next;
    }
  }
}

// A server's first denial of a name with capitals is asked for once more in lower case. Once an
// hour for each server, and these worlds last for minutes.
size_t SwarmWorld::CountAskedInLowerCase(size_t upstream_before) {
  size_t count = 0;
  const std::vector<UpstreamQuery>& all = world_.upstream();
  for (size_t i = upstream_before + 1; i < all.size(); ++i) {
    wire::Name lower = all[i].name;
    lower.Lower();
    if (!all[i].name.view().EqualsExactly(lower)) continue;
    const bool is_again =
        std::any_of(all.begin() + static_cast<ptrdiff_t>(upstream_before),
                    all.begin() + static_cast<ptrdiff_t>(i), [&](const UpstreamQuery& before) {
                      return before.server == all[i].server && before.type == all[i].type &&
                             before.told == all[i].at && before.name.view().Equals(lower) &&
                             !before.name.view().EqualsExactly(lower);
                    });
    if (!is_again) continue;
    ++count;
    // Replies that come at one moment are doubted together.
    const auto [first, is_first] =
        asked_in_lower_case_.try_emplace(all[i].server.ToText(), all[i].at);
    if (!is_first && first->second != all[i].at) {
      Fault("denials of one server were doubted twice: " + all[i].server.ToText());
    }
  }
  return count;
}

// --- The store ---

void SwarmWorld::AuditStore() {
  resolver_->store().ForEach([this](cache::EntryView entry) { AuditEntry(entry); });
}

void SwarmWorld::AuditEntry(cache::EntryView entry) {
  const bool is_bare = entry.kind() == EntryKind::kNxDomainOfType ||
                       (entry.kind() == EntryKind::kNoData && entry.count() == 0);
  if (is_bare) {
    // All servers that answered said so, right or wrong.
    if (kind_ == Kind::kClean) Fault("a denial without an SOA: " + wire::ToText(entry.name()));
    if (entry.ttl() > settings_.cache.min_failure_ttl) Fault("a bare denial is kept too long");
    return;
  }
  switch (entry.kind()) {
    case EntryKind::kNxDomainOfType:
    case EntryKind::kRRset:
    case EntryKind::kNoData:
    case EntryKind::kNxDomain:
      AuditAnswer(entry);
      return;
    case EntryKind::kDelegation:
      AuditDelegation(entry);
      return;
    case EntryKind::kFailure:
      return;
  }
}

// Checks that it was true at the moment when it was learnt.
void SwarmWorld::AuditAnswer(cache::EntryView entry) {
  const RRType type = entry.kind() == EntryKind::kNxDomain ? RRType::kA : entry.type();
  const Time learnt{seconds(int64_t{entry.expiry().seconds()} - entry.ttl() + 1)};
  const std::vector<PlainRecord> records = RecordsOf(entry);
  for (const Truth& truth : oracle_.TruthsOf(entry.name(), type, learnt)) {
    const bool kind_fits = entry.kind() == EntryKind::kNxDomain
                               ? truth.kind == Truth::Kind::kNxDomain
                           : entry.kind() == EntryKind::kNoData
                               ? truth.kind == Truth::Kind::kNoData
                               : truth.kind == Truth::Kind::kRecords ||
                                     (truth.kind == Truth::Kind::kCname && type == RRType::kCNAME);
    if (kind_fits && SameRecords(truth.records, records) && entry.ttl() <= bounds_.Of(truth)) {
      return;
    }
  }
  std::string text = "in the store, untrue: " + wire::ToText(entry.name()) + " " +
                     wire::ToText(entry.type()) + " kind " +
                     std::to_string(static_cast<int>(entry.kind()));
  for (const PlainRecord& record : records) text += "\n    " + record.ToText();
  Fault(text);
}

// Checks that it is as a parent gave it: its NS records for the cut, and only addresses that the
// parent has itself.
void SwarmWorld::AuditDelegation(cache::EntryView entry) {
  const NameView cut = entry.name();
  const Time learnt{seconds(int64_t{entry.expiry().seconds()} - entry.ttl() + 1)};
  const auto holds = [](const ZoneContent& content, NameView owner, RRType type,
                        std::span<const uint8_t> rdata) {
    return std::any_of(content.records.begin(), content.records.end(), [&](const PlainRecord& r) {
      return r.type == type && r.owner.view().Equals(owner) && r.rdata.size() == rdata.size() &&
             (type == RRType::kNS
                  ? NameInRdata(r).view().Equals(NameView::FromValid(rdata.data(), rdata.size()))
                  : std::equal(rdata.begin(), rdata.end(), r.rdata.begin()));
    });
  };
  const auto is_from = [&](const ZoneContent& content) {
    cache::NameServerCursor cursor = entry.NameServers();
    cache::NameServerView server;
    while (cursor.Next(&server)) {
      if (!holds(content, cut, RRType::kNS, server.name.octets())) return false;
      for (size_t at = 0; at < server.ipv4.size(); at += 4) {
        if (!holds(content, server.name, RRType::kA, server.ipv4.subspan(at, 4))) return false;
      }
      for (size_t at = 0; at < server.ipv6.size(); at += 16) {
        if (!holds(content, server.name, RRType::kAAAA, server.ipv6.subspan(at, 16))) return false;
      }
    }
    return true;
  };
  for (const ZoneHistory& zone : internet_.history()) {
    // The root is learnt from itself. If a server has the child and its parent, the child may give
    // its own NS records.
    const bool is_child = zone.origin.view().Equals(cut);
    if (!cut.IsSubdomainOf(zone.origin) || (is_child && !cut.IsRoot() && kind_ == Kind::kClean)) {
      continue;
    }
    for (const std::vector<ZoneContent>& owner : zone.owners) {
      for (const ZoneContent& content : owner) {
        if (content.from <= learnt && learnt - NaiveOracle::kResolutionMax <= content.until &&
            is_from(content)) {
          return;
        }
      }
    }
  }
  Fault("in the store, no delegation by a parent: " + wire::ToText(cut));
}

}  // namespace tern::sim
