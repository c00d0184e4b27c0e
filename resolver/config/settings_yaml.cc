#include "resolver/config/settings_yaml.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "resolver/config/config.h"
#include "resolver/config/keys.h"
#include "resolver/config/settings_changes.h"
#include "wire/concat.h"

namespace tern::resolver::config {
namespace {

constexpr size_t kColumnsMax = 100;

size_t DepthOf(const KeySpec& key) {
  return static_cast<size_t>(std::count(key.path.begin(), key.path.end(), '.'));
}

std::string CommentOf(const KeyInForce& key, const KeyValue& usual) {
  std::string comment;
  const auto add = [&](std::string_view text) {
    comment += Concat(comment.empty() ? "  # " : "; ", text);
  };
  const bool short_list = key.value.is_list && usual.items.size() <= kItemsTold;
  if (!key.is_default) {
    add(!key.value.is_list || short_list ? Concat("default: ", ToText(usual)) : "not the default");
  }
  if (!key.written) return comment;
  const std::string written = key.value.is_list ? "another list" : ToText(*key.written);
  add(key.waits ? Concat("the file says ", written, ", which waits for a restart")
                : Concat("changed at run time; the file says ", written));
  return comment;
}

// An item a line, because there are too many for one, or because single ones have changed.
void AddItems(const KeyInForce& key, const std::string& indent, std::vector<std::string>* lines) {
  using Items = std::unordered_set<std::string_view>;
  const bool changed = key.written && !key.waits;
  const std::vector<std::string>& items = key.value.items;
  const std::vector<std::string>& before = changed ? key.written->items : items;
  const Items written(before.begin(), before.end());
  for (const std::string& item : items) {
    lines->push_back(
        Concat(indent, "  - ", item, written.contains(item) ? "" : "  # added at run time"));
  }
  const Items in_force(items.begin(), items.end());
  for (const std::string& item : before) {
    if (in_force.contains(item)) continue;
    lines->push_back(Concat(indent, "  # removed at run time: ", item));
  }
}

void AddKey(const KeyInForce& key, const KeyValue& usual, std::vector<std::string>* lines) {
  const std::string indent(DepthOf(*key.key) * 2, ' ');
  if (key.value.is_secret) {
    lines->push_back(Concat(indent, "# ", NameOf(*key.key), ": hidden"));
    return;
  }
  const std::string name = Concat(indent, NameOf(*key.key), ":");
  const std::string comment = CommentOf(key, usual);
  const std::string line = Concat(name, " ", ToText(key.value), comment);
  const bool changed = key.written && !key.waits;
  const std::vector<std::string>& items = key.value.items;
  const bool one_line = !key.value.is_list || items.empty() ||
                        (!changed && line.size() <= kColumnsMax && !items.front().starts_with('{'));
  lines->push_back(one_line ? line : name + comment);
  if (!one_line || (changed && key.value.is_list)) AddItems(key, indent, lines);
}

}  // namespace

std::vector<KeyInForce> KeysInForce(const Settings& in_force, const Settings& written) {
  const Settings defaults = DefaultSettings();
  std::vector<KeyInForce> keys;
  for (const KeySpec& key : Keys()) {
    if (key.value.kind == KeyKind::kMap || IsOfAnItem(key)) continue;
    KeyInForce& one = keys.emplace_back();
    one.key = &key;
    one.value = ValueOf(in_force, key);
    one.is_default = one.value == ValueOf(defaults, key);
    KeyValue file = ValueOf(written, key);
    if (file == one.value) continue;
    one.written = std::move(file);
    one.waits = key.fixed != nullptr;
  }
  return keys;
}

std::vector<std::string> YamlOf(std::span<const KeyInForce> keys) {
  const Settings defaults = DefaultSettings();
  std::vector<std::string> lines;
  size_t next = 0;
  for (const KeySpec& row : Keys()) {
    if (row.value.kind == KeyKind::kMap) {
      lines.push_back(Concat(std::string(DepthOf(row) * 2, ' '), NameOf(row), ":"));
    } else if (next < keys.size() && keys[next].key == &row) {
      AddKey(keys[next++], ValueOf(defaults, row), &lines);
    }
  }
  return lines;
}

}  // namespace tern::resolver::config
