// Limits how often each message comes into the log. A message is known by the place in the source
// that writes it, so a new one has its limit from the start.
//
// - kLinesAtOnce lines of one message may come at once, after that one a second.
// - What is left out is counted. The next line of the message says how many were, or a line of its
//   own (TellLeftOut) when no more come.
//
// Thread: any. A line that is left out takes no lock.
// Bound: kSitesMax messages, each with the beginning of its last line. Further messages share one
// limit.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "resolver/base/log_counts.h"
#include "resolver/base/log_level.h"

namespace tern::resolver::daemon {

// A place in the source.
struct LogSite {
  const char* file = "";
  int line = 0;

  // As a default argument: the place of the call.
  static LogSite Here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

class LogLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A configuration with many mistakes has one line more than 20.
  static constexpr int kLinesAtOnce = 25;
  static constexpr std::chrono::seconds kEach{1};

  // True when a line may be written at `now`. Then *left_out becomes the number of lines that were
  // not written since the last one that was.
  bool Admits(Time now, uint64_t* left_out);
  bool HasLeftOut() const { return left_out_.load(std::memory_order_relaxed) != 0; }
  // The number of lines that were not written, if a line that says so may be written at `now`. 0 if
  // not. With `at_end` it may.
  uint64_t TakeLeftOut(Time now, bool at_end);

 private:
  bool Pay(Time now);

  // The lines that were written are paid for by then.
  std::atomic<int64_t> paid_ns_ = 0;
  std::atomic<uint64_t> left_out_ = 0;
};

class LogLimits {
 public:
  using Time = LogLimit::Time;
  using Write = std::function<void(LogLevel, std::string_view)>;

  static constexpr size_t kSitesMax = 128;
  static constexpr size_t kKeptOctetsMax = 160;

  // Writes the message if the limit of `site` admits it.
  void Tell(LogLevel level, std::string_view message, LogSite site, Time now, const Write& write);
  // Writes a line for each message of which lines were left out, if its limit admits one. With
  // `at_end`, in any case. False when something is left to be told.
  bool TellLeftOut(Time now, bool at_end, const Write& write);

  LogCounts ReadCounts() const;

  // Called when there is something to tell, on the thread that left a line out. Not called again
  // until TellLeftOut was. To be set before there are other threads.
  void SetOnLeftOut(std::function<void()> on_left_out) { on_left_out_ = std::move(on_left_out); }

 private:
  struct Site {
    std::atomic<uint64_t> key = 0;  // 0: free
    LogLimit limit;
    LogLevel level = LogLevel::kInfo;
    std::array<char, kKeptOctetsMax> kept{};  // of the last line
    size_t kept_octets = 0;
  };

  Site& SiteOf(LogSite site);
  void Keep(Site& site, LogLevel level, std::string_view message);

  std::array<Site, kSitesMax> sites_;
  std::mutex keeping_;  // `level`, `kept` and `kept_octets`
  std::atomic<bool> has_left_out_ = false;
  std::atomic<uint64_t> lines_left_out_ = 0;
  std::atomic<uint64_t> shared_ = 0;
  std::function<void()> on_left_out_;
};

}  // namespace tern::resolver::daemon
