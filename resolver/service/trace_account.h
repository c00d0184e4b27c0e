// The trace of a resolution as JSON lines, for `tern lookup --trace`.
//
// The lines are ASCII. Control characters in a step are escaped. Octets that are not UTF-8 become
// U+FFFD.
//
// Bounded: kAccountOctetsMax octets. When steps were left out, the last line says so. When there is
// no memory for a step, the trace ends there and the resolution goes on.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "resolver/base/time.h"
#include "resolver/base/trace.h"

namespace tern::resolver::service {

inline constexpr size_t kAccountOctetsMax = 24 * 1024;

class TraceAccount final : public Trace {
 public:
  // Times in the trace count from `start`. `environment` outlives the trace.
  TraceAccount(const Environment* environment, Time start)
      : environment_(environment), start_(start) {}

  void Add(const Step& step) override;
  const std::string& lines() const { return lines_; }

 private:
  // The step's line, with its newline.
  std::string LineOf(const Step& step);

  const Environment* environment_;
  Time start_;
  int count_ = 0;
  bool full_ = false;
  std::string lines_;
};

}  // namespace tern::resolver::service
