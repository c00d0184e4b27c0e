#include "resolver/control/verb_stuck.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "wire/presentation.h"

namespace tern::resolver::control {
namespace {

using resolution::InFlightStep;
using resolution::QuestionInFlight;

int64_t WholeMilliseconds(Duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

// What it waits for: the answers of servers, a question of its own, its validation, or its turn: a
// connection, or the end of what another question asks the same servers.
std::string_view WaitOf(const InFlightStep& step, bool has_next) {
  if (!step.asked.empty()) return "servers";
  if (has_next) return "question";
  return step.has_answer ? "validation" : "turn";
}

VerbJson StepJson(const InFlightStep& step, bool has_next, Time now) {
  VerbJson asked = VerbJson::array();
  for (const upstream::OpenQuery& query : step.asked) {
    asked.push_back({{"server", query.server.ToText()},
                     {"transport", query.transport == Transport::kTcp ? "tcp" : "udp"},
                     {"since_ms", WholeMilliseconds(now - query.sent)},
                     {"late", query.is_late}});
  }
  return {{"name", wire::ToText(step.name)},
          {"type", wire::ToText(step.type)},
          {"zone", wire::ToText(step.zone)},
          {"waits_for", WaitOf(step, has_next)},
          {"asked", std::move(asked)}};
}

VerbJson QuestionJson(const QuestionInFlight& question, size_t worker, Time now) {
  VerbJson steps = VerbJson::array();
  for (size_t i = 0; i < question.steps.size(); ++i) {
    steps.push_back(StepJson(question.steps[i], i + 1 < question.steps.size(), now));
  }
  return {{"name", steps.at(0)["name"]},
          {"type", steps.at(0)["type"]},
          {"age_ms", WholeMilliseconds(now - question.asked_at)},
          {"clients", question.clients},
          {"queries_sent", question.queries_sent},
          {"got_stale", question.served_stale},
          {"worker", worker},
          {"steps", std::move(steps)}};
}

struct OfWorker {
  const QuestionInFlight* question;
  size_t worker;
};

}  // namespace

VerbJson InFlightJson(const std::vector<WorkerLook>& looks, Time now) {
  size_t jobs = 0;
  size_t of_clients = 0;
  std::vector<OfWorker> oldest;
  VerbJson silent = VerbJson::array();
  for (size_t i = 0; i < looks.size(); ++i) {
    if (looks[i].silent_for) {
      silent.push_back({{"worker", i}, {"silent_ms", WholeMilliseconds(*looks[i].silent_for)}});
    }
    if (looks[i].in_flight == nullptr) continue;
    jobs += looks[i].in_flight->jobs;
    of_clients += looks[i].in_flight->of_clients;
    for (const QuestionInFlight& question : looks[i].in_flight->oldest) {
      oldest.push_back({&question, i});
    }
  }
  std::stable_sort(oldest.begin(), oldest.end(), [](const OfWorker& one, const OfWorker& other) {
    return one.question->asked_at < other.question->asked_at;
  });
  if (oldest.size() > kInFlightTold) oldest.resize(kInFlightTold);
  VerbJson questions = VerbJson::array();
  for (const OfWorker& each : oldest) {
    questions.push_back(QuestionJson(*each.question, each.worker, now));
  }
  return {{"in_flight", jobs},
          {"asked_by_clients", of_clients},
          {"silent_workers", std::move(silent)},
          {"questions", std::move(questions)}};
}

VerbResult AnswerStuck(const ControlSources& sources, const ControlRequest& /*request*/) {
  const std::vector<WorkerLook> looks = sources.watched.looks->Look(kLookMax);
  return InFlightJson(looks, sources.watched.now());
}

}  // namespace tern::resolver::control
