// The tree of labels in which local data is kept: names as nodes from the root down, with their
// records. local_data_build.h fills one, local_data.h answers from it.
//
// Thread: any may read a tree that is finished; one thread fills it. Bounded by what fills it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

class LocalTree {
 public:
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
    uint32_t label = 0;  // offset in the octets
    uint32_t first_record = kNone;
    uint8_t label_octets = 0;
    uint8_t flags = 0;
  };
  struct Record {
    uint32_t next = kNone;
    uint32_t rdata = 0;  // offset in the octets
    uint16_t rdata_octets = 0;
    wire::RRType type = wire::RRType::kNone;
  };
  // Where a name leads in the tree.
  struct Match {
    uint32_t node = kNone;   // the name's own node
    uint32_t zone = kNone;   // the special zone that the name is in
    size_t zone_labels = 0;  // of that zone's name
  };

  LocalTree() : nodes_(1), children_(0, ChildHash{this}, ChildEqual{this}) {}
  LocalTree(const LocalTree&) = delete;
  LocalTree& operator=(const LocalTree&) = delete;

  // One probe for each label, from the root down to the first that is not there.
  Match Walk(wire::NameView name) const;
  const Node& node(uint32_t number) const { return nodes_[number]; }
  const Record& record(uint32_t number) const { return records_[number]; }
  std::span<const uint8_t> Rdata(const Record& record) const {
    return {octets_.data() + record.rdata, record.rdata_octets};
  }
  size_t node_count() const { return nodes_.size(); }
  bool has_hosts() const { return has_hosts_; }

  // The name's node, made if it is not there.
  uint32_t MakeNode(wire::NameView name);
  void SetFlag(uint32_t node, Flag flag) { nodes_[node].flags |= flag; }
  void SetHasHosts() { has_hosts_ = true; }
  bool HasType(uint32_t node, wire::RRType type) const;
  // False when the name has cache::kRecordsMax records of the type. A record that is there already
  // is not added again.
  bool AddRecord(uint32_t node, wire::RRType type, std::span<const uint8_t> rdata);
  void ShrinkToFit();

 private:
  struct Child {
    uint32_t parent;
    std::string_view label;
  };
  // Nodes are found by parent and label, case ignored; the set holds their numbers only.
  struct ChildHash {
    using is_transparent = void;
    const LocalTree* tree;
    size_t operator()(const Child& child) const;
    size_t operator()(uint32_t node) const { return (*this)(tree->AsChild(node)); }
  };
  struct ChildEqual {
    using is_transparent = void;
    const LocalTree* tree;
    bool operator()(const Child& a, const Child& b) const;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, const Child& b) const { return (*this)(tree->AsChild(a), b); }
    bool operator()(const Child& a, uint32_t b) const { return (*this)(a, tree->AsChild(b)); }
  };

  Child AsChild(uint32_t node) const;
  uint32_t FindChild(uint32_t parent, std::string_view label) const;  // or kNone
  uint32_t PutOctets(std::span<const uint8_t> octets);

  std::vector<Node> nodes_;
  std::vector<Record> records_;
  std::vector<uint8_t> octets_;
  absl::flat_hash_set<uint32_t, ChildHash, ChildEqual> children_;
  bool has_hosts_ = false;
};

}  // namespace tern::resolver::policy
