#include "resolver/daemon/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "resolver/base/error_text.h"

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

// The numbers of syslog(3).
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

}  // namespace

std::string LogLine(LogLevel level, std::string_view message, std::string_view time,
                    bool to_journal) {
  std::string line = to_journal ? std::string(Priority(level)) : Concat(time, " ", Label(level));
  for (const char c : message) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet != 0x7f) {
      line += c;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", octet);
      line += escape;
    }
  }
  return line + "\n";
}

bool IsJournal(int descriptor, const char* journal_stream) {
  struct stat status;
  if (journal_stream == nullptr || fstat(descriptor, &status) != 0) return false;
  return journal_stream == Concat(static_cast<unsigned long long>(status.st_dev), ":",
                                  static_cast<unsigned long long>(status.st_ino));
}

void Log(LogLevel level, std::string_view message) {
  static const bool to_journal = IsJournal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
  const std::string line = LogLine(level, message, to_journal ? "" : WallClockText(), to_journal);
  // A log that cannot be written must not stop the resolver.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace tern::resolver::daemon
