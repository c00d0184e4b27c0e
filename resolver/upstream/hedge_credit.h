// What bounds hedging: a replica is asked beside an open attempt only on credit, of which every
// question earns a thirtieth. That is 3.3 %; with the credit of the start, and with what lost
// packets cost in any case, healthy servers see less than 5 % extra queries. A hedge beside a
// server that turned out silent gives its credit back (Race::NoteLosers decides which did), so
// that any number of dead servers leaves credit for the next.
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
  // At most 32 hedges in a row that turn out not to be needed.
  static constexpr int kMax = 32 * kOneHedge;

  int parts_ = kMax;
};

}  // namespace tern::resolver::upstream
