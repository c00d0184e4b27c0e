// What happened between two looks at a running ternd (`top`): the differences of its counters. The
// page does the same for itself (../control/page/history.js).
//
// Thread: any. Pure functions. Bounded by the looks.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "resolver/tool/control_fields.h"

namespace tern::resolver::tool {

// How many of a kind there were. NaN: ternd did not tell.
struct GlanceRates {
  double seconds = 0;  // between the two, more than 0
  double questions = 0;
  double answers = 0;
  double cached = 0;  // of the answers
  double failed = 0;  // of the answers
  double upstream = 0;
  double silent = 0;  // of the queries upstream, as the next two
  double hedged = 0;
  double tcp = 0;
  double evictions = 0;
  double cpu_seconds = 0;
};

// Nothing when they are not looks at the same process, the second one later: a counter went back,
// or one of them has no time.
std::optional<GlanceRates> RatesBetween(const ControlJson& before, const ControlJson& now);

// A histogram of times: how many were up to each bound, and how many were above all of them.
struct TimesBetween {
  std::vector<double> bounds_us;
  std::vector<double> counts;  // one more than bounds, or none
};

// Of one histogram of both looks. Nothing is counted when the two do not fit together.
TimesBetween TimesOf(const ControlJson& before, const ControlJson& now);

// The time in microseconds below which `part` of the times lie. NaN when there are none. Inside a
// bucket, times count as spread evenly over its logarithm.
double Percentile(const TimesBetween& times, double part);

}  // namespace tern::resolver::tool
