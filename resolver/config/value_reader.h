// Readers of single values of the configuration: each takes a node of the tree, checks it, and
// stores it. config.cc puts them together to the table of keys.
//
// Thread: any; lives while one file is read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "resolver/base/config_values.h"
#include "resolver/base/error_text.h"
#include "resolver/config/yaml_tree.h"

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
  using Read = std::function<absl::Status(const ValuePlace&)>;
  struct Key {
    std::string_view name;
    Read read;
    bool required = false;
  };

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

  // Every key at most once, none that is unknown, all that are required.
  absl::Status ReadMap(const ValuePlace& place, std::vector<Key> keys);

  Read Map(std::function<std::vector<Key>()> keys);
  Read Flag(bool* value);
  Read Number(uint64_t min, uint64_t max, std::function<void(uint64_t)> store);
  Read Octets(uint64_t min, uint64_t max, std::function<void(uint64_t)> store);
  Read Duration(std::chrono::milliseconds min, std::chrono::milliseconds max,
                std::function<void(std::chrono::milliseconds)> store);
  // Whole seconds, up to the largest TTL (RFC 2181 section 8).
  Read Ttl(uint32_t* seconds);
  Read Text(std::string* value);

  // One of the words; unquoted, or in quotes.
  template <typename Value>
  Read Choice(Value* value, std::vector<std::pair<std::string_view, Value>> choices) {
    return [=, this, choices = std::move(choices)](const ValuePlace& place) {
      std::string words;
      for (size_t i = 0; i < choices.size(); ++i) {
        if (place.node->kind == ConfigNode::Kind::kScalar && place.node->text == choices[i].first) {
          *value = choices[i].second;
          return absl::OkStatus();
        }
        words += Concat(i == 0 ? "" : i + 1 < choices.size() ? ", " : " or ", choices[i].first);
      }
      return Expected(place, words);
    };
  }

  // A list of `min` to `max` texts, each of which `parse` understands; replaces the default.
  // `one` says what an item is, with its article.
  template <typename Value>
  Read List(std::vector<Value>* values, size_t min, size_t max, std::string one,
            std::function<std::optional<Value>(const std::string&)> parse) {
    return [=, this](const ValuePlace& place) -> absl::Status {
      if (place.node->kind != ConfigNode::Kind::kList) {
        return Expected(place, Concat("a list, each item ", one));
      }
      const size_t count = place.node->children.size();
      if (count < min) return Error(place, Concat("expected at least ", one));
      if (count > max) return Error(place, Concat("expected at most ", max, " items"));
      values->clear();
      for (size_t i = 0; i < count; ++i) {
        const ConfigNode& item = place.node->children[i];
        const ValuePlace item_place{&item, Concat(place.path, "[", i, "]")};
        if (item.kind != ConfigNode::Kind::kScalar) return Expected(item_place, one);
        std::optional<Value> value = parse(item.text);
        if (!value) return Expected(item_place, one);
        values->push_back(std::move(*value));
      }
      return absl::OkStatus();
    };
  }

 private:
  static bool IsPlain(const ConfigNode& node) {
    return node.kind == ConfigNode::Kind::kScalar && !node.quoted;
  }

  std::string file_name_;
  std::unordered_map<std::string, Position> seen_;  // by path
};

}  // namespace tern::resolver::config
