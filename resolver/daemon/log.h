// The daemon's log: one line on stderr for each message, for people and for the journal.
//
// - When stderr is the journal, a line starts with its priority (sd-daemon(3)).
// - Otherwise a line starts with the time. Errors and warnings have their level after it.
// - Characters that are not printable are escaped, so a message stays one line.
// - Each message has its limit, and what is left out is counted (log_limits.h).
// - When there is no memory for a line, a fixed line is written instead.
//
// Thread: any; a line is written by one system call. Never on the hot path.
// Bound: the line that is being written.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/base/log_counts.h"
#include "resolver/base/log_level.h"
#include "resolver/daemon/log_limits.h"

namespace tern::resolver::daemon {

// Lines of lesser levels are left out from now on, and not counted. It holds for the process.
// Thread: any.
void SetLogLevel(LogLevel level);
LogLevel CurrentLogLevel();

// Writes a line to stderr, unless SetLogLevel leaves it out or its message has come too often. It
// is dropped when nobody reads there (LogWriter). `site` is who writes the message. Thread: any.
void Log(LogLevel level, std::string_view message, LogSite site = LogSite::Here());
// Writes a line of level kInfo that nothing leaves out.
void Announce(std::string_view message);

// Says how many lines were left out, of each message of which one may be written again. With
// `at_end`, of all. False when something is left to be told.
bool TellLinesLeftOut(bool at_end);
// Since the start. Thread: any.
LogCounts ReadLogCounts();
// LogLimits::SetOnLeftOut.
void OnLinesLeftOut(std::function<void()> on_left_out);

// Where an object writes its lines: to the log, or in tests elsewhere.
class LogSink {
 public:
  LogSink() : write_(&Log) {}
  // It stands for the log wherever one is taken.
  template <std::invocable<LogLevel, std::string_view> Write>
  LogSink(Write write)  // NOLINT(google-explicit-constructor)
      : write_([write = std::move(write)](LogLevel level, std::string_view message, LogSite) {
          write(level, message);
        }) {}

  void operator()(LogLevel level, std::string_view message, LogSite site = LogSite::Here()) const {
    write_(level, message, site);
  }

 private:
  std::function<void(LogLevel, std::string_view, LogSite)> write_;
};

void LogWarnings(const std::vector<std::string>& warnings, LogSite site = LogSite::Here());

// Writes lines to a descriptor. It never waits for the reader: nothing between a signal and its
// effect may depend on who reads the log. A line for which there is no room is dropped. The next
// line that is written comes behind a line that says how many were. Thread: any.
class LogWriter {
 public:
  LogWriter(int descriptor, bool to_journal) : descriptor_(descriptor), to_journal_(to_journal) {}

  void Write(LogLevel level, std::string_view message);

 private:
  bool TryToWrite(std::string_view text);

  const int descriptor_;
  const bool to_journal_;
  std::mutex writing_;  // two lines that find room may not both fit
  std::atomic<uint64_t> dropped_ = 0;
};

// What the daemon does when TERN_CHECK_OR fails: it logs the broken invariant and goes on.
void LogFailedCheck(const char* file, int line, const char* condition);

// The line that Log writes, with its newline.
std::string LogLine(LogLevel level, std::string_view message, std::string_view time,
                    bool to_journal);

// True when `descriptor` is the stream that JOURNAL_STREAM (systemd.exec(5)) names.
bool IsJournal(int descriptor, const char* journal_stream);

}  // namespace tern::resolver::daemon
