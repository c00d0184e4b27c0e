// What a question can be answered from without asking a server: the store, the local data, and the
// settings that say which of these counts. All is borrowed for one call.
//
// Thread: one worker's.
#pragma once

#include <cstdint>
#include <span>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/policy/core_settings.h"

namespace tern::resolver::policy {
class LocalData;
}  // namespace tern::resolver::policy

namespace tern::resolver::answer {

struct Knowledge {
  const cache::Store& store;
  const policy::CoreSettings& settings;
  const policy::LocalData& local_data;
  cache::Instant now;
  // Where an entry is made that is not in the store. The next entry overwrites it. At least
  // cache::kBuiltOctetsMax octets.
  std::span<uint8_t> scratch;
};

}  // namespace tern::resolver::answer
