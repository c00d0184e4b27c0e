// The account of a resolution as JSON lines, for `tern lookup --trace`.
//
// Bounded: kAccountOctetsMax; steps beyond are left out, which the last line says.
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
  // Times in the account count from `start`.
  TraceAccount(const Environment* environment, Time start)
      : environment_(environment), start_(start) {}

  void Add(const Step& step) override;
  const std::string& lines() const { return lines_; }

 private:
  const Environment* environment_;
  Time start_;
  int count_ = 0;
  bool full_ = false;
  std::string lines_;
};

}  // namespace tern::resolver::service
