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
//   own part out. The root zone alone replaces none: who forwards everything does not mean
//   `localhost.`. The hosts file stands before forward and stub zones.
//
// Thread: any; immutable after Build. Bounded by the hosts file's limits (hosts_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cache/entry.h"
#include "resolver/base/settings.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

inline constexpr uint32_t kSpecialTtl = 10800;  // seconds; RFC 6303 section 3
// Clients see an edit of the hosts file after this at the latest.
inline constexpr uint32_t kHostsTtl = 60;  // seconds

class LocalData {
 public:
  // Reads the hosts file. An error is for the operator and names the file and line.
  static absl::StatusOr<std::unique_ptr<const LocalData>> Build(
      const LocalSettings& settings, std::span<const StaticZone> static_zones);

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

  size_t node_count() const { return nodes_.size(); }

 private:
  static constexpr uint32_t kNone = 0xffffffff;
  static constexpr uint32_t kRoot = 0;

  enum Flag : uint8_t {
    kZone = 1,       // the apex of a special zone
    kLocalhost = 2,  // with kZone: names below have the apex's records
    kCut = 4,        // a forward or stub zone: what lies below is not the special zone's
    kHosts = 8,      // its records come from the hosts file
  };
  struct Node {
    uint32_t parent = kNone;
    uint32_t label = 0;  // offset in octets_
    uint32_t first_record = kNone;
    uint8_t label_octets = 0;
    uint8_t flags = 0;
  };
  struct Record {
    uint32_t next = kNone;
    uint32_t rdata = 0;  // offset in octets_
    uint16_t rdata_octets = 0;
    wire::RRType type = wire::RRType::kNone;
  };
  struct Child {
    uint32_t parent;
    std::string_view label;
  };
  // Nodes are found by parent and label, case ignored; the set holds their numbers only.
  struct ChildHash {
    using is_transparent = void;
    const LocalData* tree;
    size_t operator()(const Child& child) const;
    size_t operator()(uint32_t node) const { return (*this)(tree->AsChild(node)); }
  };
  struct ChildEqual {
    using is_transparent = void;
    const LocalData* tree;
    bool operator()(const Child& a, const Child& b) const;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, const Child& b) const { return (*this)(tree->AsChild(a), b); }
    bool operator()(const Child& a, uint32_t b) const { return (*this)(a, tree->AsChild(b)); }
  };
  struct Match;

  LocalData();

  Child AsChild(uint32_t node) const;
  uint32_t FindChild(uint32_t parent, std::string_view label) const;  // or kNone
  Match Walk(wire::NameView name) const;

  uint32_t MakeNode(wire::NameView name);
  uint32_t PutOctets(std::span<const uint8_t> octets);
  bool HasType(uint32_t node, wire::RRType type) const;
  // False when the name has cache::kRecordsMax records of the type.
  bool AddRecord(uint32_t node, wire::RRType type, std::span<const uint8_t> rdata);

  void AddSpecialNames(std::span<const StaticZone> static_zones);
  absl::Status AddHostsFile(const LocalSettings& settings);

  bool AnswerRRset(const Match& match, wire::NameView name, wire::RRType type, cache::Seconds now,
                   cache::EntryBuilder* builder) const;
  static bool AnswerApex(wire::NameView apex, wire::RRType type, cache::Seconds now,
                         cache::EntryBuilder* builder);

  std::vector<Node> nodes_;
  std::vector<Record> records_;
  std::vector<uint8_t> octets_;
  absl::flat_hash_set<uint32_t, ChildHash, ChildEqual> children_;
  bool keeps_localhost_ = false;
};

}  // namespace tern::resolver::policy
