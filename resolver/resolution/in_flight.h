// The questions under way in one worker, for people who look into it.
//
// Thread: any; values. The worker fills them (JobTable::ReadInFlight).
// Bound: what the caller asks for, with at most kStepsMax steps each.
#pragma once

#include <cstddef>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"
#include "resolver/upstream/race.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

inline constexpr size_t kStepsMax = 16;

// What a question does now: it asks servers, it waits for a question of its own, or its answer is
// being checked.
struct InFlightStep {
  wire::Name name;
  wire::RRType type = wire::RRType::kNone;
  wire::Name zone;          // the nearest zone that it has come to
  bool has_answer = false;  // the answer has come and is being validated
  std::vector<upstream::OpenQuery> asked;
};

struct QuestionInFlight {
  Time asked_at;  // by its first client
  size_t clients = 0;
  int queries_sent = 0;  // upstream, with those of the questions that it needed
  bool served_stale = false;
  // Its own step, and behind it that of the question that it waits for, and so on.
  std::vector<InFlightStep> steps;
};

struct InFlight {
  size_t jobs = 0;                       // all under way, also those that no client has asked for
  size_t of_clients = 0;                 // questions that clients have asked
  std::vector<QuestionInFlight> oldest;  // of these, the oldest first
};

}  // namespace tern::resolver::resolution
