// The daemon's log: one line a message to stderr, for people and for the journal.
//
// Where stderr is the journal a line starts with its priority (sd-daemon(3)); elsewhere with the
// time and, for what is no mere information, with the level. What is not printable in a message is
// escaped, so that a line stays one line.
//
// Thread: any; a line is written by one system call. Never on the hot path.
#pragma once

#include <string>
#include <string_view>

namespace tern::resolver::daemon {

enum class LogLevel { kError, kWarning, kInfo };

void Log(LogLevel level, std::string_view message);

// What Log writes, its newline included.
std::string LogLine(LogLevel level, std::string_view message, std::string_view time,
                    bool to_journal);

// Is `descriptor` the stream that JOURNAL_STREAM (systemd.exec(5)) names?
bool IsJournal(int descriptor, const char* journal_stream);

}  // namespace tern::resolver::daemon
