// The one hash of a question. Its upper half chooses the worker that owns the question. Its lowest
// bits choose the place of the job in that worker's table.
//
// Thread: any. Valid in one process only: the store's hash of names has a seed of the process.
#pragma once

#include <cstdint>

#include "cache/store.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

// `name_hash` is the store's hash of the question's name.
inline uint64_t QuestionHash(uint64_t name_hash, wire::RRType type) {
  return name_hash ^ static_cast<uint64_t>(type) * 0x9e3779b97f4a7c15;
}

inline uint64_t QuestionHash(const cache::Store& store, wire::NameView name, wire::RRType type) {
  return QuestionHash(store.Hash(name), type);
}

}  // namespace tern::resolver::answer
