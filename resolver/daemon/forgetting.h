// What a flush (control/flush_wish.h) takes from the cache, and what is known of name servers.
//
// - A wish for a name finds its entries at once. A wish for what is below it walks over the whole
//   store, in slices (cache/store.h).
// - With the delegation of a zone goes what is known of its servers: their speed and silences, what
//   they cannot do, their cookies, and for which zones servers are lame. The same holds for the
//   configured servers of a forward or stub zone. A wish for a type, or for what is negative,
//   leaves all that.
//
// Thread: any; that of the control socket, because a walk over a large store takes seconds.
// Bound: nothing is kept.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "cache/store.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/control/flush_wish.h"
#include "resolver/upstream/server_table.h"

namespace tern::resolver::daemon {

struct ForgetFrom {
  cache::Store* store = nullptr;
  upstream::ServerTable* servers = nullptr;
  uint16_t upstream_port = 53;
  std::vector<StaticZone> zones;  // the forward and stub zones
};

// Returns how many entries went. What is being looked up just now may be stored again.
absl::StatusOr<uint64_t> Forget(const control::FlushWish& wish, const ForgetFrom& from);

}  // namespace tern::resolver::daemon
