// Builds the local data from the settings. It has a header of its own because it needs
// absl::StatusOr for errors of the hosts file, and look-ups do not.
//
// Thread: any except a worker's, because it reads a file. Bounded by the hosts file's limits
// (hosts_file.h).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/policy/local_data.h"
#include "resolver/policy/policy_settings.h"

namespace tern::resolver::policy {

// Reads the hosts file, if there is one. An error is for the operator and names the file.
// `warnings` may be null; it gets texts about the lines that cannot be used.
absl::StatusOr<std::unique_ptr<const LocalData>> BuildLocalData(
    const LocalSettings& settings, std::span<const StaticZone> static_zones,
    std::vector<std::string>* warnings = nullptr);

}  // namespace tern::resolver::policy
