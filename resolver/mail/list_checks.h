// Checks each block list of the configuration by its test entries (RFC 5782 section 5): when it
// comes into the configuration, and once an hour. The counters and the observer of the facilities
// are told what was found. The observer hears only of what is new.
//
// One list is checked at a time. Its questions are jobs for which no client waits. What the cache
// has counts as an answer.
//
// Bounded: by the configuration. The questions of one list cost at most what one client query may
// cost, all together, and end by its deadline.
//
// Thread: one worker's. It may end before its questions do only when the job table ends with it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <vector>

#include "resolver/base/allowance.h"
#include "resolver/base/environment.h"
#include "resolver/base/list_entries.h"
#include "resolver/base/list_observer.h"
#include "resolver/policy/block_lists.h"
#include "resolver/resolution/job_table.h"
#include "resolver/resolution/list_answer.h"
#include "wire/name.h"

namespace tern::resolver::mail {

class ListChecks final : private Timer {
 public:
  static constexpr std::chrono::hours kEach{1};
  // When the worker was too busy for a check, or somebody else asked the same question.
  static constexpr std::chrono::minutes kRetry{1};

  ListChecks(resolution::Facilities* facilities, resolution::JobTable* table);
  ~ListChecks();
  ListChecks(const ListChecks&) = delete;
  ListChecks& operator=(const ListChecks&) = delete;

  // From now on these lists are checked. New ones are checked at once. When there is no memory,
  // those that were there stay.
  void SetLists(const policy::BlockLists& lists);

 private:
  struct State {
    wire::Name zone;
    Time due;
    ListFinding found;
  };
  // The question for one of kListEntries.
  struct Asked final : public resolution::Waiter {
    void OnAnswer(const answer::Answer& answer) override { checks->OnAnswer(this, answer); }
    ListChecks* checks = nullptr;
    resolution::ListAnswer said;
  };

  void OnTimer() override;
  // Starts the next check that is due, or waits for it. Does nothing while one is under way.
  void GoOn();
  State* Next();
  State* Find(const wire::Name& zone);
  void Begin(const wire::Name& zone);
  void OnAnswer(Asked* asked, const answer::Answer& answer);
  void End();
  ListFinding Judge() const;
  void Note(State* state, const ListFinding& found);
  void Count();

  resolution::Facilities& facilities_;
  resolution::JobTable& table_;
  std::vector<State> states_;
  // Of the check under way:
  wire::Name zone_;
  Allowance allowance_;
  size_t open_ = 0;
  bool incomplete_ = false;
  std::array<Asked, std::size(kListEntries)> asked_;
};

}  // namespace tern::resolver::mail
