// The tree that holds local data: names with their records. local_data_build.h fills a tree,
// local_data.h answers from it.
//
// Thread: one thread fills it; then any may read it. Bounded by the hosts file's limits
// (hosts_file.h) and by local.data's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "resolver/base/name_tree.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

class LocalTree {
 public:
  static constexpr uint32_t kNone = NameTree::kNone;

  enum Flag : uint8_t {
    kZone = 1,       // the apex of a special zone
    kLocalhost = 2,  // with kZone: names below it have the apex's records
    kCut = 4,        // the apex of a static zone: names below are not in the special zone
    kWritten = 8,    // the records are those of `local.data`, and no others are added
  };
  struct Node {
    uint32_t first_record = kNone;
    uint8_t flags = 0;
  };
  struct Record {
    uint32_t next = kNone;
    uint32_t rdata = 0;  // offset in the octets
    uint32_t ttl = 0;    // seconds
    uint16_t rdata_octets = 0;
    wire::RRType type = wire::RRType::kNone;
  };
  // The result of looking a name up.
  struct Match {
    uint32_t node = kNone;   // the name's own node
    uint32_t zone = kNone;   // the special zone that the name is in
    size_t zone_labels = 0;  // the number of labels in that zone's name
  };

  Match Walk(wire::NameView name) const;
  const Node& node(uint32_t number) const { return nodes_[number]; }
  const Record& record(uint32_t number) const { return records_[number]; }
  std::span<const uint8_t> Rdata(const Record& record) const {
    return {octets_.data() + record.rdata, record.rdata_octets};
  }
  size_t node_count() const { return nodes_.size(); }
  bool has_own_names() const { return has_own_names_; }
  uint64_t hosts_digest() const { return hosts_digest_; }

  // The name's node. It is made when it is missing.
  uint32_t MakeNode(wire::NameView name);
  void SetFlag(uint32_t node, Flag flag) { nodes_[node].flags |= flag; }
  // There are names that the operator gave.
  void SetHasOwnNames() { has_own_names_ = true; }
  void SetHostsDigest(uint64_t digest) { hosts_digest_ = digest; }
  bool Has(uint32_t node, Flag flag) const { return (nodes_[node].flags & flag) != 0; }
  bool HasType(uint32_t node, wire::RRType type) const;
  void ForgetRecords(uint32_t node) { nodes_[node].first_record = kNone; }
  // Adds a record, unless the name has it already. Returns false when the name already has
  // cache::kRecordsMax records of the type.
  bool AddRecord(uint32_t node, wire::RRType type, uint32_t ttl, std::span<const uint8_t> rdata);
  void ShrinkToFit();

 private:
  uint32_t PutOctets(std::span<const uint8_t> octets);

  NameTree names_;
  std::vector<Node> nodes_ = std::vector<Node>(1);  // by the name's number in names_
  std::vector<Record> records_;
  std::vector<uint8_t> octets_;
  bool has_own_names_ = false;
  uint64_t hosts_digest_ = 0;
};

}  // namespace tern::resolver::policy
