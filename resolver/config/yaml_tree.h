// A configuration file as a small tree in which every value knows where it stands.
//
// Only yaml_tree.cc sees yaml-cpp and its exceptions. It refuses what a configuration does not
// need:
// - anchors, aliases and tags,
// - keys that are not plain text,
// - a second document,
// - tabs as indentation,
// - deep nesting.
// A key that stands twice in a map is kept twice. value_reader.h refuses it.
//
// Thread: any. Bounded: kConfigOctetsMax octets, kConfigNodesMax values, kConfigDepthMax levels.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tern::resolver::config {

inline constexpr size_t kConfigOctetsMax = size_t{4} << 20;
inline constexpr size_t kConfigNodesMax = 200'000;
inline constexpr size_t kConfigDepthMax = 8;

struct Position {
  int line = 0;  // from 1; 0 when there is no position
  int column = 0;
};

struct ConfigNode {
  enum class Kind { kNothing, kScalar, kList, kMap };

  Kind kind = Kind::kNothing;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotes is text; it is no number and no truth value
  Position position;
  // The items of a list, or the values of a map, each with its key. In the order of the file.
  std::vector<ConfigNode> children;
  std::string key;
  Position key_position;
};

// `file:line:column`; without the numbers when there is no position.
std::string PlaceInFile(std::string_view file_name, Position position);
// `file:line:column: message`.
absl::Status ErrorInFile(std::string_view file_name, Position position, std::string_view message);

// The root of the file. It is kNothing when the file is empty.
absl::StatusOr<ConfigNode> ReadYamlTree(std::string_view yaml, std::string_view file_name);

}  // namespace tern::resolver::config
