#include "resolver/resolution/rare_type.h"

#include <algorithm>
#include <chrono>

#include "resolver/answer/question_hash.h"
#include "resolver/resolution/ask_zone.h"
#include "resolver/resolution/outcome.h"
#include "resolver/resolution/trust.h"

// GCC 12 without optimisation does not see that a promise's operator new, which is a template,
// belongs to its operator delete (task.h).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace tern::resolver::resolution {
namespace {

using upstream::RaceResult;

constexpr std::chrono::minutes kUnansweredFor(5);

uint64_t KeyOf(Job& job) {
  return answer::QuestionHash(job.facilities().store, job.servers().zone(), job.type());
}

// Whether one of the servers answered something a while ago, and was not silent since.
bool IsAlive(Job& job) {
  const Facilities& facilities = job.facilities();
  const Time now = facilities.environment.Now();
  const auto& candidates = job.servers().candidates();
  return std::any_of(candidates.begin(), candidates.end(), [&](const upstream::Candidate& known) {
    const upstream::ServerState server = facilities.server_table.Get(known.server);
    return server.HasAnswered() && server.silences == 0 &&
           now - server.last_answer < kUnansweredFor;
  });
}

// Whether the servers answer, but not this type.
bool IsUnanswered(Job& job, const RaceResult& result) {
  if (result.kind != RaceResult::Kind::kExhausted) return false;
  const int no = RaceResult::kSaidNotServed | RaceResult::kSaidNotImplemented;
  const bool is_mixed = (result.said & ~no) != 0;
  const bool is_server_failure =
      (result.said & RaceResult::kSaidNotImplemented) == RaceResult::kSaidOther;
  return !is_mixed && !is_server_failure && IsAlive(job);
}

bool IsKnownSecure(Job& job) {
  return job.settings().dnssec.IsOn() && FindTrustedKeys(job, job.servers().zone()) != nullptr;
}

RaceResult Unanswered() {
  RaceResult result;
  result.kind = RaceResult::Kind::kTypeUnanswered;
  return result;
}

}  // namespace

bool IsRareType(Job& job) {
  return job.type() == wire::RRType::kTLSA && !job.servers().forwarded() &&
         !job.servers().IsSharedByAll() && !IsKnownSecure(job);
}

Task<RaceResult> AskRareType(Job& job, const wire::Name& name) {
  Facilities& facilities = job.facilities();
  const uint64_t key = KeyOf(job);
  ExpiringMarks* const unanswered = facilities.unanswered_types;
  if (unanswered != nullptr && unanswered->Has(key, facilities.environment.Now())) {
    co_return Unanswered();
  }
  const RaceResult result =
      co_await AskZone(job, name, job.type(), upstream::Subject::kRareType, false);
  if (result.kind == RaceResult::Kind::kReply) co_return result;
  if (IsUnanswered(job, result)) {
    bool is_insecure = !job.settings().dnssec.IsOn();
    if (!is_insecure) {
      const wire::Name zone = job.servers().zone();
      const Trust trust = co_await FindTrust(job, zone, Way::kKnownCuts);
      is_insecure = trust.state == Trust::State::kInsecure;
    }
    if (is_insecure) {
      TraceStep(job, "restart", name, "the zone's servers do not answer this type");
      if (unanswered != nullptr) {
        unanswered->Put(key, facilities.environment.Now() + kUnansweredFor);
      }
      co_return Unanswered();
    }
  }
  co_return co_await AskZone(job, name, job.type(), upstream::Subject::kWholeName, false);
}

}  // namespace tern::resolver::resolution
