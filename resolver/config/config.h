// Reads the configuration file, which is strict YAML, by the table of keys (keys.h).
//
// An unknown key, a value of the wrong type and an impossible value are errors. An error names
// file, line, column and key, what was expected and what was found. So a slip is never taken for a
// wish.
//
// Thread: any; at the start and on SIGHUP. Bounded by the limits of yaml_tree.h, of the table and
// those below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/config/settings.h"

namespace tern::resolver::config {

inline constexpr size_t kRootHintsOctetsMax = size_t{1} << 20;
inline constexpr size_t kTrustAnchorsOctetsMax = size_t{1} << 20;

// The settings without a file. A key that a file does not have keeps its value here.
Settings DefaultSettings();

// `file_name` is for errors, and relative paths in the file start at its folder. Reads the files of
// root hints and trust anchors that the configuration names. The hosts file is left to LocalData.
absl::StatusOr<Settings> ParseConfig(std::string_view yaml, std::string_view file_name);

absl::StatusOr<Settings> LoadConfig(const std::string& path);

}  // namespace tern::resolver::config
