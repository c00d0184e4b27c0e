// Builds the local data from the settings. It stands apart from local_data.h, so that those who
// only look names up need not see how an error of the hosts file is told.
//
// Thread: any. Bounded by the hosts file's limits (hosts_file.h).
#pragma once

#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/policy/local_data.h"
#include "resolver/policy/policy_settings.h"

namespace tern::resolver::policy {

// Reads the hosts file. An error is for the operator and names the file and line.
absl::StatusOr<std::unique_ptr<const LocalData>> BuildLocalData(
    const LocalSettings& settings, std::span<const StaticZone> static_zones);

}  // namespace tern::resolver::policy
