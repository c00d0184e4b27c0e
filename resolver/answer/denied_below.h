// What the denial of a name (NXDOMAIN) says about the names below it.
//
// RFC 8020 says: nothing exists below a name that does not exist. Not every server keeps to it:
// some deny a name that only has names below it. So a denial that is not validated is believed
// about the names below it only where that is safe: if it comes from the root or a top level
// domain, or if the operator has chosen strict QNAME minimisation. At and below the name of a block
// list it is never believed: software for lists often denies names that have names below them.
//
// Thread: as cache::Store::Find. Nothing here waits.
#pragma once

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/policy/core_settings.h"
#include "wire/name.h"

namespace tern::resolver::answer {

// Whether `denial`, of a name above `name`, denies `name` too. It does not if fresh data is known
// at `name`: then one of them is wrong, and the servers are asked.
// REQUIRES: the denial's kind is kNxDomain.
bool IsDeniedBy(const cache::Store& store, const policy::CoreSettings& settings,
                cache::EntryView denial, wire::NameView name, cache::Instant now);

}  // namespace tern::resolver::answer
