// Local data: names that are answered here and never sent upstream. They are the special names
// (special_names.h), the names of the hosts file, and those of `local.data` (local_record.h).
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
// Names of `local.data`:
// - A name has the records that the operator wrote, and no others, as above. The hosts file adds
//   nothing to it.
// - An alias (CNAME) answers every type. What it leads to is looked up like any name.
// - The records of one type have the lowest of their TTLs (RFC 2181 section 5.2).
//
// Static zones (forward and stub zones):
// - A static zone at or above a special zone replaces that special zone.
// - A static zone inside a special zone takes its own part out of it.
// - The root as a static zone replaces no special zone: an operator who forwards everything does
//   not mean `localhost.`.
// - `local.data` and the hosts file take precedence over static zones.
//
// Thread: any; immutable once made (local_data_build.h). Bounded by the hosts file's limits
// (hosts_file.h) and by local.data's.
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
  // the name (RFC 8482 section 4.1). The entry may be a CNAME that was not asked for. Then the
  // caller goes on with its target (IsAlias). For every other name the result is false and
  // `builder` is untouched.
  // Budget: 50 ns for a name that is not below a local name; allocates nothing.
  [[nodiscard]] bool Find(wire::NameView name, wire::RRType type, cache::Instant now,
                          cache::EntryBuilder* builder) const;

  // True when Find would answer for the name.
  bool Has(wire::NameView name) const;

  // Whether what Find gave leads to another name.
  static bool IsAlias(cache::EntryView found, wire::RRType asked) {
    return found.kind() == cache::EntryKind::kRRset && found.type() == wire::RRType::kCNAME &&
           asked != wire::RRType::kCNAME && asked != wire::RRType::kANY;
  }

  // True when there are names that the operator gave: local.data, or a hosts file.
  bool has_own_names() const { return has_own_names_; }
  // Two hosts files with the same content have the same one. 0 without a hosts file.
  uint64_t hosts_digest() const;
  size_t node_count() const;

 private:
  std::unique_ptr<const LocalTree> tree_;
  bool has_own_names_;
};

}  // namespace tern::resolver::policy
