// What a question can be answered by without asking anybody: the store, the local data, and the
// settings that say which of it counts. Borrowed, for one call.
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
  cache::Seconds now;
  // Where an entry is made that is not in the store; the next one takes its place. At least
  // cache::kBuiltOctetsMax octets.
  std::span<uint8_t> scratch;
};

}  // namespace tern::resolver::answer
