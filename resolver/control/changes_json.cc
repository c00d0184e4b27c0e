#include "resolver/control/changes_json.h"

namespace tern::resolver::control {

VerbJson ChangesJson(const std::vector<config::KeyChange>& changes) {
  VerbJson list = VerbJson::array();
  for (const config::KeyChange& change : changes) {
    list.push_back(
        change.is_list
            ? VerbJson{{"key", change.key}, {"added", change.added}, {"removed", change.removed}}
            : VerbJson{{"key", change.key}, {"before", change.before}, {"after", change.after}});
  }
  return list;
}

}  // namespace tern::resolver::control
