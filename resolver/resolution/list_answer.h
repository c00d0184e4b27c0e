// What the answer of a block list (RFC 5782) says.
//
// Thread: any. Bound: no memory of its own.
#pragma once

#include <cstdint>

#include "resolver/answer/answer.h"
#include "resolver/base/counters.h"
#include "resolver/base/time.h"

namespace tern::resolver::resolution {

enum class ListVerdict : uint8_t {
  kNone,       // no answer: a failure, or a stale answer
  kNotListed,  // no such name, or no address at it
  kListed,     // an address in 127.0.0.0/8
  kForeign,    // another address, which is none that a list may answer
  kRefused,    // an address in 127.255.255.0/24, beside whatever else
};

struct ListAnswer {
  ListVerdict verdict = ListVerdict::kNone;
  uint8_t refusal = 0;  // kRefused: the last octet of the address
};

// An answer to a question for another type than A lists nothing.
ListAnswer ReadListAnswer(const answer::Answer& answer);

// Counts how long a client's question waited for the answer of a block list.
void CountListAnswer(Duration latency, WorkerCounters* counters);

}  // namespace tern::resolver::resolution
