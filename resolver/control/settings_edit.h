// What commands do to the configuration in force, until it is read again. Each function here
// changes the settings as their file would: the same code reads the values, so the errors are the
// same too. Errors are for a person. Then the settings are as they were.
//
// Thread: any. Bounded by the request, and by the limits of the keys (config/key_limits.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "resolver/config/settings.h"
#include "resolver/config/settings_changes.h"
#include "resolver/control/control_request.h"

namespace tern::resolver::control {

// `now`: Unix time.
using SettingsEdit = std::function<absl::Status(config::Settings* settings, int64_t now)>;

struct ChangeReport {
  uint64_t generation = 0;                 // of the configuration that is in force now
  std::vector<config::KeyChange> changes;  // empty when all was so already
  std::vector<config::KeyChange> to_keep;  // those of them that the file does not say
};

// `forward add`, `stub add`: a zone of the same name and kind makes way.
absl::Status AddZone(const ControlRequest& request, config::Settings* settings);
absl::Status RemoveZone(const ControlRequest& request, config::Settings* settings);
// `local add`, `local remove`.
absl::Status AddLocalRecord(const ControlRequest& request, config::Settings* settings);
absl::Status RemoveLocalRecords(const ControlRequest& request, config::Settings* settings);
// `nta add`: an anchor of the same zone makes way. `nta remove`.
absl::Status AddNegativeAnchor(const ControlRequest& request, int64_t now,
                               config::Settings* settings);
absl::Status RemoveNegativeAnchor(const ControlRequest& request, config::Settings* settings);
// `log level`.
absl::Status SetLogLevel(const ControlRequest& request, config::Settings* settings);

// For people: what has changed, for how long, and what to write to keep it.
std::vector<std::string> LinesOf(const ChangeReport& report);
// What to write into the configuration to keep it. Empty when there is nothing to write.
std::vector<std::string> YamlToKeep(const ChangeReport& report);

}  // namespace tern::resolver::control
