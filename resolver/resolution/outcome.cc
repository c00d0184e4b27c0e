#include "resolver/resolution/outcome.h"

#include "resolver/answer/renaming.h"

namespace tern::resolver::resolution {

void TraceStep(Job& job, std::string_view kind, const wire::Name& name, std::string_view outcome) {
  if (job.trace() == nullptr) return;
  Trace::Step step;
  step.kind = kind;
  step.question = &name;
  step.type = job.type();
  step.outcome = outcome;
  job.trace()->Add(step);
}

Outcome Fail(Job& job, wire::ExtendedError error, const char* text) {
  job.answer().SetFailure(error, text);
  return Outcome::kFailed;
}

Outcome AnsweredIf(Job& job, bool added) {
  if (added) return Outcome::kAnswered;
  return Fail(job, wire::ExtendedError::kInvalidData, "the reply does not make sense");
}

bool AddEmpty(Job& job, const wire::Name& name) {
  Facilities& facilities = job.facilities();
  return answer::AddEmpty(name, job.type(), facilities.StoreNow(), facilities.learner.scratch(),
                          &job.answer());
}

}  // namespace tern::resolver::resolution
