#include "resolver/config/keys.h"

#include <algorithm>
#include <iterator>

#include "resolver/config/key_tables.h"

namespace tern::resolver::config {

std::span<const KeySpec> Keys() {
  static const std::vector<KeySpec> keys = [] {
    std::vector<KeySpec> all;
    for (const auto part :
         {ServingKeys(), ResolvingKeys(), SourceKeys(), WatchingKeys(), EventKeys()}) {
      std::ranges::copy(part, std::back_inserter(all));
    }
    return all;
  }();
  return keys;
}

}  // namespace tern::resolver::config
