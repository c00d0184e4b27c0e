// What differs between two configurations, key by key, for people and programs.
//
// Thread: any. Bounded by the configurations; a line shows kItemsTold items at most.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/config/settings.h"

namespace tern::resolver::config {

inline constexpr size_t kItemsTold = 10;

struct KeyChange {
  std::string_view key;
  bool is_list = false;
  // Of a value that is no list. Of a secret: `hidden`.
  std::string before = {};
  std::string after = {};
  // Of a list. Both are empty when its items have another order.
  std::vector<std::string> added = {};
  std::vector<std::string> removed = {};
};

// In the order of the keys. What a file held that a key names counts too, except the hosts file,
// which is no part of the settings.
std::vector<KeyChange> ChangesBetween(const Settings& before, const Settings& after);

// Of the changes, what is not so in `now`.
std::vector<KeyChange> UndoneIn(const Settings& now, const std::vector<KeyChange>& changes);

// How many values and items of lists have changed.
size_t CountOf(const std::vector<KeyChange>& changes);

// `cache.max_ttl: 1d -> 2h`, `access.allow: added "192.0.2.0/24"; removed "10.0.0.0/8"`.
std::string ToText(const KeyChange& change);

}  // namespace tern::resolver::config
