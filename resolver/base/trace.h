// The trace of one resolution, step by step, for the operator.
//
// Thread: one worker's. The pointer to a Trace is null when nobody asked for a trace. Never on
// the hot path. Bounded by the class that implements it.
#pragma once

#include <cstdint>
#include <string_view>

#include "resolver/base/environment.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver {

class Trace {
 public:
  // One step. The trace leaves out empty views and null pointers.
  struct Step {
    // start, cache, query, join, reply, timeout, learn, restart, trust, validate, retry, done
    std::string_view kind;
    const wire::Name* zone = nullptr;
    const Endpoint* server = nullptr;
    Transport transport = Transport::kUdp;
    const wire::Name* question = nullptr;
    wire::RRType type = wire::RRType::kNone;
    Duration rtt{0};  // 0: none
    std::string_view outcome;
    std::string_view learnt;
    std::string_view security = {};  // of trust and validate: secure, insecure or bogus
    // Unix time, of the signature that decided. 0: the step is not about one.
    uint32_t inception = 0;
    uint32_t expiration = 0;
  };
  virtual void Add(const Step& step) = 0;

 protected:
  ~Trace() = default;
};

}  // namespace tern::resolver
