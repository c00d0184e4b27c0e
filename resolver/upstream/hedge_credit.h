// Limits how often a race hedges, which means: asks a replica beside an open attempt.
//
// - Each hedge is paid from a credit. Every question earns a thirtieth of a hedge (3.3 %).
// - Healthy servers see less than 5 % extra queries. The credit of the start and the cost of lost
//   packets are included in that.
// - A hedge beside a server that turned out silent gives its credit back, so any number of dead
//   servers leaves credit for the next. Race::NoteLosers and LateReplies decide which hedges these
//   are.
//
// Thread: one worker's.
#pragma once

#include <algorithm>

namespace tern::resolver::upstream {

class HedgeCredit {
 public:
  void OnQuestion() { parts_ = std::min(parts_ + 1, kMax); }
  // False when there is no credit left.
  [[nodiscard]] bool Spend() {
    if (parts_ < kOneHedge) return false;
    parts_ -= kOneHedge;
    return true;
  }
  void GiveBack(int hedges) { parts_ = std::min(parts_ + hedges * kOneHedge, kMax); }

 private:
  static constexpr int kOneHedge = 30;
  // At most 32 unneeded hedges in a row.
  static constexpr int kMax = 32 * kOneHedge;

  int parts_ = kMax;
};

}  // namespace tern::resolver::upstream
