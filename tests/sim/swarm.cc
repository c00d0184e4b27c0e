#include "tests/sim/swarm.h"

#include <algorithm>

#include "tests/sim/least_queries.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

using resolver::QnameMinimisation;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::RRType;

constexpr size_t kFaultOctetsMax = 4000;
// What the resolver asks without a client: priming.
constexpr size_t kPrimingQueries = 8;  // per worker
// This share of the worlds has several workers. And this share of the worlds that are not clean is
// far away.
constexpr double kSeveralWorkers = 0.3;
constexpr double kFar = 0.1;
constexpr uint64_t kWorkersMax = 4;
// In odd worlds, so many packets of a server come through after one that did not. They are more
// than a burst of questions sends between two tries of one of them.
constexpr size_t kSpared = 64;

SwarmWorld::Kind KindOf(uint64_t seed) {
  const uint64_t place = seed % 20;
  if (place < 5) return SwarmWorld::Kind::kClean;
  if (place < 8) return SwarmWorld::Kind::kSound;
  if (place < 13) return SwarmWorld::Kind::kOdd;
  if (place < 16) return SwarmWorld::Kind::kFaulty;
  return place < 19 ? SwarmWorld::Kind::kChanging : SwarmWorld::Kind::kCorrupt;
}

SimWorld::Options OptionsFor(uint64_t seed, bool trace) {
  const SwarmWorld::Kind kind = KindOf(seed);
  SeededRandom random(seed ^ 0x5eed);
  SimWorld::Options options;
  options.seed = seed;
  options.trace = trace;
  Duration median = milliseconds(1 + random.Below(kind == SwarmWorld::Kind::kClean ? 4 : 50));
  options.link.latency = Latency::Constant(median);
  if (random.Chance(kSeveralWorkers)) options.workers = 2 + random.Below(kWorkersMax - 1);
  if (kind == SwarmWorld::Kind::kClean) return options;
  const bool is_far = random.Chance(kFar);
  if (is_far) median = milliseconds(80 + random.Below(220));
  options.link.latency = Latency::LogNormal(median, (is_far ? 0.2 : 0.4) * random.Unit());
  options.link.duplication = 0.05 * random.Unit();
  options.link.reordering = is_far ? 0 : 0.05 * random.Unit();
  if (kind == SwarmWorld::Kind::kSound) return options;
  if (kind == SwarmWorld::Kind::kOdd) {
    options.unknown_is_unreachable = random.Chance(0.5);
    options.link.spared_after_harm = kSpared;
    options.link.loss = random.Chance(0.3) ? 0.2 * random.Unit() : 0;
    options.link.lateness = random.Chance(0.3) ? 0.2 * random.Unit() : 0;
    return options;
  }
  options.unknown_is_unreachable = random.Chance(0.5);
  options.link.loss = random.Chance(0.5) ? 0.1 * random.Unit() : 0;
  options.link.truncation = random.Chance(0.3) ? 0.1 * random.Unit() : 0;
  if (kind == SwarmWorld::Kind::kCorrupt) options.link.corruption = 0.2 * random.Unit();
  if (random.Chance(0.05)) options.exchanges_max = 1 + random.Below(20);
  return options;
}

// Whether packets are lost or come late.
bool IsRough(uint64_t seed) {
  const Link link = OptionsFor(seed, false).link;
  return link.loss > 0 || link.lateness > 0;
}

RandomInternet::DeadFamily DeadFamilyOf(uint64_t seed, bool ipv6) {
  SeededRandom random(seed ^ 0xfa31);
  if (KindOf(seed) != SwarmWorld::Kind::kOdd || !ipv6 || random.Chance(0.7)) {
    return RandomInternet::DeadFamily::kNone;
  }
  return random.Chance(0.3) ? RandomInternet::DeadFamily::kIpv4 : RandomInternet::DeadFamily::kIpv6;
}

}  // namespace

const char* ToText(SwarmWorld::Kind kind) {
  switch (kind) {
    case SwarmWorld::Kind::kClean:
      return "clean";
    case SwarmWorld::Kind::kSound:
      return "sound";
    case SwarmWorld::Kind::kOdd:
      return "odd";
    case SwarmWorld::Kind::kFaulty:
      return "faulty";
    case SwarmWorld::Kind::kChanging:
      return "changing";
    case SwarmWorld::Kind::kCorrupt:
      return "corrupt";
  }
  return "?";
}

// Answers as a recursive server that knows everything.
class SwarmWorld::Forwarder : public SimServer {
 public:
  explicit Forwarder(const NaiveOracle* oracle) : oracle_(oracle) {}

  SimAnswer OnQuery(const SimQuery& sim_query) override {
    const std::optional<PlainMessage> query = PlainMessage::Decode(sim_query.octets);
    if (!query || query->questions.size() != 1) return {};
    PlainMessage reply;
    reply.id = query->id;
    reply.flags = wire::kFlagQR | wire::kFlagRA | wire::kFlagRD;
    reply.questions = query->questions;
    if (query->edns) reply.edns.emplace();
    const NaiveOracle::Chain chain =
        oracle_->Follow(query->questions[0].name, query->questions[0].type, sim_query.now);
    if (chain.loops || chain.steps.empty()) reply.rcode = wire::Rcode::kServFail;
    wire::Name name = query->questions[0].name;
    for (const Truth& step : chain.steps) {
      if (chain.loops) break;
      const bool negative =
          step.kind == Truth::Kind::kNoData || step.kind == Truth::Kind::kNxDomain;
      std::vector<PlainRecord>& section = negative ? reply.authority : reply.answer;
      section.insert(section.end(), step.records.begin(), step.records.end());
      if (step.kind == Truth::Kind::kNxDomain) reply.rcode = wire::Rcode::kNXDomain;
      if (step.kind == Truth::Kind::kCname) name = NameInRdata(step.records[0]);
      if (step.kind != Truth::Kind::kDname) continue;
      const std::optional<wire::Name> target = Rename(name, step.records[0]);
      if (!target) {
        reply.rcode = wire::Rcode::kYXDomain;
        break;
      }
      reply.answer.push_back({name, RRType::kCNAME, wire::RRClass::kIN, step.records[0].ttl,
                              Octets(target->data(), target->data() + target->size())});
      name = *target;
    }
    const bool tcp = sim_query.transport == Transport::kTcp;
    return {{{tcp ? reply.Encode() : reply.EncodeWithin(wire::kEdnsPayloadDefault)}}, false};
  }

 private:
  const NaiveOracle* oracle_;
};

// Guesses and is always wrong. It knows the question as it was sent, also if that is only a part of
// a name, and sprays replies: the id, the name, its case or the cookie is another.
class SwarmWorld::Spoofer : public SimServer {
 public:
  // `changes_case`: no server does that itself.
  Spoofer(SeededRandom* random, double rate, bool changes_case)
      : random_(random), rate_(rate), changes_case_(changes_case) {}

  SimAnswer OnQuery(const SimQuery& sim_query) override {
    const std::optional<PlainMessage> query = PlainMessage::Decode(sim_query.octets);
    if (!query || query->questions.size() != 1 || !random_->Chance(rate_)) return {};
    SimAnswer answer;
    for (uint64_t left = 1 + random_->Below(random_->Chance(0.2) ? 30 : 3); left > 0; --left) {
      PlainMessage reply = *query;
      reply.flags = wire::kFlagQR | wire::kFlagAA;
      if (!MakeWrong(&reply)) continue;
      AddPoison(&reply);
      answer.replies.push_back({reply.Encode()});
    }
    return answer;
  }

 private:
  // False when it would not be wrong.
  bool MakeWrong(PlainMessage* reply) {
    wire::Name& name = reply->questions[0].name;
    const std::optional<Octets> cookie = reply->Cookie();
    reply->edns.reset();
    switch (random_->Below(5)) {
      case 0:
        return name.Prepend("x");
      case 1: {
        const wire::Name before = name;
        const uint64_t bits[4] = {random_->Next(), random_->Next(), random_->Next(),
                                  random_->Next()};
        name.RandomiseCase(bits);
        return changes_case_ && !name.view().EqualsExactly(before);
      }
      case 2:
        if (!cookie) return false;
        reply->edns.emplace();
        reply->SetCookie(*cookie);
        reply->edns->options[4 + random_->Below(8)] ^= 0x20;
        return true;
      default:
        reply->id = static_cast<uint16_t>(reply->id + 1 + random_->Below(65535));
        return true;
    }
  }

  void AddPoison(PlainMessage* reply) {
    const wire::Name name = reply->questions[0].name;
    const wire::Name evil = NameOf("ns.evil.invalid.");
    const Octets target(evil.data(), evil.data() + evil.size());
    const auto add = [](std::vector<PlainRecord>* section, const wire::Name& owner, RRType type,
                        Octets rdata) {
      section->push_back({owner, type, wire::RRClass::kIN, 86400, std::move(rdata)});
    };
    switch (random_->Below(5)) {
      case 0:
        reply->rcode = wire::Rcode::kNXDomain;
        return;
      case 1:
        reply->rcode = wire::Rcode::kFormErr;
        return;
      case 2:
        add(&reply->answer, name, RRType::kCNAME, target);
        return;
      case 3:
        reply->flags = wire::kFlagQR;
        break;
      default:
        add(&reply->answer, name, RRType::kA, {6, 6, 6, 6});
    }
    add(&reply->authority, name, RRType::kNS, target);
    add(&reply->additional, evil, RRType::kA, {6, 6, 6, 6});
  }

  SeededRandom* random_;
  double rate_;
  bool changes_case_;
};

SwarmWorld::SwarmWorld(uint64_t seed, bool trace)
    : world_(OptionsFor(seed, trace)),
      random_(world_.random()),
      kind_(KindOf(seed)),
      ipv6_(random_->Chance(0.8)),
      internet_(&world_, ipv6_, DeadFamilyOf(seed, ipv6_)),
      oracle_(&internet_.history(), bounds_) {
  AddTrouble(IsRough(seed));
  MakeSettings();
  resolver_ = std::make_unique<ResolverUnderTest>(&world_, settings_);
}

SwarmWorld::~SwarmWorld() = default;

void SwarmWorld::AddTrouble(bool is_rough) {
  if (kind_ == Kind::kClean) return;
  const bool is_odd = kind_ == Kind::kOdd;
  const bool may_be_spoofed = is_odd || kind_ == Kind::kFaulty || kind_ == Kind::kChanging;
  const bool is_spoofed = may_be_spoofed && random_->Chance(0.2) && !(is_odd && is_rough);
  if (is_odd) {
    // A server has three tries. A lost packet beside a dislike or a forger would be too much.
    // Without TCP nothing helps against a forger who is always first.
    internet_.AddDislikes(
        {.in_any_way = !is_rough, .without_tcp = !is_spoofed, .without_case = !is_spoofed});
  } else {
    internet_.AddFaults(kind_ == Kind::kSound);
  }
  if (!is_spoofed) return;
  spoofer_ = std::make_unique<Spoofer>(random_, random_->Unit(), is_odd);
  world_.SetSpoofer(spoofer_.get());
}

void SwarmWorld::MakeSettings() {
  settings_ = SimSettings(internet_.root_server(), internet_.root_addresses());
  constexpr QnameMinimisation kModes[] = {QnameMinimisation::kOff, QnameMinimisation::kRelaxed,
                                          QnameMinimisation::kStrict};
  settings_.resolution.qname_minimisation = kModes[random_->Below(3)];
  settings_.resolution.case_randomisation = spoofer_ != nullptr || random_->Chance(0.8);
  settings_.resolution.ipv6 = ipv6_ ? resolver::Ipv6Use::kOn : resolver::Ipv6Use::kOff;
  if (random_->Chance(0.2)) {
    bounds_.max_ttl = static_cast<uint32_t>(60 + random_->Below(86400));
    bounds_.max_negative_ttl = static_cast<uint32_t>(1 + random_->Below(3600));
    bounds_.min_ttl = static_cast<uint32_t>(random_->Below(10));
  }
  if (random_->Chance(0.3)) {
    settings_.cache.max_stale =
        static_cast<uint32_t>(random_->Below(random_->Chance(0.5) ? 2 : 4000));
  }
  settings_.cache.ttl = {bounds_.min_ttl, bounds_.max_ttl, bounds_.max_negative_ttl};
  oracle_ = NaiveOracle(&internet_.history(), bounds_);
  resolver::Budget& budget = settings_.resolution.budget;
  if (kind_ == Kind::kClean || kind_ == Kind::kSound || kind_ == Kind::kOdd) {
    // With enough time, every question for a zone with a sound server gets its answer.
    budget.client_timeout = seconds(60);
    budget.failure_timeout = seconds(60);
    budget.total_timeout = seconds(60);
  } else {
    budget.upstream_queries = static_cast<int>(8 + random_->Below(57));
    budget.client_timeout = milliseconds(300 + random_->Below(2700));
    budget.failure_timeout = budget.client_timeout + milliseconds(random_->Below(3000));
    budget.total_timeout = budget.failure_timeout + milliseconds(random_->Below(5000));
  }
  if (random_->Chance(0.1)) AddStaticZone();
}

void SwarmWorld::AddStaticZone() {
  const size_t number = 1 + random_->Below(internet_.zones().size() - 1);
  const RandomInternet::Zone& zone = internet_.zones()[number];
  resolver::StaticZone configured;
  configured.zone = zone.origin;
  configured.forward = random_->Chance(0.5);
  if (configured.forward) {
    configured.first = random_->Chance(0.5);
    forwarder_ = std::make_unique<Forwarder>(&oracle_);
    world_.AddServer("192.0.2.53", forwarder_.get());
    configured.to = {{*IpAddress::Parse("192.0.2.53"), 53}};
  } else {
    // A stub zone stays with the owner that it knows.
    if (kind_ == Kind::kChanging) return;
    for (const size_t host : zone.hosts) {
      for (const IpAddress& address : internet_.hosts()[host].addresses) {
        if (ipv6_ || address.IsIpv4()) configured.to.push_back({address, 53});
      }
    }
  }
  settings_.static_zones.push_back(std::move(configured));
  has_static_zone_ = true;
}

void SwarmWorld::Fault(std::string what) {
  if (faults_.size() < kFaultOctetsMax) faults_ += what + "\n";
}

std::string SwarmWorld::Describe(const Question& question) const {
  return "client " + std::to_string(question.client) + ", " + wire::ToText(question.name.view()) +
         " " + wire::ToText(question.type) + ": ";
}

// --- Asking ---

Octets SwarmWorld::MakeQuery(const Question& question) {
  PlainMessage query;
  query.id = static_cast<uint16_t>(random_->Next());
  query.flags = question.recursion ? wire::kFlagRD : 0;
  query.questions.push_back({question.name, question.type, wire::RRClass::kIN});
  if (question.payload_octets != 0) {
    query.edns.emplace();
    query.edns->payload_octets = question.payload_octets;
  }
  return query.Encode();
}

size_t SwarmWorld::Ask(Question question) {
  Octets query = MakeQuery(question);
  question.client =
      question.tcp ? world_.AskStream(std::move(query)) : world_.AskDatagram(std::move(query));
  questions_.push_back(std::move(question));
  return questions_.size() - 1;
}

// No TC comes between the question and its answer.
size_t SwarmWorld::AskOverTcp(const wire::Name& name, RRType type) {
  Question question;
  question.name = name;
  question.type = type;
  question.payload_octets = wire::kEdnsPayloadDefault;
  question.tcp = true;
  return Ask(std::move(question));
}

SwarmWorld::Question SwarmWorld::MakeQuestion() {
  static constexpr uint16_t kPayloads[] = {0, 512, 1232, 1232, 4096};
  Question question;
  if (!questions_.empty() && random_->Chance(kind_ == Kind::kChanging ? 0.5 : 0.2)) {
    question = questions_[random_->Below(questions_.size())];
    question.over_tcp.reset();
  } else {
    question.name = internet_.RandomName();
    question.type = random_->Chance(0.03) ? RRType::kANY : internet_.RandomType();
    question.payload_octets = kPayloads[random_->Below(std::size(kPayloads))];
  }
  question.tcp = random_->Chance(0.1);
  question.recursion = !random_->Chance(0.1);
  return question;
}

// Some of them come in one batch of datagrams.
void SwarmWorld::AskSomething(uint64_t count) {
  if (count == 1 || random_->Chance(0.5)) {
    for (; count > 0; --count) (void)Ask(MakeQuestion());
    return;
  }
  std::vector<Octets> queries;
  const size_t first = questions_.size();
  for (; count > 0; --count) {
    Question question = MakeQuestion();
    question.tcp = false;
    queries.push_back(MakeQuery(question));
    questions_.push_back(std::move(question));
  }
  ClientQueryId client = world_.AskDatagrams(queries);
  for (size_t i = first; i < questions_.size(); ++i) questions_[i].client = client++;
}

// Runs until all have their answer, also those that go over TCP because of TC.
void SwarmWorld::RunUntilAnswered(size_t first_question) {
  const Duration limit = settings_.resolution.budget.failure_timeout + seconds(1);
  for (size_t i = first_question; i < questions_.size(); ++i) {
    (void)world_.RunUntilAnswered(questions_[i].client, limit);
    const ClientQuery& client = world_.client_query(questions_[i].client);
    const std::optional<PlainMessage> reply = client.Message();
    if (!reply || !reply->Has(wire::kFlagTC)) continue;
    questions_[i].over_tcp = world_.AskStream(client.query);
    (void)world_.RunUntilAnswered(*questions_[i].over_tcp, limit);
  }
}

void SwarmWorld::Rest() {
  (void)world_.RunUntil([this] { return resolver_->work_in_flight() == 0; }, seconds(90));
  world_.RunUntilNetworkIsQuiet(seconds(30));
}

void SwarmWorld::CheckLeastQueries() {
  constexpr int kTries = 6;
  if (has_static_zone_) return;
  LeastQueries least(&internet_, bounds_, settings_.resolution.qname_minimisation);
  for (int i = 0; i < kTries; ++i) {
    wire::Name name = internet_.RandomName();
    RRType type = internet_.RandomType();
    if (!questions_.empty() && random_->Chance(0.3)) {
      const Question& before = questions_.back();
      name = before.name;
      if (random_->Chance(0.5)) type = before.type;
      if (random_->Chance(0.5) && !name.view().IsRoot() && !name.Prepend("x")) continue;
    }
    // Look-ups follow these answers, and they are not counted here.
    const bool is_followed = type == RRType::kMX || type == RRType::kTXT;
    if (name.view().IsRoot() || is_followed) continue;
    const std::set<size_t> counts = least.Count(name, type);
    if (counts.empty()) continue;
    const auto before = static_cast<ptrdiff_t>(world_.upstream().size());
    RunUntilAnswered(AskOverTcp(name, type));
    Rest();
    ++(questions_.size() == 1 ? counted_cold_ : counted_warm_);
    auto sent = static_cast<size_t>(std::count_if(
        world_.upstream().begin() + before, world_.upstream().end(), [](const UpstreamQuery& q) {
          // Priming goes beside the first question (RFC 9609).
          return q.transport == Transport::kUdp &&
                 !(q.name.view().IsRoot() && q.type == RRType::kNS);
        }));
    sent -= CountAskedInLowerCase(static_cast<size_t>(before));
    if (sent < *counts.begin() || sent > *counts.rbegin()) {
      Fault(Describe(questions_.back()) + "sent " + std::to_string(sent) + " queries, least " +
            std::to_string(*counts.begin()) + ", most " + std::to_string(*counts.rbegin()));
    }
    if (!least.Asked()) return;
  }
}

// Checks the cost of a question that was alone. It must keep within its budget. In each race a
// server gets at most three tries (RFC 9520 section 3.1). Each try may come once more without EDNS,
// and once in the name's own case. The random case tells races apart.
void SwarmWorld::CheckCostOf(size_t upstream_before, const Question& question) {
  constexpr size_t kSameMax = 3 * 2 + 1;
  constexpr size_t kToldApartOctetsMin = 24;
  const auto budget = static_cast<size_t>(settings_.resolution.budget.upstream_queries);
  const size_t sent = world_.upstream().size() - upstream_before;
  // What follows the answer for a mail server has a budget of its own.
  const bool is_followed = question.type == RRType::kMX || question.type == RRType::kTXT;
  const size_t most = budget * (is_followed ? 2 : 1) + kPrimingQueries * world_.workers();
  if (sent > (question.AtOnce() ? 0 : most)) {
    Fault(Describe(question) + std::to_string(sent) + " upstream queries");
  }
  if (!settings_.resolution.case_randomisation) return;
  for (size_t i = upstream_before; i < world_.upstream().size(); ++i) {
    const UpstreamQuery& query = world_.upstream()[i];
    if (query.name.size() < kToldApartOctetsMin) continue;
    size_t same = 0;
    for (size_t j = i; j < world_.upstream().size(); ++j) {
      const UpstreamQuery& other = world_.upstream()[j];
      same += query.server == other.server && query.type == other.type &&
              query.transport == other.transport && query.name.view().EqualsExactly(other.name);
    }
    if (same > kSameMax) {
      Fault(Describe(question) + query.server.ToText() + " was asked " + std::to_string(same) +
            " times for " + wire::ToText(query.name.view()));
      return;
    }
  }
}

// A question that was just answered is known. Exceptions: what is made again each time, and what
// has no time to live.
void SwarmWorld::CheckAskedAgainWithoutRecursion(const Question& question) {
  constexpr uint32_t kKeptTtlMin = 3;
  // The forwarder's DS of its own zone has no SOA that may be kept.
  if (question.AtOnce() || (question.type == RRType::kDS && has_static_zone_)) return;
  const std::optional<PlainMessage> before =
      world_.client_query(question.over_tcp.value_or(question.client)).Message();
  if (!before || before->Has(wire::kFlagTC) || before->rcode == wire::Rcode::kServFail) return;
  const auto is_kept = [&](const PlainRecord& record) {
    const bool is_alias = record.type != question.type && record.type != RRType::kSOA;
    return record.ttl >= kKeptTtlMin && !is_alias;
  };
  if (!std::all_of(before->answer.begin(), before->answer.end(), is_kept) ||
      !std::all_of(before->authority.begin(), before->authority.end(), is_kept) ||
      (question.type == RRType::kCNAME && !before->answer.empty() &&
       before->answer[0].type == RRType::kDNAME)) {
    return;
  }
  Question again = question;
  again.recursion = false;
  again.tcp = true;
  again.over_tcp.reset();
  const size_t number = Ask(again);
  RunUntilAnswered(number);
  const std::optional<PlainMessage> reply =
      world_.client_query(questions_[number].client).Message();
  if (!reply || reply->rcode != before->rcode || !SameRecords(reply->answer, before->answer) ||
      !SameRecords(reply->authority, before->authority)) {
    Fault(Describe(questions_[number]) + "without recursion, not what was told with it\n" +
          before->ToText() + (reply ? reply->ToText() : ""));
  }
}

void SwarmWorld::RunBurst() {
  const size_t first = questions_.size();
  const bool alone = random_->Chance(0.4);
  if (alone) Rest();
  const size_t upstream_before = world_.upstream().size();
  const bool at_rest = resolver_->work_in_flight() == 0;
  const uint64_t size = alone ? 1 : 1 + random_->Below(8);
  AskSomething(size);
  if (alone) {
    RunUntilAnswered(first);
    Rest();
    if (at_rest && !questions_[first].over_tcp) CheckCostOf(upstream_before, questions_[first]);
    if (kind_ == Kind::kClean) CheckAskedAgainWithoutRecursion(questions_[first]);
  } else if (random_->Chance(0.7)) {
    RunUntilAnswered(first);
  } else {
    world_.RunFor(milliseconds(random_->Below(300)));
  }
  if (random_->Chance(kind_ == Kind::kChanging ? 0.4 : 0.2)) {
    world_.RunFor(seconds(random_->Below(random_->Chance(0.3) ? 4000 : 60)));
  }
}

std::string SwarmWorld::Run() {
  if (kind_ == Kind::kClean) CheckLeastQueries();
  const size_t wanted = questions_.size() + 12 + random_->Below(kQuestionsMax / 3);
  while (questions_.size() < wanted) {
    if (kind_ == Kind::kChanging) {
      internet_.CatchUp();
      if (random_->Chance(0.4)) internet_.ChangeSomething();
    }
    RunBurst();
  }
  RunUntilAnswered(0);
  Rest();
  world_.RunFor(seconds(10));
  const auto at_rest = [this](size_t count, const char* what) {
    if (count != 0) Fault(std::to_string(count) + " " + what + " at rest");
  };
  at_rest(world_.unanswered(), "unanswered");
  at_rest(world_.open_exchanges(), "exchanges open");
  at_rest(world_.armed_timers(), "timers armed");
  at_rest(resolver_->work_in_flight(), "jobs, frames or clients");
  for (const Question& question : questions_) CheckQuestion(question);
  CheckTtls();
  const auto budget = static_cast<size_t>(settings_.resolution.budget.upstream_queries);
  const size_t clients = world_.client_query_count();
  if (world_.upstream().size() > (budget + kPrimingQueries * world_.workers()) * clients)
    Fault("over all budgets");
  if (kind_ != Kind::kCorrupt) AuditStore();
  return faults_;
}

size_t SwarmWorld::asked() const {
  return static_cast<size_t>(std::count_if(questions_.begin(), questions_.end(),
                                           [](const Question& q) { return !q.AtOnce(); }));
}

uint64_t SwarmWorld::Digest() const {
  uint64_t digest = 0xcbf29ce484222325;
  const auto mix = [&digest](uint64_t value) {
    digest = (digest ^ value) * 0x100000001b3;
    digest ^= digest >> 29;
  };
  for (const UpstreamQuery& query : world_.upstream()) {
    mix(static_cast<uint64_t>(query.at.time_since_epoch().count()));
    for (const uint8_t octet : query.server.address.octets) mix(octet);
    for (const uint8_t octet : query.name.view().octets()) mix(octet);
    mix(static_cast<uint64_t>(query.type) << 16 | query.id);
  }
  for (size_t i = 0; i < world_.client_query_count(); ++i) {
    const ClientQuery& client = world_.client_query(i);
    if (client.answered) mix(static_cast<uint64_t>(client.answered->time_since_epoch().count()));
    for (const uint8_t octet : client.reply) mix(octet);
  }
  return digest;
}

}  // namespace tern::sim
