// Reads a configuration file into a small tree. Every value knows its position in the file.
//
// Only yaml_tree.cc sees yaml-cpp and its exceptions. It refuses YAML that a configuration does not
// need:
// - anchors, aliases and tags,
// - keys that are not plain text,
// - a second document,
// - tabs as indentation,
// - deep nesting.
//
// When a map has a key twice, the tree has it twice. value_reader.h refuses it.
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
  int line = 0;  // counts from 1; 0 when there is no position
  int column = 0;
};

struct ConfigNode {
  enum class Kind { kNothing, kScalar, kList, kMap };

  Kind kind = Kind::kNothing;
  std::string text;     // the text of a scalar
  bool quoted = false;  // a scalar in quotes is text, never a number or a truth value
  Position position;
  // The items of a list, or the values of a map with their keys, in the order of the file.
  std::vector<ConfigNode> children;
  std::string key;
  Position key_position;
};

// `file:line:column`, or `file` when there is no position.
std::string PlaceInFile(std::string_view file_name, Position position);
// `file:line:column: message`.
absl::Status ErrorInFile(std::string_view file_name, Position position, std::string_view message);

// The root of the file. It is kNothing when the file is empty.
absl::StatusOr<ConfigNode> ReadYamlTree(std::string_view yaml, std::string_view file_name);

}  // namespace tern::resolver::config
