#include "resolver/resolution/recursor.h"

#include <utility>

#include "resolver/resolution/resolve.h"

namespace tern::resolver::resolution {
namespace {

// Zones and empty non-terminals so many labels above a name. Higher ones are always in use.
constexpr int kPrefetchedAncestors = 2;

}  // namespace

Recursor::Recursor(cache::Store* store, upstream::ServerTable* server_table,
                   Environment* environment, std::shared_ptr<const policy::CoreSettings> settings,
                   std::shared_ptr<const policy::LocalData> local_data)
    : facilities_(store, server_table, environment, std::move(settings), std::move(local_data)),
      table_(&facilities_, Resolve) {
  facilities_.finisher = &table_;
}

void Recursor::SetSettings(std::shared_ptr<const policy::CoreSettings> settings,
                           std::shared_ptr<const policy::LocalData> local_data) {
  facilities_.SetSettings(std::move(settings), std::move(local_data));
}

void Recursor::Prefetch(wire::NameView name) const {
  const cache::Store& store = facilities_.store;
  wire::NameView above = name;
  for (int i = 0; i < kPrefetchedAncestors && !above.IsRoot(); ++i) {
    above = above.Parent();
    store.Prefetch(store.Hash(above), cache::KeySpace::kDelegation, wire::RRType::kNone);
  }
}

}  // namespace tern::resolver::resolution
