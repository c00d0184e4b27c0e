// What bounds hedging: a replica is asked beside an open attempt only on credit, which every
// question earns a twentieth of. So healthy servers never see more than 5 % extra queries; a hedge
// that was needed (the first server asked did not answer first) gives its credit back.
//
// Thread: one worker's.
#pragma once

#include <algorithm>

namespace tern::resolver {

class HedgeCredit {
 public:
  void OnQuestion() { twentieths_ = std::min(twentieths_ + 1, kMax); }
  // False when there is no credit left.
  [[nodiscard]] bool Spend() {
    if (twentieths_ < kOneHedge) return false;
    twentieths_ -= kOneHedge;
    return true;
  }
  void GiveBack(int hedges) { twentieths_ = std::min(twentieths_ + hedges * kOneHedge, kMax); }

 private:
  static constexpr int kOneHedge = 20;
  // At most 64 hedges in a row that turn out not to be needed.
  static constexpr int kMax = 64 * kOneHedge;

  int twentieths_ = kMax;
};

}  // namespace tern::resolver
