// A configuration file as a small tree in which every value knows where it stands.
//
// Only yaml_tree.cc sees yaml-cpp and its exceptions. What a configuration has no use for is
// refused here: anchors and aliases, tags, keys that are not plain text, a second document, tabs
// as indentation, deep nesting.
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
  int line = 0;  // from 1; 0 where there is none
  int column = 0;
};

struct ConfigNode {
  enum class Kind { kNothing, kScalar, kList, kMap };

  Kind kind = Kind::kNothing;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotes is text, never a number or a truth value
  Position position;
  // Of a list its items; of a map its values, each with its key, in the order of the file.
  std::vector<ConfigNode> children;
  std::string key;
  Position key_position;
};

// `file:line:column`; without the numbers where there is no position.
std::string PlaceInFile(std::string_view file_name, Position position);
// `file:line:column: message`.
absl::Status ErrorInFile(std::string_view file_name, Position position, std::string_view message);

// An empty file is kNothing.
absl::StatusOr<ConfigNode> ReadYamlTree(std::string_view yaml, std::string_view file_name);

}  // namespace tern::resolver::config
