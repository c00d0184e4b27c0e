// The daemon's log: one line on stderr for each message, for people and for the journal.
//
// - When stderr is the journal, a line starts with its priority (sd-daemon(3)).
// - Otherwise a line starts with the time. Errors and warnings have their level after it.
// - Characters that are not printable are escaped, so a message stays one line.
// - A message that a worker may write goes through a LogLimit, which lets one through each second.
// - When there is no memory for a line, a fixed line is written instead.
//
// Thread: any; a line is written by one system call. Never on the hot path.
// Bound: the line that is being written.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>

namespace tern::resolver::daemon {

enum class LogLevel { kError, kWarning, kInfo };

// Writes a line to stderr, or drops it when nobody reads there (LogWriter). Thread: any.
void Log(LogLevel level, std::string_view message);

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

// The limit of one message that may come often. It lives as long as the process. Thread: any.
class LogLimit {
 public:
  // True when the message may be written at `now`, which is once a second. Then *left_out becomes
  // the number of messages that were not written since the last one that was.
  bool Admits(std::chrono::steady_clock::time_point now, uint64_t* left_out);

 private:
  std::atomic<int64_t> next_ns_ = std::numeric_limits<int64_t>::min();
  std::atomic<uint64_t> left_out_ = 0;
};

// Writes the message when `limit` admits it.
void LogLimited(LogLimit* limit, LogLevel level, std::string_view message);

// What the daemon does when TERN_CHECK_OR fails: it logs the broken invariant and goes on.
void LogFailedCheck(const char* file, int line, const char* condition);

// The line that Log writes, with its newline.
std::string LogLine(LogLevel level, std::string_view message, std::string_view time,
                    bool to_journal);

// True when `descriptor` is the stream that JOURNAL_STREAM (systemd.exec(5)) names.
bool IsJournal(int descriptor, const char* journal_stream);

}  // namespace tern::resolver::daemon
