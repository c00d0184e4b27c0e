#include "resolver/mail/list_checks.h"

#include <algorithm>
#include <new>
#include <utility>

namespace tern::resolver::mail {

using resolution::ListVerdict;

ListChecks::ListChecks(resolution::Facilities* facilities, resolution::JobTable* table)
    : facilities_(*facilities), table_(*table) {
  for (Asked& asked : asked_) asked.checks = this;
}

ListChecks::~ListChecks() { facilities_.environment.DisarmTimer(this); }

void ListChecks::SetLists(const policy::BlockLists& lists) {
  try {
    std::vector<State> states;
    for (const BlockList& list : lists.all()) {
      const State* const known = Find(list.zone);
      states.push_back(known != nullptr ? *known
                                        : State{.zone = list.zone, .due = {}, .found = {}});
    }
    states_ = std::move(states);
  } catch (const std::bad_alloc&) {
    return;
  }
  Count();
  OnTimer();
}

void ListChecks::OnTimer() {
  GoOn();
  table_.Drain();
}

void ListChecks::GoOn() {
  while (open_ == 0) {
    State* const next = Next();
    if (next == nullptr) return facilities_.environment.DisarmTimer(this);
    if (next->due > facilities_.environment.Now()) {
      return facilities_.environment.ArmTimer(this, next->due);
    }
    Begin(next->zone);
    if (open_ == 0) End();
  }
}

ListChecks::State* ListChecks::Next() {
  const auto first = std::min_element(states_.begin(), states_.end(),
                                      [](const State& a, const State& b) { return a.due < b.due; });
  return first == states_.end() ? nullptr : &*first;
}

ListChecks::State* ListChecks::Find(const wire::Name& zone) {
  const auto known = std::find_if(states_.begin(), states_.end(),
                                  [&](const State& state) { return state.zone == zone; });
  return known == states_.end() ? nullptr : &*known;
}

void ListChecks::Begin(const wire::Name& zone) {
  using Started = resolution::JobTable::Started;
  zone_ = zone;
  allowance_ = resolution::FullAllowance(facilities_.settings->resolution.budget);
  incomplete_ = false;
  for (size_t i = 0; i < asked_.size(); ++i) {
    asked_[i].said = {ListVerdict::kNotListed};
    const auto name = NameInList(kListEntries[i].entry, zone_);
    if (!name) continue;
    const Started started = table_.StartAhead(*name, wire::RRType::kA, &allowance_, &asked_[i]);
    if (started == Started::kStarted) {
      ++open_;
    } else {
      incomplete_ = true;
    }
  }
}

void ListChecks::OnAnswer(Asked* asked, const answer::Answer& answer) {
  // A lack of our own says nothing about the list.
  if (answer.error() == wire::ExtendedError::kNotReady) incomplete_ = true;
  asked->said = resolution::ReadListAnswer(answer);
  if (--open_ > 0) return;
  End();
  GoOn();
}

void ListChecks::End() {
  State* const state = Find(zone_);
  if (state == nullptr) return;  // it has left the configuration
  const Time now = facilities_.environment.Now();
  state->due = now + (incomplete_ ? Duration(kRetry) : Duration(kEach));
  if (!incomplete_) Note(state, Judge());
}

// A list of names answers questions for addresses as it likes, and the other way round. So it works
// when its answers for one family are right.
ListFinding ListChecks::Judge() const {
  const auto any = [this](ListVerdict verdict) {
    return std::any_of(asked_.begin(), asked_.end(),
                       [&](const Asked& asked) { return asked.said.verdict == verdict; });
  };
  bool lists_what_none_has = false;
  bool works = false;
  for (size_t i = 0; i + 1 < asked_.size(); i += 2) {
    const ListVerdict unlisted = asked_[i + 1].said.verdict;
    lists_what_none_has |= unlisted == ListVerdict::kListed;
    works |= asked_[i].said.verdict == ListVerdict::kListed && unlisted == ListVerdict::kNotListed;
  }
  for (const Asked& asked : asked_) {
    if (asked.said.verdict != ListVerdict::kRefused) continue;
    return {ListHealth::kRefuses, asked.said.refusal};
  }
  if (works) return {ListHealth::kWorks};
  if (any(ListVerdict::kForeign)) return {ListHealth::kForeign};
  if (lists_what_none_has) return {ListHealth::kListsAll};
  return {any(ListVerdict::kNone) ? ListHealth::kSilent : ListHealth::kListsNothing};
}

void ListChecks::Note(State* state, const ListFinding& found) {
  const ListFinding before = std::exchange(state->found, found);
  Count();
  const bool works_as_expected =
      before.health == ListHealth::kUnknown && found.health == ListHealth::kWorks;
  if (found == before || works_as_expected || facilities_.list_observer == nullptr) return;
  facilities_.list_observer->OnListChecked(state->zone, found);
}

void ListChecks::Count() {
  uint64_t working = 0;
  uint64_t failing = 0;
  for (const State& state : states_) {
    if (state.found.health == ListHealth::kUnknown) continue;
    ++(state.found.health == ListHealth::kWorks ? working : failing);
  }
  facilities_.counters.lists_working.Set(working);
  facilities_.counters.lists_failing.Set(failing);
}

}  // namespace tern::resolver::mail
