// The configuration file: strict YAML (DESIGN.md, contract). What is unknown, of the wrong type or
// impossible is an error that names file, line, column and key, what was expected and what was
// found, so that a slip is never taken for a wish.
//
// Thread: any; at the start and on SIGHUP. Bounded by yaml_tree.h's limits and the limits below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/base/settings.h"

namespace tern::resolver::config {

inline constexpr size_t kListenMax = 64;
inline constexpr int kWorkersMax = 256;
inline constexpr size_t kPrefixesMax = 100'000;
inline constexpr size_t kStaticZonesMax = 10'000;
inline constexpr size_t kStaticServersMax = 16;  // of one zone
inline constexpr size_t kRootHintsOctetsMax = size_t{1} << 20;
inline constexpr size_t kTrustAnchorsOctetsMax = size_t{1} << 20;

// What holds without a file, and for every key that a file does not have.
Settings DefaultSettings();

// `file_name` is for errors, and its folder is where relative paths in the file start. Reads the
// files of root hints and trust anchors that are named there; the hosts file is LocalData's.
absl::StatusOr<Settings> ParseConfig(std::string_view yaml, std::string_view file_name);

absl::StatusOr<Settings> LoadConfig(const std::string& path);

}  // namespace tern::resolver::config
