// How a race waits for an equal one that is under way; see race.h.
#include <coroutine>
#include <utility>

#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {

bool Race::IsEqual(const Race& other) const {
  return hash_ == other.hash_ && is_last_round_ == other.is_last_round_ &&
         (subject_ == Subject::kRareType) == (other.subject_ == Subject::kRareType) &&
         question_.type == other.question_.type &&
         question_.dnssec_ok == other.question_.dnssec_ok &&
         servers_.static_zone() == other.servers_.static_zone() &&
         name_.view().Equals(other.name_) && servers_.zone().view().Equals(other.servers_.zone());
}

Race* Race::FindEqual() {
  for (Race& race : facilities_.open_races.WithHash(hash_)) {
    if (race.IsEqual(*this)) return &race;
  }
  return nullptr;
}

void Race::Follow(Race& leader) {
  leader_ = &leader;
  leader.followers_.PushBack(this);
  facilities_.environment.ArmTimer(this, terms_.deadline);
  if (terms_.trace == nullptr) return;
  Trace::Step step;
  step.kind = "join";
  step.zone = &servers_.zone();
  step.question = &name_;
  step.type = question_.type;
  step.outcome = "waits for the reply to an equal question that is under way";
  terms_.trace->Add(step);
}

void Race::StartLate() {
  // A client that joined the question may have given it more time.
  if (leader_ != nullptr) {
    facilities_.environment.ArmTimer(this, terms_.deadline);
  } else if (Race* leader = FindEqual()) {
    Follow(*leader);
  } else if (!Start()) {
    Finish(why_not_);
  }
}

// A result is for all who waited, but not if it says only what this race was short of.
void Race::TellFollowers() {
  if (result_.kind == RaceResult::Kind::kNoBudget || result_.kind == RaceResult::Kind::kDeadline) {
    LeaveFollowers();
    return;
  }
  // One by one, because a coroutine that resumes destroys its race.
  const bool is_for_parts_only =
      subject_ != Subject::kWholeName &&
      (result_.kind == RaceResult::Kind::kProbeFailed || result_.kind == RaceResult::Kind::kEmpty);
  while (Race* const follower = followers_.PopFront()) {
    if (is_for_parts_only && follower->subject_ == Subject::kWholeName) {
      follower->GoOnAlone();
      continue;
    }
    follower->TakeResult(*this);
    std::exchange(follower->waiting_, nullptr).resume();
  }
}

void Race::LeaveFollowers() {
  while (Race* const follower = followers_.PopFront()) follower->GoOnAlone();
}

// From the loop, because the race that it followed may just be ending.
void Race::GoOnAlone() {
  leader_ = nullptr;
  facilities_.environment.ArmTimer(this, facilities_.environment.Now());
}

// What was tried need not be tried again when this question goes on with more addresses.
void Race::TakeResult(const Race& leader) {
  leader_ = nullptr;
  decided_ = true;
  result_ = leader.result_;
  servers_.TakeTries(leader.servers_);
}

void Race::ListOpen(std::vector<OpenQuery>* open) const {
  const Race& asks = leader_ != nullptr ? *leader_ : *this;
  for (const Attempt& attempt : asks.attempts_) {
    if (attempt.state == State::kFree) continue;
    open->push_back({.server = asks.servers_.candidates()[attempt.candidate].server,
                     .sent = attempt.sent,
                     .transport = attempt.transport,
                     .is_late = attempt.state == State::kSilent});
  }
}

}  // namespace tern::resolver::upstream
