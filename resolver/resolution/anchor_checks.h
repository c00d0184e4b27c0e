// Looks at the keys of each zone that has a trust anchor, as often as RFC 5011 section 2.3 says,
// and tells the keeper of the anchors what it has seen.
//
// The zone's servers are asked, even when the cache has the keys. One zone is checked at a time. A
// check is a job for which no client waits. It verifies the keys itself: only a signature by an
// anchor counts here, where a client's answer may be signed by any key of the zone.
//
// Bounded: by the configuration's anchors. A check costs at most what one client query may cost.
//
// Thread: one worker's; one worker of the process does it. It may end before its check does only
// when the job table ends with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "resolver/base/allowance.h"
#include "resolver/base/environment.h"
#include "resolver/dnssec/anchor_keeper.h"
#include "resolver/dnssec/verify.h"
#include "resolver/resolution/job_table.h"
#include "wire/name.h"

namespace tern::resolver::resolution {

class AnchorChecks final : private Timer, private Waiter {
 public:
  // RFC 5011 section 2.3.
  static constexpr std::chrono::hours kEachMin{1};
  static constexpr std::chrono::hours kEachMax{15 * 24};
  static constexpr std::chrono::hours kRetryMax{24};
  // Until a zone's keys have validated once. The RFC has an hour, but a clock that is wrong at the
  // start, or a network that comes late, must not cost that long.
  static constexpr std::chrono::minutes kFirstRetry{1};

  AnchorChecks(Facilities* facilities, JobTable* table, dnssec::AnchorKeeper* keeper);
  ~AnchorChecks();
  AnchorChecks(const AnchorChecks&) = delete;
  AnchorChecks& operator=(const AnchorChecks&) = delete;

  // From now on the anchors of the settings in force are checked. New ones are checked at once.
  // When there is no memory, those that were there stay.
  void OnSettings();

 private:
  struct State {
    wire::Name zone;
    Time due;
    Duration retry = kFirstRetry;
    bool fails = false;
  };
  // What one check has found.
  struct Finding {
    dnssec::SeenKeys seen;
    dnssec::SignatureWindow window;
    uint32_t seconds_left = 0;  // of the signature
    std::string why_not;        // empty: an anchor signed the keys
  };

  void OnTimer() override;
  void OnAnswer(const answer::Answer& answer) override;
  // Starts the next check that is due, or waits for it. Does nothing while one is under way.
  void GoOn();
  State* Find(wire::NameView zone);
  void Note(const answer::Answer& answer, State* state);
  Finding Look(cache::EntryView dnskeys, const TrustAnchor& anchor);
  void Count();

  Facilities& facilities_;
  JobTable& table_;
  dnssec::AnchorKeeper& keeper_;
  std::vector<State> states_;
  // Of the check under way:
  bool checking_ = false;
  wire::Name zone_;
  Allowance allowance_;
};

}  // namespace tern::resolver::resolution
