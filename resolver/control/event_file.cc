#include "resolver/control/event_file.h"

#include <system_error>

#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

std::string WhatBecameOf(const EventFile& file) {
  switch (file.state) {
    case EventFile::State::kOpened:
      return "opened";
    case EventFile::State::kStayed:
      return "was not moved, so it goes on";
    case EventFile::State::kFailed:
      return Concat("cannot be opened: ", std::generic_category().message(file.error));
    case EventFile::State::kUnknown:
      break;
  }
  return "its writer is busy; the log says it when it cannot be opened";
}

}  // namespace

std::string TextOf(const EventFile& file) {
  return Concat(file.key, ": ", file.path, ": ", WhatBecameOf(file));
}

}  // namespace tern::resolver::control
