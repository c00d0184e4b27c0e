// The daemon's log: one line a message to stderr, for people and for the journal.
//
// When stderr is the journal, a line starts with its priority (sd-daemon(3)). Otherwise it starts
// with the time, and errors and warnings have their level behind it. What is not printable in a
// message is escaped, so that a line stays one line.
//
// A message that a worker may write goes through a LogLimit: one line a second, whatever happens.
// When there is no memory for a line, a fixed one takes its place.
//
// Thread: any; a line is written by one system call. Never on the hot path.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace tern::resolver::daemon {

enum class LogLevel { kError, kWarning, kInfo };

void Log(LogLevel level, std::string_view message);

// One for each message that may come often; lives as long as the process. Thread: any.
class LogLimit {
 public:
  // Whether the message may be written at `now`: once a second. `left_out` gets how often it was
  // not, since it last was.
  bool Admits(std::chrono::steady_clock::time_point now, uint64_t* left_out);

 private:
  std::atomic<int64_t> next_ns_ = std::numeric_limits<int64_t>::min();
  std::atomic<uint64_t> left_out_ = 0;
};

// Writes what `limit` admits.
void LogLimited(LogLimit* limit, LogLevel level, std::string_view message);

// The daemon's policy for TERN_CHECK_OR: logs the broken invariant, and goes on.
void LogFailedCheck(const char* file, int line, const char* condition);

// What Log writes, its newline included.
std::string LogLine(LogLevel level, std::string_view message, std::string_view time,
                    bool to_journal);

// Is `descriptor` the stream that JOURNAL_STREAM (systemd.exec(5)) names?
bool IsJournal(int descriptor, const char* journal_stream);

}  // namespace tern::resolver::daemon
