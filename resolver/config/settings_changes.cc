#include "resolver/config/settings_changes.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "resolver/config/keys.h"
#include "resolver/config/value_text.h"
#include "wire/concat.h"

namespace tern::resolver::config {
namespace {

// The items that only the first list has.
std::vector<std::string> OnlyIn(const std::vector<std::string>& items,
                                const std::vector<std::string>& others) {
  const std::unordered_set<std::string_view> known(others.begin(), others.end());
  std::vector<std::string> only;
  for (const std::string& item : items) {
    if (!known.contains(item)) only.push_back(item);
  }
  return only;
}

std::string ItemsText(std::string_view word, const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < std::min(items.size(), kItemsTold); ++i) {
    text += Concat(i == 0 ? word : ",", " ", items[i]);
  }
  if (items.size() > kItemsTold) text += Concat(" and ", items.size() - kItemsTold, " more");
  return text;
}

}  // namespace

std::vector<KeyChange> ChangesBetween(const Settings& before, const Settings& after) {
  std::vector<KeyChange> changes;
  for (const KeySpec& key : Keys()) {
    if (key.value.kind == KeyKind::kMap || IsOfAnItem(key)) continue;
    const KeyValue was = ValueOf(before, key);
    const KeyValue is = ValueOf(after, key);
    if (was == is) continue;
    KeyChange& change = changes.emplace_back();
    change.key = key.path;
    change.is_list = is.is_list;
    if (is.is_list) {
      change.added = OnlyIn(is.items, was.items);
      change.removed = OnlyIn(was.items, is.items);
    } else {
      change.before = ToText(was);
      change.after = ToText(is);
    }
  }
  return changes;
}

std::vector<KeyChange> UndoneIn(const Settings& now, const std::vector<KeyChange>& changes) {
  std::vector<KeyChange> undone;
  for (KeyChange change : changes) {
    const KeyValue value = ValueOf(now, *FindKey(change.key));
    const std::unordered_set<std::string_view> items(value.items.begin(), value.items.end());
    std::erase_if(change.added, [&](const std::string& item) { return items.contains(item); });
    std::erase_if(change.removed, [&](const std::string& item) { return !items.contains(item); });
    const bool stays = change.is_list ? change.added.empty() && change.removed.empty()
                                      : ToText(value) == change.after;
    if (!stays) undone.push_back(std::move(change));
  }
  return undone;
}

size_t CountOf(const std::vector<KeyChange>& changes) {
  size_t count = 0;
  for (const KeyChange& change : changes) {
    count += change.is_list ? change.added.size() + change.removed.size() : 1;
  }
  return count;
}

std::string ToText(const KeyChange& change) {
  if (!change.is_list) {
    if (change.before != change.after) {
      return Concat(change.key, ": ", change.before, " -> ", change.after);
    }
    return Concat(change.key, ": ", change.after, ", with another content");
  }
  if (change.added.empty() && change.removed.empty()) {
    return Concat(change.key, ": the same items in another order");
  }
  return Concat(change.key, ": ", ItemsText("added", change.added),
                change.added.empty() || change.removed.empty() ? "" : "; ",
                ItemsText("removed", change.removed));
}

}  // namespace tern::resolver::config
