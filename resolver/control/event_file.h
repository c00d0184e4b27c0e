// What became of a file of events, the query log or a dnstap file, when it was opened.
//
// Thread: any; values. Bound: the path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tern::resolver::control {

struct EventFile {
  enum class State : uint8_t {
    kOpened,
    kStayed,   // a dnstap file that was not moved: it goes on
    kFailed,   // `error` says why
    kUnknown,  // the writer is busy; the log says it if it fails
  };
  std::string_view key;  // of the configuration
  std::string path = {};
  State state = State::kOpened;
  int error = 0;  // errno

  bool IsOpen() const { return state == State::kOpened || state == State::kStayed; }
};

// For people: one line.
std::string TextOf(const EventFile& file);

}  // namespace tern::resolver::control
