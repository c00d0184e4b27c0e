#include "tests/sim/rpl_player.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "tests/sim/rpl_expression.h"
#include "tests/sim/words.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

constexpr Duration kQuietLimit = std::chrono::seconds(2);
// Longer than the longest life of a resolution, so nothing is left after it.
constexpr Duration kPlayerRestLimit = std::chrono::seconds(30);

resolver::config::Settings SettingsFor(const RplConfig& config, const PlayOptions& options) {
  resolver::config::Settings settings =
      SimSettings(NameOf(config.root_name), config.root_addresses);
  settings.resolution.qname_minimisation =
      config.qname_minimisation.value_or(options.qname_minimisation);
  settings.resolution.ipv4 = config.ipv4;
  settings.resolution.ipv6 = config.ipv6 ? resolver::Ipv6Use::kOn : resolver::Ipv6Use::kOff;
  if (!config.may_query_localhost) {
    for (const char* prefix : {"127.0.0.0/8", "::1/128", "0.0.0.0/8"}) {
      settings.resolution.never_query.push_back(*resolver::Prefix::Parse(prefix));
    }
  }
  for (const resolver::Prefix& prefix : config.never_query) {
    settings.resolution.never_query.push_back(prefix);
  }
  if (config.case_randomisation) {
    settings.resolution.case_randomisation = *config.case_randomisation;
  }
  for (const RplZone& zone : config.zones) {
    settings.static_zones.push_back({NameOf(zone.name), zone.to, zone.forward, zone.first});
  }
  if (config.min_ttl) settings.cache.ttl.min_ttl = *config.min_ttl;
  if (!config.serve_expired) {
    settings.cache.max_stale = 0;
  } else if (config.max_stale) {
    settings.cache.max_stale = *config.max_stale;
  }
  if (config.stale_ttl) settings.cache.stale_ttl = *config.stale_ttl;
  settings.cache.prefetch = config.prefetch;
  // 0 is Unbound's form of an immediate answer. Tern does not have it.
  if (config.client_timeout && *config.client_timeout != 0) {
    settings.resolution.budget.client_timeout = std::chrono::milliseconds(*config.client_timeout);
  }
  ApplyValidation(config.validation, &settings);
  if (config.max_ttl) settings.cache.ttl.max_ttl = *config.max_ttl;
  if (config.max_negative_ttl) settings.cache.ttl.max_negative_ttl = *config.max_negative_ttl;
  return settings;
}

std::string At(const RplStep& step, std::string_view what) {
  return "step " + std::to_string(step.number) + " (line " + std::to_string(step.line) +
         "): " + std::string(what);
}

}  // namespace

// The number of iterations and the permissive mode have no settings yet.
void ApplyValidation(const RplValidation& validation, resolver::config::Settings* settings) {
  settings->dnssec.validation =
      validation.anchors.empty() ? resolver::Validation::kOff : resolver::Validation::kOn;
  // Signed worlds have zones of names such as `test.`.
  settings->local.special_names = validation.anchors.empty();
  settings->dnssec.anchors = AnchorsOf(validation.anchors);
  for (const wire::Name& zone : validation.insecure_zones) {
    settings->dnssec.negative_trust_anchors.emplace_back().zone = zone;
  }
}

// All servers of a scenario: the ranges for the current step, and the REPLY steps.
class RplPlayer::ScriptedServer : public SimServer {
 public:
  ScriptedServer(const Scenario& scenario, Unscripted unscripted)
      : scenario_(scenario), unscripted_(unscripted), used_(scenario.steps.size(), false) {}

  void set_step(int number) { step_ = number; }

  std::string CheckMandatoryEntries() const {
    for (const RplRange& range : scenario_.ranges) {
      for (const RplEntry& entry : range.entries) {
        if (entry.mandatory && !asked_lines_.contains(entry.line)) {
          return "nobody asked for the mandatory entry of line " + std::to_string(entry.line) +
                 "\n";
        }
      }
    }
    return "";
  }

  SimAnswer OnQuery(const SimQuery& sim_query) override {
    const std::optional<PlainMessage> query = PlainMessage::Decode(sim_query.octets);
    if (!query) return {};
    bool known_address = false;
    for (const RplRange& range : scenario_.ranges) {
      if (std::find(range.addresses.begin(), range.addresses.end(), sim_query.server.address) ==
          range.addresses.end()) {
        continue;
      }
      known_address = true;
      if (step_ < range.first || step_ > range.last) continue;
      for (const RplEntry& entry : range.entries) {
        if (AcceptsQuery(entry, *query, sim_query.transport)) {
          asked_lines_.insert(entry.line);
          return Reply(entry, *query);
        }
      }
    }
    for (size_t i = 0; i < scenario_.steps.size(); ++i) {
      const RplStep& step = scenario_.steps[i];
      const bool replies = step.kind == RplStepKind::kReply;
      const bool fails = step.kind == RplStepKind::kTimeout || step.kind == RplStepKind::kError;
      if ((!replies && !fails) || step.number < step_ || used_[i]) continue;
      if (step.address && !(*step.address == sim_query.server.address)) continue;
      if (replies && !AcceptsQuery(*step.entry, *query, sim_query.transport)) continue;
      used_[i] = true;
      if (fails) return {{}, step.kind == RplStepKind::kError};
      return Reply(*step.entry, *query);
    }
    if (!known_address || unscripted_ == Unscripted::kSilence) return {};
    PlainMessage refusal;
    refusal.id = query->id;
    refusal.flags = wire::kFlagQR;
    refusal.rcode = wire::Rcode::kServFail;
    refusal.questions = query->questions;
    return {{{refusal.Encode(), Duration(0)}}, false};
  }

 private:
  static SimAnswer Reply(const RplEntry& entry, const PlainMessage& query) {
    if (entry.do_not_answer) return {};
    if (entry.raw) {
      Octets octets = *entry.raw;
      if (entry.copy_id && octets.size() >= 2) wire::StoreU16(octets.data(), query.id);
      return {{{std::move(octets), entry.sleep}}, false};
    }
    PlainMessage reply = entry.message;
    if (entry.copy_id) reply.id = query.id;
    // The name of the question comes back in its case. The scenarios were written for resolvers
    // that send a name as they got it.
    const bool same_name = !query.questions.empty() && !reply.questions.empty() &&
                           query.questions[0].name == reply.questions[0].name;
    if (entry.copy_query) {
      reply.questions = query.questions;
    } else if (same_name) {
      reply.questions[0].name = query.questions[0].name;
    }
    if (entry.copy_edns_options && query.edns) {
      if (!reply.edns) reply.edns.emplace();
      reply.edns->options = query.edns->options;
    }
    return {{{reply.Encode(), entry.sleep}}, false};
  }

  const Scenario& scenario_;
  Unscripted unscripted_;
  int step_ = 0;
  std::vector<bool> used_;     // REPLY steps that were given
  std::set<int> asked_lines_;  // entries of ranges that were given, by their line
};

RplPlayer::RplPlayer(const Scenario& scenario, const PlayOptions& options)
    : scenario_(scenario),
      options_(options),
      world_(SimWorld::Options{.seed = options.seed}),
      server_(std::make_unique<ScriptedServer>(scenario, options.unscripted)) {
  world_.SetServerElsewhere(server_.get());
  if (scenario.config.validation.now) world_.SetWallSeconds(*scenario.config.validation.now);
  resolver_ = std::make_unique<ResolverUnderTest>(&world_, SettingsFor(scenario.config, options));
}

RplPlayer::~RplPlayer() = default;

std::string RplPlayer::Play() {
  for (const RplStep& step : scenario_.steps) {
    std::string fault = Run(step);
    if (!fault.empty()) return fault;
  }
  return CheckRest();
}

std::string RplPlayer::Run(const RplStep& step) {
  switch (step.kind) {
    case RplStepKind::kQuery:
      return RunQuery(step);
    case RplStepKind::kCheckAnswer:
      return CheckAnswer(step);
    case RplStepKind::kTimePasses:
    case RplStepKind::kAssign:
      return Evaluate(step);
    case RplStepKind::kTraffic:
      world_.RunUntilNetworkIsQuiet(kQuietLimit);
      return "";
    case RplStepKind::kReply:
    case RplStepKind::kTimeout:
    case RplStepKind::kError:
    case RplStepKind::kNothing:
      return "";
    case RplStepKind::kCheckUpstreamQueries:
      return CheckUpstreamQueries(step);
    case RplStepKind::kCheckOutQuery:
      return CheckOutQuery(step, true);
    case RplStepKind::kCheckNoOutQuery:
      return CheckOutQuery(step, false);
  }
  return At(step, "unknown kind");
}

std::string RplPlayer::Evaluate(const RplStep& step) {
  Duration elapse = step.elapse;
  if (!step.expression.empty()) {
    const double now = static_cast<double>(world_.Now().time_since_epoch().count()) / 1e6;
    const absl::StatusOr<std::string> value = ExpandExpression(step.expression, variables_, now);
    if (!value.ok()) return At(step, std::string(value.status().message()));
    if (step.kind == RplStepKind::kAssign) {
      variables_[step.variable] = *value;
      return "";
    }
    double seconds = 0;
    if (!ReadNumber(std::string_view(*value), &seconds) ||
        !(seconds >= 0 && seconds <= kElapseSecondsMax)) {
      return At(step, "expected seconds, at most a year of them, got " + *value);
    }
    elapse = Duration(static_cast<Duration::rep>(seconds * 1e6));
  }
  world_.RunFor(elapse);
  return "";
}

std::string RplPlayer::RunQuery(const RplStep& step) {
  server_->set_step(step.number);
  upstream_before_query_ = world_.upstream().size();
  if (step.entry->raw) {
    // It may be answered or not. It must do no harm.
    world_.AskDatagram(*step.entry->raw);
    world_.RunUntilNetworkIsQuiet(kQuietLimit);
    return "";
  }
  PlainMessage query = step.entry->message;
  query.id = static_cast<uint16_t>(world_.random()->Next());
  ClientQueryId id = world_.AskDatagram(query.Encode());
  bool answered = world_.RunUntilAnswered(id, kAnswerLimit);
  if (answered) {
    const std::optional<PlainMessage> reply = world_.client_query(id).Message();
    if (reply && reply->Has(wire::kFlagTC)) {
      // Too large for UDP, so the client comes back over TCP.
      id = world_.AskStream(query.Encode());
      answered = world_.RunUntilAnswered(id, kAnswerLimit);
    }
  }
  world_.RunUntilNetworkIsQuiet(kQuietLimit);
  unchecked_.push_back(id);
  if (world_.client_query(id).replies > 1) return At(step, "answered more than once");
  return answered ? "" : At(step, "no answer within 15 s");
}

std::string RplPlayer::CheckAnswer(const RplStep& step) {
  if (unchecked_.empty()) return At(step, "there is no answer left to look at");
  // The oldest answer that fits, or the latest one if none fits.
  for (size_t i = 0; i < unchecked_.size(); ++i) {
    const std::optional<PlainMessage> reply = world_.client_query(unchecked_[i]).Message();
    if (!reply || !DiffAnswer(*step.entry, *reply).empty()) continue;
    unchecked_.erase(unchecked_.begin() + static_cast<ptrdiff_t>(i));
    return "";
  }
  const std::optional<PlainMessage> reply = world_.client_query(unchecked_.back()).Message();
  if (!reply) return At(step, "the answer is no sound message");
  return At(step, DiffAnswer(*step.entry, *reply)) + "--- expected\n" +
         step.entry->message.ToText() + "--- got\n" + reply->ToText();
}

std::string RplPlayer::CheckUpstreamQueries(const RplStep& step) const {
  const std::string address = step.address ? step.address->ToText() : "";
  const size_t count = world_.CountUpstream(address, upstream_before_query_);
  if (count == step.count) return "";
  return At(step, "upstream queries" + (address.empty() ? "" : " to " + address) + ": expected " +
                      std::to_string(step.count) + ", got " + std::to_string(count) + "\n");
}

std::string RplPlayer::CheckOutQuery(const RplStep& step, bool wanted) const {
  bool found = false;
  for (size_t i = upstream_before_query_; i < world_.upstream().size(); ++i) {
    const UpstreamQuery& sent = world_.upstream()[i];
    if (step.address && !(sent.server.address == *step.address)) continue;
    PlainMessage query;
    query.questions.push_back({sent.name, sent.type, wire::RRClass::kIN});
    found = found || AcceptsQuery(*step.entry, query, sent.transport);
  }
  if (found == wanted) return "";
  return At(step,
            wanted ? "no such query was sent upstream\n" : "such a query was sent upstream\n") +
         step.entry->message.ToText();
}

std::string RplPlayer::CheckRest() {
  world_.RunFor(kPlayerRestLimit);
  if (world_.open_exchanges() != 0) {
    return "at the end " + std::to_string(world_.open_exchanges()) + " exchanges are open\n";
  }
  if (resolver_->work_in_flight() != 0) {
    return "at the end " + std::to_string(resolver_->work_in_flight()) + " jobs are under way\n";
  }
  return server_->CheckMandatoryEntries();
}

}  // namespace tern::sim
