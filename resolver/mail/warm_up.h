// The fan-outs of one worker: what it looks up ahead of mail servers.
//
// Bounded: kFanOutsMax fan-outs; a further one is left out. kFollowedMax answers are remembered
// that were followed a moment ago.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "resolver/base/expiring_marks.h"
#include "resolver/mail/fan_out.h"

namespace tern::resolver::mail {

inline constexpr size_t kFanOutsMax = 64;
inline constexpr size_t kFollowedMax = 4096;
inline constexpr size_t kWarmedMax = 4096;  // addresses that were looked up in the last minute

class WarmUp final : public FanOut::Owner {
 public:
  // `facilities` and `table` outlive it, or end without a further question.
  // `warmed` gets a mark for each address that was looked up; all workers may share it.
  WarmUp(resolution::Facilities* facilities, resolution::JobTable* table, ExpiringMarks* warmed)
      : facilities_(*facilities), table_(*table), warmed_(*warmed) {}

  // Whether an answer may be followed now. If so, the same answer is not followed for some seconds:
  // if addresses cannot be kept, each answer from the store would cost look-ups. `question`: the
  // store's hash of name and type.
  bool MayFollow(uint64_t question);
  // The same, for an answer of whose hosts the addresses are known and last: TLSA may have run out.
  bool MayRenew(uint64_t question);
  // Asks the questions. `allowance` pays for all of them together.
  void Start(Questions questions, const Allowance& allowance);

  size_t under_way() const { return under_way_; }

 private:
  void OnDone(FanOut* fan_out) override;
  FanOut* Take();

  resolution::Facilities& facilities_;
  resolution::JobTable& table_;
  ExpiringMarks& warmed_;
  std::vector<std::unique_ptr<FanOut>> all_;
  IntrusiveList<FanOut, OfWarmUp> free_;
  size_t under_way_ = 0;
  ExpiringMarks followed_{kFollowedMax};
};

}  // namespace tern::resolver::mail
