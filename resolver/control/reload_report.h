// What a reload of the configuration did.
//
// Thread: any. Bounded by the configurations before and after it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resolver/config/settings_changes.h"
#include "resolver/control/event_file.h"

namespace tern::resolver::control {

struct ReloadReport {
  uint64_t generation = 0;                      // of the configuration that is in force now
  std::vector<config::KeyChange> changes = {};  // in force now
  std::vector<config::KeyChange> waiting = {};  // from what is in force to what a new start brings
  std::vector<config::KeyChange> dropped =
      {};  // what commands had changed and the file does not say
  std::vector<EventFile> unopened =
      {};  // they could not be opened, and what is meant for them is lost
};

struct ReportLine {
  std::string text = {};
  bool is_warning = false;
};

// For people: the lines of the log and of `tern reload`.
std::vector<ReportLine> LinesOf(const ReloadReport& report);

}  // namespace tern::resolver::control
