// Reads the configuration file by the table of keys (keys.h). The file is strict YAML: unknown
// keys, values of the wrong type and impossible values are errors. So a typing error is never taken
// for a setting. An error names the file, line, column and key, what was expected and what was
// found.
//
// Thread: any except a worker's; at the start and on SIGHUP.
// Bounded by the limits below, those of yaml_tree.h and those of the table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/config/settings.h"
#include "resolver/config/yaml_tree.h"

namespace tern::resolver::config {

inline constexpr size_t kRootHintsOctetsMax = size_t{1} << 20;
inline constexpr size_t kTrustAnchorsOctetsMax = size_t{1} << 20;

// The settings when there is no file. They are also the defaults of keys that a file does not have.
Settings DefaultSettings();

// Parses a configuration. `file_name` is for errors, and relative paths in the file start at its
// folder. The files of root hints and trust anchors are read too. The hosts file is not:
// BuildLocalData reads it.
absl::StatusOr<Settings> ParseConfig(std::string_view yaml, std::string_view file_name);

// The same from a tree that did not come from a file. `source` stands for the file in errors.
absl::StatusOr<Settings> ReadConfigTree(const ConfigNode& root, std::string_view source);

// What is wrong with local.data only because of other records there, or of local.special_names.
absl::Status CheckLocalData(const Settings& settings);

absl::StatusOr<Settings> LoadConfig(const std::string& path);

}  // namespace tern::resolver::config
