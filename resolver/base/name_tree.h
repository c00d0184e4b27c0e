// A tree of names, label by label from the root. A node is a number. The user of the tree stores
// what it knows of a name under that number. ASCII case is ignored.
//
// A look-up probes once for each label, from the right, and ends at the first label that is
// missing. So a name that shares nothing with the tree costs one probe, whatever the length of the
// name and the size of the tree.
//
// Thread: one thread fills it; then any may read it. Bounded by the caller, who adds the names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "wire/name.h"

namespace tern::resolver {

class NameTree {
 public:
  static constexpr uint32_t kNone = 0xffffffff;
  static constexpr uint32_t kRoot = 0;

  NameTree() : nodes_(1), places_(kPlacesMin) {}
  NameTree(const NameTree&) = delete;
  NameTree& operator=(const NameTree&) = delete;

  // Returns the name's own node, or kNone. Calls visit(node, labels) for each node at or above the
  // name, from the root down. `labels` is the number of labels in the node's name.
  template <typename Visit>
  uint32_t Walk(wire::NameView name, Visit visit) const {
    uint8_t starts[wire::kLabelsMax];
    size_t labels = 0;
    for (size_t at = 0; name.data()[at] != 0; at += name.data()[at] + size_t{1}) {
      starts[labels++] = static_cast<uint8_t>(at);
    }
    uint32_t node = kRoot;
    visit(node, size_t{0});
    for (size_t walked = 1; walked <= labels; ++walked) {
      node = FindChild(node, Label(name.data() + starts[labels - walked]));
      if (node == kNone) break;
      visit(node, walked);
    }
    return node;
  }

  // The name's node. It is made when it is missing, and so are the nodes above it. Numbers count up
  // from 0, which is the root.
  uint32_t MakeNode(wire::NameView name);
  size_t size() const { return nodes_.size(); }
  void ShrinkToFit();

 private:
  static constexpr size_t kPlacesMin = 8;

  struct Node {
    uint32_t parent = kNone;
    uint32_t label = 0;  // offset in octets_
    uint8_t label_octets = 0;
  };
  struct Child {
    uint32_t parent;
    std::string_view label;
  };
  // A place of the table by which a node is found from its parent and label.
  struct Place {
    uint32_t hash = 0;
    uint32_t node = kNone;  // kNone: the place is free
  };

  static std::string_view Label(const uint8_t* at) {
    return {reinterpret_cast<const char*>(at + 1), at[0]};
  }
  static uint32_t Hash(const Child& child);
  bool IsChild(uint32_t node, const Child& child) const;              // case ignored
  uint32_t FindChild(uint32_t parent, std::string_view label) const;  // or kNone
  static void Put(std::vector<Place>* places, Place place);
  // There is room for one more node in the table, which is at most three quarters full.
  void EnsurePlace();

  std::vector<Node> nodes_;
  std::vector<uint8_t> octets_;
  // A power of two. From its hash's place a node lies in the next free one. By hand, because the
  // hash tables of Abseil do not survive an allocation that throws.
  std::vector<Place> places_;
};

}  // namespace tern::resolver
