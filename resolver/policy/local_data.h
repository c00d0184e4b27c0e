// What is answered here and never sent upstream: the special names and the hosts file.
//
// Names are kept as a tree of labels from the root, so that a name that is not local is turned
// away after one or two probes, however long it is.
//
// What a name gets:
// - In a special zone (special_names.h): its records there, NODATA, or NXDOMAIN, with the zone's
//   SOA as RFC 6303 section 3 has it. `localhost.` and all names below it have the loopback
//   addresses, whatever the hosts file says of them.
// - In the hosts file: its addresses; the address's PTR is the first name of the first line that
//   holds the address. Every other type of such a name is NODATA, as with unbound's local data: a
//   name that the operator overrode must not get an address by another way (AAAA, HTTPS with
//   address hints). Names below it are ordinary.
// - A forward or stub zone at or above a special zone replaces that zone; one inside it takes its
//   own part out. The root zone alone replaces none: an operator who forwards everything does not
//   mean `localhost.`. The hosts file stands before forward and stub zones.
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
// Clients see an edit of the hosts file after this at the latest.
inline constexpr uint32_t kHostsTtl = 60;  // seconds

class LocalData {
 public:
  explicit LocalData(std::unique_ptr<const LocalTree> tree);
  ~LocalData();
  LocalData(const LocalData&) = delete;
  LocalData& operator=(const LocalData&) = delete;

  // True when the name is answered here: then `builder` holds a started entry (kRRset with rank
  // kLocal, kNoData or kNxDomain) that the caller finishes. kANY gets one RRset of the name
  // (RFC 8482 section 4.1). False, and the builder untouched, for every other name.
  // Budget: 50 ns for a name below none of the local ones; allocates nothing.
  [[nodiscard]] bool Find(wire::NameView name, wire::RRType type, cache::Seconds now,
                          cache::EntryBuilder* builder) const;

  // Whether Find would answer for the name.
  bool Has(wire::NameView name) const;

  // Whether any name of a hosts file is among them.
  bool has_hosts() const { return has_hosts_; }
  size_t node_count() const;

 private:
  std::unique_ptr<const LocalTree> tree_;
  bool has_hosts_;
};

}  // namespace tern::resolver::policy
