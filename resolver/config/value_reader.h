// Reads the values of one configuration file. Each value is a node of the tree and is checked
// against the table of keys. config.cc stores the values.
//
// Thread: any; lives while one file is read. Bounded by the file (yaml_tree.h).
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
#include "resolver/config/mistakes.h"
#include "resolver/config/yaml_tree.h"
#include "wire/concat.h"

namespace tern::resolver::config {

// What an error says was found: the scalar in quotes, `a list`, `a map` or `nothing`.
std::string Found(const ConfigNode& node);

// The position of a value in the file.
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
  // Whether the file has the key. It must have been read.
  bool Has(std::string_view path) const { return seen_.contains(std::string(path)); }
  // An error at the first of `paths` that the file has. It is for values that contradict each
  // other.
  absl::Status ErrorAtKey(std::initializer_list<std::string_view> paths,
                          std::string_view message) const;

  // The key in `keys` to which `value` belongs, in the map at `place`. It is an error when no such
  // key exists, or when the map has the key twice.
  absl::StatusOr<const KeySpec*> NextKey(const ValuePlace& place, const ConfigNode& value,
                                         std::span<const KeySpec* const> keys);
  // Checks that the map at `place` has all its required keys.
  // REQUIRES: NextKey was called for each value of the map.
  absl::Status CheckRequired(const ValuePlace& place, std::span<const KeySpec* const> keys) const;

  // The number that Settings stores for the value.
  // REQUIRES: the place of the key's value is a NumberPlace.
  absl::StatusOr<uint64_t> ReadNumber(const ValuePlace& place, const KeySpec& key) const;

  // Reads a list whose items `parse` understands. It replaces the content of *values. The error has
  // a line for each wrong item.
  template <typename Item, typename Parsed>
  absl::Status ReadList(const ValuePlace& place, const ValueSpec& spec,
                        Parsed (*parse)(const std::string&), std::vector<Item>* values) const {
    const std::string_view one = OneItem(spec.kind);
    if (place.node->kind != ConfigNode::Kind::kList) {
      return Expected(place, Concat("a list, each item ", one));
    }
    const size_t count = place.node->children.size();
    if (count < spec.min) return Error(place, Concat("expected at least ", one));
    if (count > spec.max) return Error(place, Concat("expected at most ", spec.max, " items"));
    values->clear();
    Mistakes mistakes;
    for (size_t i = 0; i < count; ++i) {
      const ConfigNode& item = place.node->children[i];
      const ValuePlace item_place{&item, Concat(place.path, "[", i, "]")};
      Parsed value{};
      if (item.kind == ConfigNode::Kind::kScalar) value = parse(item.text);
      if (value) {
        values->push_back(*std::move(value));
      } else {
        mistakes.Add(Expected(item_place, one));
      }
    }
    return mistakes.All();
  }

 private:
  absl::Status UnknownKey(std::string_view prefix, const ConfigNode& value,
                          std::span<const KeySpec* const> keys) const;
  // The value would be right without its quotes.
  absl::Status WithoutQuotes(const ValuePlace& place, const KeySpec& key) const;
  // `meant`: what the author may have meant. May be empty.
  absl::Status ExpectedOrHint(const ValuePlace& place, std::string_view what,
                              std::string_view meant) const;
  absl::StatusOr<uint64_t> ReadOctets(const ValuePlace& place, const KeySpec& key) const;
  absl::StatusOr<uint64_t> ReadDuration(const ValuePlace& place, const KeySpec& key) const;
  absl::StatusOr<uint64_t> ReadTtl(const ValuePlace& place, const KeySpec& key) const;

  std::string file_name_;
  std::unordered_map<std::string, Position> seen_;  // by path
};

}  // namespace tern::resolver::config
