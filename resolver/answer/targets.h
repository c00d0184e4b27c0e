// The hosts that an MX or SRV answer names, in order of preference, and their addresses as far as
// the store has them. The addresses go into the additional section of the answer (RFC 1035 section
// 3.3.9, RFC 2782).
//
// Bounded: kTargetsMax hosts. Hosts that are preferred less are left out.
//
// Thread: any that owns a Reader of the store. Views borrow the RRset and the store. Nothing is
// allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cache/entry.h"
#include "cache/store.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {
class LocalData;
}  // namespace tern::resolver::policy

namespace tern::resolver::answer {

inline constexpr size_t kTargetsMax = 16;

// Octets in front of the host's name in the RDATA of MX (a preference) or of SRV (priority, weight
// and port). 0 for the other types.
constexpr size_t TargetOffset(wire::RRType type) {
  if (type == wire::RRType::kMX) return 2;
  return type == wire::RRType::kSRV ? 6 : 0;
}

struct Target {
  wire::NameView name;
  uint16_t preference = 0;  // the lowest is asked first
  uint16_t record = 0;      // its place in the RRset
};

struct Targets {
  std::array<Target, kTargetsMax> hosts;
  size_t count = 0;
};

// The hosts of the RRset, the most preferred one first. Hosts of equal preference stay in the order
// of the RRset. The root is no host (RFC 7505, RFC 2782).
// REQUIRES: `rrset` is of kind kRRset, and TargetOffset of its type is not 0.
void ReadTargets(cache::EntryView rrset, Targets* targets);

// The known addresses of the hosts.
struct Additional {
  struct Part {
    cache::EntryView addresses;  // A or AAAA
    uint16_t record = 0;         // the place in the RRset of the record that names the host
  };
  std::array<Part, 2 * kTargetsMax> parts;
  size_t count = 0;
  // Addresses of some host are not known, or expire soon. That they do not exist is known too.
  bool is_due = false;
};

// Looks for fresh addresses of the hosts that the RRset names.
// - Hosts that local data answers for are passed over.
// - Addresses of less security than `floor` are not known.
// - A host that is an alias has no addresses here (RFC 2181 section 10.3).
// REQUIRES: as ReadTargets.
void CollectAdditional(const cache::Store& store, const policy::LocalData* local_data,
                       cache::EntryView rrset, cache::Instant now, cache::Security floor,
                       Additional* additional);

}  // namespace tern::resolver::answer
