// Local data: names that are answered here and never sent upstream. They are the special names
// (special_names.h) and the names of the hosts file.
//
// Names are kept as a tree of labels from the root. So a name that is not local is recognised after
// one or two probes, whatever its length.
//
// Special zones:
// - A name in a special zone gets its records there, NODATA, or NXDOMAIN. Negative answers carry
//   the zone's SOA (RFC 6303 section 3).
// - `localhost.` and all names below it have the loopback addresses, whatever the hosts file says.
//
// Names of the hosts file:
// - A name has the addresses of its lines.
// - The PTR record of an address is the first name of the first line with that address.
// - Every other type of such a name is NODATA, as with unbound's local data. Otherwise a name that
//   the operator overrode could get an address in another way (AAAA, or HTTPS with address hints).
// - Names below such a name are ordinary.
//
// Static zones (forward and stub zones):
// - A static zone at or above a special zone replaces that special zone.
// - A static zone inside a special zone takes its own part out of it.
// - The root as a static zone replaces no special zone: an operator who forwards everything does
//   not mean `localhost.`.
// - The hosts file takes precedence over static zones.
//
// Thread: any; immutable once made (local_data_build.h). Bounded by the hosts file's limits
// (hosts_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cache/entry.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

class LocalTree;

inline constexpr uint32_t kSpecialTtl = 10800;  // seconds; RFC 6303 section 3
// Clients see an edit of the hosts file after this time at the latest.
inline constexpr uint32_t kHostsTtl = 60;  // seconds

class LocalData {
 public:
  explicit LocalData(std::unique_ptr<const LocalTree> tree);
  ~LocalData();
  LocalData(const LocalData&) = delete;
  LocalData& operator=(const LocalData&) = delete;

  // True when the name is answered here. Then `builder` holds a started entry (kRRset with rank
  // kLocal, kNoData or kNxDomain) and the caller finishes it. A query for kANY gets one RRset of
  // the name (RFC 8482 section 4.1). For every other name the result is false and `builder` is
  // untouched.
  // Budget: 50 ns for a name that is not below a local name; allocates nothing.
  [[nodiscard]] bool Find(wire::NameView name, wire::RRType type, cache::Instant now,
                          cache::EntryBuilder* builder) const;

  // True when Find would answer for the name.
  bool Has(wire::NameView name) const;

  // True when there are names of a hosts file.
  bool has_hosts() const { return has_hosts_; }
  size_t node_count() const;

 private:
  std::unique_ptr<const LocalTree> tree_;
  bool has_hosts_;
};

}  // namespace tern::resolver::policy
