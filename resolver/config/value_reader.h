// Reads the values of one configuration file: each is a node of the tree and is checked against
// what its key takes. config.cc stores them.
//
// Thread: any; lives while one file is read.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/config/key_text.h"
#include "resolver/config/keys.h"
#include "resolver/config/yaml_tree.h"
#include "wire/concat.h"

namespace tern::resolver::config {

// What a message says was found: the scalar in quotes, `a list`, `a map` or `nothing`.
std::string Found(const ConfigNode& node);

// Where a value stands in the file.
struct ValuePlace {
  const ConfigNode* node;
  std::string path;  // `resolution.budget.total_timeout`, `forward[0].to[1]`
};

class ValueReader {
 public:
  explicit ValueReader(std::string_view file_name) : file_name_(file_name) {}

  const std::string& file_name() const { return file_name_; }

  // `file:line:column: path: message`.
  absl::Status Error(const ValuePlace& place, std::string_view message) const;
  absl::Status Expected(const ValuePlace& place, std::string_view what) const {
    return Error(place, Concat("expected ", what, ", found ", Found(*place.node)));
  }
  // At the first of the keys that the file holds: for values that do not go together.
  absl::Status ErrorAtKey(std::initializer_list<std::string_view> paths,
                          std::string_view message) const;

  // The one of `keys` whose value `value` is, in the map at `place`. An error when there is none,
  // or when the map has it twice.
  absl::StatusOr<const KeySpec*> NextKey(const ValuePlace& place, const ConfigNode& value,
                                         std::span<const KeySpec* const> keys);
  // That the map at `place`, whose keys NextKey has seen, has all that are required.
  absl::Status CheckRequired(const ValuePlace& place, std::span<const KeySpec* const> keys) const;

  // The number that stands for the value. REQUIRES: a key whose place is a NumberPlace.
  absl::StatusOr<uint64_t> ReadNumber(const ValuePlace& place, const KeySpec& key) const;

  // A list of texts, each of which `parse` understands; replaces what *values held.
  template <typename Item, typename Parsed>
  absl::Status ReadList(const ValuePlace& place, const Takes& takes,
                        Parsed (*parse)(const std::string&), std::vector<Item>* values) const {
    const std::string_view one = OneItem(takes.kind);
    if (place.node->kind != ConfigNode::Kind::kList) {
      return Expected(place, Concat("a list, each item ", one));
    }
    const size_t count = place.node->children.size();
    if (count < takes.min) return Error(place, Concat("expected at least ", one));
    if (count > takes.max) return Error(place, Concat("expected at most ", takes.max, " items"));
    values->clear();
    for (size_t i = 0; i < count; ++i) {
      const ConfigNode& item = place.node->children[i];
      const ValuePlace item_place{&item, Concat(place.path, "[", i, "]")};
      if (item.kind != ConfigNode::Kind::kScalar) return Expected(item_place, one);
      Parsed value = parse(item.text);
      if (!value) return Expected(item_place, one);
      values->push_back(*std::move(value));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status UnknownKey(std::string_view prefix, const ConfigNode& value,
                          std::span<const KeySpec* const> keys) const;
  absl::StatusOr<uint64_t> ReadOctets(const ValuePlace& place, const KeySpec& key) const;
  absl::StatusOr<uint64_t> ReadDuration(const ValuePlace& place, const KeySpec& key) const;
  absl::StatusOr<uint64_t> ReadTtl(const ValuePlace& place, const KeySpec& key) const;

  std::string file_name_;
  std::unordered_map<std::string, Position> seen_;  // by path
};

}  // namespace tern::resolver::config
