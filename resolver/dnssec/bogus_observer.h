// Hears what validation finds to be wrong: what is bogus, and zones that contradict themselves.
//
// Thread: it is called on the threads of all workers, also at the same time. Bound: its owner's.
#pragma once

#include "resolver/base/time.h"
#include "resolver/dnssec/reason.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

class BogusObserver {
 public:
  // The RRset, or its denial, is bogus. `passes`: it is answered all the same (Validation::kLog).
  // `now`: the worker's time. It must not wait, and a lack of memory must not leave it.
  virtual void OnBogus(wire::NameView name, wire::RRType type, const Problem& problem, bool passes,
                       Time now) = 0;

  // The zone's own records deny the RRset that it just signed. The zone's ranges are not used for a
  // while (AggressiveIndex::kOffSeconds). `now`, memory: as above.
  virtual void OnContradiction(wire::NameView zone, wire::NameView name, wire::RRType type,
                               Time now) = 0;

 protected:
  ~BogusObserver() = default;
};

}  // namespace tern::resolver::dnssec
