// Finds keys in the table of keys.h.
#include "resolver/config/keys.h"

namespace tern::resolver::config {
namespace {

bool IsInside(std::string_view path, std::string_view map) {
  if (map.empty()) return path.find('.') == std::string_view::npos;
  return path.size() > map.size() && path.starts_with(map) && path[map.size()] == '.' &&
         path.find('.', map.size() + 1) == std::string_view::npos;
}

}  // namespace

std::string_view NameOf(const KeySpec& key) { return key.path.substr(key.path.rfind('.') + 1); }

std::vector<const KeySpec*> KeysInside(std::string_view map) {
  std::vector<const KeySpec*> keys;
  for (const KeySpec& key : Keys()) {
    if (IsInside(key.path, map)) keys.push_back(&key);
  }
  return keys;
}

bool IsOfAnItem(const KeySpec& key) { return key.path.find("[]") != std::string_view::npos; }

const KeySpec* FindKey(std::string_view path) {
  for (const KeySpec& key : Keys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

std::vector<std::string_view> FixedKeysThatDiffer(const Settings& before, const Settings& after) {
  std::vector<std::string_view> paths;
  for (const KeySpec& key : Keys()) {
    if (key.fixed != nullptr && !key.fixed->same(before, after)) paths.push_back(key.path);
  }
  return paths;
}

void KeepFixedKeys(const Settings& current, Settings* next) {
  for (const KeySpec& key : Keys()) {
    if (key.fixed != nullptr) key.fixed->copy(current, next);
  }
}

}  // namespace tern::resolver::config
