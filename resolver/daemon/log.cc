#include "resolver/daemon/log.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <thread>
#include <utility>

#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver::daemon {
namespace {

std::string WallClockText() {
  const std::time_t now = std::time(nullptr);
  std::tm utc = {};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

// The priorities of syslog(3).
std::string_view Priority(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "<3>";
    case LogLevel::kWarning:
      return "<4>";
    case LogLevel::kInfo:
      return "<6>";
  }
  return "";
}

std::string_view Label(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error: ";
    case LogLevel::kWarning:
      return "warning: ";
    case LogLevel::kInfo:
      return "";
  }
  return "";
}

bool HasRoom(int descriptor) {
  pollfd poll_for = {.fd = descriptor, .events = POLLOUT, .revents = 0};
  return poll(&poll_for, 1, 0) > 0;
}

void WriteNoMemory() {
  constexpr std::string_view kLine = "ternd: no memory for a line of the log\n";
  if (HasRoom(STDERR_FILENO) && write(STDERR_FILENO, kLine.data(), kLine.size()) < 0) return;
}

// A pipe that has room takes so many octets at once (write(2) on pipes).
constexpr size_t kPieceOctets = 4096;
// A thread waits for the line of another one at most so often and so long. It tries again and
// again, because ThreadSanitizer does not know mutexes that are locked with a timeout (GCC 12).
constexpr int kOthersWriteTries = 100;
constexpr std::chrono::microseconds kOthersWrite(100);

LogLimits& Limits() {
  static LogLimits limits;
  return limits;
}

std::atomic<LogLevel> log_level = LogLevel::kInfo;

void WriteLine(LogLevel level, std::string_view message) {
  static LogWriter writer(STDERR_FILENO, IsJournal(STDERR_FILENO, std::getenv("JOURNAL_STREAM")));
  writer.Write(level, message);
}

}  // namespace

std::string LogLine(LogLevel level, std::string_view message, std::string_view time,
                    bool to_journal) {
  const std::string head =
      to_journal ? std::string(Priority(level)) : Concat(time, " ", Label(level));
  return Concat(head, HarmlessText(message), "\n");
}

bool IsJournal(int descriptor, const char* journal_stream) {
  struct stat status;
  if (journal_stream == nullptr || fstat(descriptor, &status) != 0) return false;
  return journal_stream == Concat(static_cast<unsigned long long>(status.st_dev), ":",
                                  static_cast<unsigned long long>(status.st_ino));
}

bool LogWriter::TryToWrite(std::string_view text) {
  while (!text.empty()) {
    if (!HasRoom(descriptor_)) return false;
    const ssize_t written = write(descriptor_, text.data(), std::min(text.size(), kPieceOctets));
    // A failure to write the log must not stop the resolver.
    if (written <= 0) return written == 0 || errno != EAGAIN;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void LogWriter::Write(LogLevel level, std::string_view message) {
  const std::string time = to_journal_ ? "" : WallClockText();
  std::string text = LogLine(level, message, time, to_journal_);
  std::unique_lock lock(writing_, std::try_to_lock);
  for (int i = 0; i < kOthersWriteTries && !lock.owns_lock(); ++i) {
    std::this_thread::sleep_for(kOthersWrite);
    (void)lock.try_lock();
  }
  const uint64_t dropped = lock.owns_lock() ? dropped_.exchange(0) : 0;
  if (dropped != 0) {
    text = LogLine(LogLevel::kWarning,
                   Concat(dropped, " lines of the log were dropped, because nobody read it"), time,
                   to_journal_) +
           text;
  }
  if (!lock.owns_lock() || !TryToWrite(text)) dropped_ += dropped + 1;
}

void SetLogLevel(LogLevel level) { log_level.store(level, std::memory_order_relaxed); }

LogLevel CurrentLogLevel() { return log_level.load(std::memory_order_relaxed); }

void Announce(std::string_view message) try {
  WriteLine(LogLevel::kInfo, message);
} catch (const std::bad_alloc&) {
  WriteNoMemory();
}

void Log(LogLevel level, std::string_view message, LogSite site) try {
  if (level > CurrentLogLevel()) return;
  Limits().Tell(level, message, site, std::chrono::steady_clock::now(), &WriteLine);
} catch (const std::bad_alloc&) {
  WriteNoMemory();
}

void LogWarnings(const std::vector<std::string>& warnings, LogSite site) {
  for (const std::string& warning : warnings) Log(LogLevel::kWarning, warning, site);
}

LogCounts ReadLogCounts() { return Limits().ReadCounts(); }

bool TellLinesLeftOut(bool at_end) try {
  return Limits().TellLeftOut(std::chrono::steady_clock::now(), at_end, &WriteLine);
} catch (const std::bad_alloc&) {
  WriteNoMemory();
  return true;
}

void OnLinesLeftOut(std::function<void()> on_left_out) {
  Limits().SetOnLeftOut(std::move(on_left_out));
}

void LogFailedCheck(const char* file, int line, const char* condition) try {
  Log(LogLevel::kError,
      Concat("broken invariant: ", condition, " at ", file, ":", line,
             "; the query that met it is given up"),
      {file, line});
} catch (const std::bad_alloc&) {
  WriteNoMemory();
}

}  // namespace tern::resolver::daemon
