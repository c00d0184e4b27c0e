// What a job table tells of its jobs (see job_table.h and in_flight.h).
#include <algorithm>

#include "resolver/resolution/in_flight.h"
#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {
namespace {

InFlightStep StepOf(Job& job, bool has_answer) {
  InFlightStep step{.name = job.name(),
                    .type = job.type(),
                    .zone = job.servers().zone(),
                    .has_answer = has_answer,
                    .asked = {}};
  if (const upstream::Race* const race = job.servers().race()) race->ListOpen(&step.asked);
  return step;
}

}  // namespace

QuestionInFlight JobTable::Describe(const Job& job) const {
  QuestionInFlight question;
  question.asked_at = job.state_.asked_at;
  for (const Waiter& waiter : job.waiters_) question.clients += waiter.is_client_ ? 1 : 0;
  // A question of a client has an allowance of its own.
  question.queries_sent = std::max(
      job.settings_->resolution.budget.upstream_queries - job.terms_.allowance->upstream_queries,
      0);
  question.served_stale = job.state_.served_stale;
  for (Job* at = const_cast<Job*>(&job); at != nullptr && question.steps.size() < kStepsMax;
       at = at->state_.waits_for) {
    question.steps.push_back(StepOf(*at, at->state_.has_answer));
  }
  return question;
}

InFlight JobTable::ReadInFlight(size_t oldest_max) const {
  InFlight in_flight{.jobs = in_flight_count_, .of_clients = 0, .oldest = {}};
  std::vector<const Job*> oldest;  // a heap, the youngest first
  const auto is_older = [](const Job* one, const Job* other) {
    return one->state_.asked_at < other->state_.asked_at;
  };
  for (const auto& job : all_jobs_) {
    if (!job->task_.made() || job->state_.resolved || job->state_.asked_at == Time()) continue;
    ++in_flight.of_clients;
    if (oldest.size() == oldest_max) {
      if (oldest_max == 0 || !is_older(job.get(), oldest.front())) continue;
      std::pop_heap(oldest.begin(), oldest.end(), is_older);
      oldest.pop_back();
    }
    oldest.push_back(job.get());
    std::push_heap(oldest.begin(), oldest.end(), is_older);
  }
  std::sort_heap(oldest.begin(), oldest.end(), is_older);
  for (const Job* const job : oldest) in_flight.oldest.push_back(Describe(*job));
  return in_flight;
}

}  // namespace tern::resolver::resolution
