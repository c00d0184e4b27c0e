// The lines of a scenario before CONFIG_END: options under the names that Unbound gives them.
//
// Thread: any.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "tests/sim/rpl.h"

namespace tern::sim {

// An option is applied, or known to be of no meaning here; any other is an error. stub-zone: and
// forward-zone: begin clauses, whose name and addresses follow; Deckard writes a bare stub-addr:
// for the root's.
class RplConfigReader {
 public:
  // `config` outlives the reader.
  explicit RplConfigReader(RplConfig* config) : config_(config) {}

  // One line, comments and all.
  absl::Status ApplyLine(std::string_view line);
  // Behind the last line.
  absl::Status Finish();

 private:
  absl::Status Apply(std::string_view key, const std::string& value);
  // Lines of the clause that is open. False when the key is none of a clause.
  bool ApplyToZone(std::string_view key, const std::string& value, absl::Status* status);
  bool ApplyNumberOrSwitch(std::string_view key, const std::string& value, absl::Status* status);
  bool ApplyStale(std::string_view key, const std::string& value, absl::Status* status);

  RplConfig* config_;
  bool in_zone_ = false;  // the last of config_->zones is open
};

}  // namespace tern::sim
