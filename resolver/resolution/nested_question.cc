#include "resolver/resolution/nested_question.h"

#include "resolver/resolution/job_table.h"

namespace tern::resolver::resolution {

NestedQuestion::~NestedQuestion() {
  if (job() != nullptr) parent_.table().OnNestedGone(this, &parent_);
}

bool NestedQuestion::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  switch (parent_.table().JoinNested(name_, type_, this, &parent_)) {
    case JobTable::Joined::kWaits:
      return true;
    case JobTable::Joined::kCycle:
      MeetCycle();
      return false;
    case JobTable::Joined::kNoRoom:
      return false;
  }
  return false;
}

void NestedQuestion::MeetCycle() {
  met_cycle_ = true;
  parent_.table().NoteCycle(&parent_);
}

void NestedQuestion::OnAnswer(const answer::Answer& answer) {
  const bool job_met_cycle = parent_.table().EndNested(&parent_);
  if (!Keep(answer) && job_met_cycle) MeetCycle();
  waiting_.resume();
}

}  // namespace tern::resolver::resolution
