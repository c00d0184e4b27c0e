// Domain names in wire format: NameView borrows, Name owns.
//
// Both hold a whole uncompressed name with its root label. The name is checked when it is made, so
// later code does not check it again. Comparison and hash ignore the case of ASCII letters (RFC
// 4343). The octets keep the case they came with.
//
// Invariants:
// 1. 1..255 octets, at most 127 labels of 1..63 octets, then the root label (RFC 1035 section 3.1).
// 2. A default-made name is the root.
//
// Thread: any. Values. A NameView lives no longer than the octets that it was made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "wire/ascii_case.h"

namespace tern::wire {

inline constexpr size_t kNameOctetsMax = 255;
inline constexpr size_t kLabelOctetsMax = 63;
inline constexpr size_t kLabelsMax = 127;

class NameView {
 public:
  constexpr NameView() = default;

  // The name at the start of `octets`. More octets may follow it. Fails on a compression pointer,
  // on an unknown label type, or when the octets end too early.
  static std::optional<NameView> FromWire(std::span<const uint8_t> octets);

  // REQUIRES: data[0..size) is a valid name with its root label. This is not checked, because every
  // view of a stored name is made here.
  static constexpr NameView FromValid(const uint8_t* data, size_t size) {
    return NameView(data, static_cast<uint8_t>(size));
  }

  constexpr const uint8_t* data() const { return data_; }
  constexpr size_t size() const { return size_; }  // octets, root label included
  constexpr std::span<const uint8_t> octets() const { return {data_, size_}; }

  constexpr bool IsRoot() const { return size_ == 1; }
  size_t LabelCount() const;  // without the root label
  // The leftmost label without its length octet. Empty for the root.
  std::string_view FirstLabel() const;
  // REQUIRES: !IsRoot().
  NameView Parent() const;
  // The name made of the rightmost `labels` labels.
  // REQUIRES: labels <= LabelCount().
  NameView Suffix(size_t labels) const;

  bool Equals(NameView other) const;         // RFC 4343: case ignored
  bool EqualsExactly(NameView other) const;  // case too; for 0x20
  // Also true for the ancestor itself.
  bool IsSubdomainOf(NameView ancestor) const;
  // How many rightmost labels the two names share.
  size_t CommonLabels(NameView other) const;
  // `*.` at the left (RFC 4592 section 2.1.1). Today only tests ask this. A validator needs it for
  // answers that a wildcard made (RFC 4035 section 5.3.4).
  bool IsWildcard() const { return size_ >= 3 && data_[0] == 1 && data_[1] == '*'; }

 private:
  constexpr NameView(const uint8_t* data, uint8_t size) : data_(data), size_(size) {}

  static constexpr uint8_t kRoot[1] = {0};
  const uint8_t* data_ = kRoot;
  uint8_t size_ = 1;
};

inline bool NameView::Equals(NameView other) const {
  return size_ == other.size_ && EqualIgnoringCase(data_, other.data_, size_);
}

inline bool operator==(NameView a, NameView b) { return a.Equals(b); }

// Canonical order (RFC 4034 section 6.1): negative, zero or positive.
int CompareCanonical(NameView a, NameView b);

// A 64-bit hash of the name, case ignored. `seed` is its key, so nobody outside can choose names
// that collide. The value depends on the machine's byte order.
// Budget: 10 ns for 25 octets (bench/wire: BM_HashName).
uint64_t HashName(NameView name, uint64_t seed);

class Name {
 public:
  // The octets behind the name are not set, so a Name costs only what its name has.
  Name() : size_(1) { octets_[0] = 0; }
  explicit Name(NameView view) { Assign(view); }
  Name(const Name& other) { Assign(other.view()); }
  Name& operator=(const Name& other) {
    if (this != &other) Assign(other.view());
    return *this;
  }
  Name& operator=(NameView view) {
    Assign(view);
    return *this;
  }

  NameView view() const { return NameView::FromValid(octets_, size_); }
  operator NameView() const { return view(); }  // NOLINT: a Name is a NameView's owner
  const uint8_t* data() const { return octets_; }
  size_t size() const { return size_; }

  // Puts `label` (1..63 octets) before the name. False, without a change, when it does not fit.
  [[nodiscard]] bool Prepend(std::string_view label);
  // Joins `prefix_labels`, which has no root label, and `suffix`. False, without a change, when it
  // does not fit. This is also DNAME's substitution (RFC 6672 section 2.2).
  [[nodiscard]] bool AssignJoined(std::span<const uint8_t> prefix_labels, NameView suffix);
  // Turns ASCII letters to lower case (the canonical form of RFC 4034 section 6.2).
  void Lower();
  // For case randomisation (draft-vixie-dnsext-dns0x20): changes the case of letters by the bits of
  // `bits`, which must hold at least 255 bits.
  void RandomiseCase(std::span<const uint64_t, 4> bits);

 private:
  friend class PackedName;
  void Assign(NameView view) {
    size_ = static_cast<uint8_t>(view.size());
    std::memmove(octets_, view.data(), view.size());
  }

  uint8_t size_;
  uint8_t octets_[kNameOctetsMax];
};

inline bool operator==(const Name& a, const Name& b) { return a.view().Equals(b.view()); }

}  // namespace tern::wire
