// Where the lines of the query log go: to a file, or to the standard error.
//
// Thread: the writer's. Bound: kBufferOctets.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "resolver/base/event.h"
#include "resolver/base/event_settings.h"
#include "resolver/control/appended_file.h"
#include "resolver/control/event_counts.h"
#include "resolver/control/query_log_line.h"

namespace tern::resolver::control {

class QueryLogOutput {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr size_t kBufferOctets = size_t{64} << 10;
  static constexpr std::chrono::seconds kOpenEach{5};

  // `counts` outlives the object. Throws std::bad_alloc.
  QueryLogOutput(const QueryLogSettings& settings, OutputCounts* counts)
      : path_(settings.file), counts_(*counts), lines_(settings) {}

  const std::string& path() const { return path_; }
  bool IsStandardError() const { return path_ == kStandardError; }
  bool IsOpen() const { return file_.IsOpen(); }
  int error() const { return error_; }  // errno of what failed last; 0: nothing did

  // Takes the event's line. Throws std::bad_alloc.
  void Put(const Event& event, Duration wall_shift);
  // Opens the file if it is time to, and writes what was put.
  void Turn(Clock::time_point now);
  // Opens the file again: it may have been moved (logrotate).
  void Reopen();

 private:
  void Write();
  int WriteToStandardError();

  const std::string path_;
  OutputCounts& counts_;
  QueryLogLines lines_;
  AppendedFile file_;
  int error_ = 0;
  Clock::time_point next_open_;
  std::string out_;
  uint64_t count_ = 0;  // of lines in out_
};

}  // namespace tern::resolver::control
