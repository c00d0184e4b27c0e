// An account of one resolution, step by step, for the operator.
//
// Thread: one worker's. Null where nobody asked for an account; never on the hot path.
#pragma once

#include <string_view>

#include "resolver/base/environment.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver {

class Trace {
 public:
  // One step. Empty views and null pointers are left out of the account.
  struct Step {
    std::string_view kind;  // start, cache, cut, query, reply, timeout, learn, restart, done
    const wire::Name* zone = nullptr;
    const Endpoint* server = nullptr;
    Transport transport = Transport::kUdp;
    const wire::Name* question = nullptr;
    wire::RRType type = wire::RRType::kNone;
    Duration rtt{0};  // 0: none
    std::string_view outcome;
    std::string_view learnt;
  };
  virtual void Add(const Step& step) = 0;

 protected:
  ~Trace() = default;
};

}  // namespace tern::resolver
