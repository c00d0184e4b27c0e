// What the store knows about the addresses of a host.
//
// Thread: any that owns a Reader of the store. Budget: two look-ups in the store for a host that
// has addresses, four for one that has none.
#pragma once

#include <cstdint>

#include "cache/entry.h"
#include "cache/store.h"
#include "cache/use_mark.h"
#include "resolver/answer/near_expiry.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::answer {

struct KnownAddress {
  cache::EntryView addresses;  // fresh; empty when there are none, or none are known
  bool is_due = false;         // a look-up is due: nothing is known, or it expires soon
};

// `type` is kA or kAAAA. An address that is in use and near its expiry is due for one caller only.
// `floor`: entries of less security do not count.
inline KnownAddress FindAddress(const cache::Store& store, wire::NameView host, uint64_t hash,
                                wire::RRType type, cache::Instant now,
                                cache::Security floor = cache::Security::kBogus) {
  cache::EntryView entry = store.Find(host, hash, cache::KeySpace::kData, type);
  if (entry && entry.IsFresh(now) && entry.security() >= floor) {
    const bool expires = IsNearExpiry(entry, now) && cache::ClaimRefresh(entry.bytes());
    return {entry.kind() == cache::EntryKind::kRRset ? entry : cache::EntryView(), expires};
  }
  entry = store.FindDenial(host, hash);
  if (entry && entry.IsFresh(now)) return {};
  entry = store.Find(host, hash, cache::KeySpace::kData, wire::RRType::kCNAME);
  if (entry && entry.IsFresh(now)) return {};
  entry = store.Find(host, hash, cache::KeySpace::kFailure, type);
  return {{}, !entry || !entry.IsFresh(now)};
}

}  // namespace tern::resolver::answer
