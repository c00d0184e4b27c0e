// A verified record with its signatures, kept for the aggressive index: an NSEC or NSEC3 range, or
// a zone's SOA. It is one piece of memory.
//
// Thread: the owner's.
// Bound: kOctetsMax octets of owner, record and signatures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "cache/entry.h"
#include "cache/ttl.h"
#include "resolver/base/intrusive_list.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

// A record whose signatures were verified, and those signatures.
struct VerifiedRecord {
  wire::NameView owner = {};
  wire::RRType type = wire::RRType::kNone;
  std::span<const uint8_t> rdata = {};
  std::span<const std::span<const uint8_t>> signatures = {};  // RDATA of RRSIG records
  // By the TTL, the original TTL and the signatures' expiration, whichever is first.
  cache::Instant expiry = {};
};

class IndexedZone;
struct ByAge;

class KeptRange : public ListNode<ByAge> {
 public:
  // What a search needs to know of a range. For other records all is empty.
  struct Place {
    std::string_view key = {};       // of the owner
    std::string_view next_key = {};  // of the next name
    bool goes_back = false;          // the zone's last range
    bool only_matches = false;       // an opt-out range, which denies nothing between its ends
  };
  struct Delete {
    void operator()(KeptRange* range) const;
  };
  using Pointer = std::unique_ptr<KeptRange, Delete>;

  static constexpr size_t kOctetsMax = 2048;

  // Null when the record is too large or memory is short.
  static Pointer Make(IndexedZone* zone, const Place& place, const VerifiedRecord& record);

  IndexedZone* zone() const { return zone_; }
  cache::Instant expiry() const { return expiry_; }
  wire::RRType type() const { return type_; }
  bool only_matches() const { return only_matches_; }
  std::string_view key() const { return {octets(), key_octets_}; }
  std::string_view next_key() const { return {octets() + key_octets_, next_key_octets_}; }
  wire::NameView owner() const { return wire::NameView::FromValid(Tail(), owner_octets_); }
  std::span<const uint8_t> rdata() const;
  // The record, then its signatures.
  std::span<const uint8_t> records() const { return {Tail() + owner_octets_, records_octets_}; }
  size_t signature_count() const { return signature_count_; }
  // Whether it was used since it was last spared.
  bool is_used() const { return is_used_; }
  void SetUsed(bool is_used) { is_used_ = is_used; }
  // Of memory, without the allocator's own.
  size_t size() const;

  // Whether `at` is the owner's key or between the two ends.
  bool Contains(std::string_view at) const {
    if (goes_back_) return at >= key() || at < next_key();
    return at >= key() && at < next_key();
  }

 private:
  KeptRange() = default;
  ~KeptRange() = default;

  const char* octets() const { return reinterpret_cast<const char*>(this + 1); }
  const uint8_t* Tail() const {
    return reinterpret_cast<const uint8_t*>(this + 1) + key_octets_ + next_key_octets_;
  }

  IndexedZone* zone_ = nullptr;
  cache::Instant expiry_;
  wire::RRType type_ = wire::RRType::kNone;
  uint16_t key_octets_ = 0;
  uint16_t next_key_octets_ = 0;
  uint16_t records_octets_ = 0;
  uint8_t owner_octets_ = 0;
  uint8_t signature_count_ = 0;
  bool goes_back_ = false;
  bool only_matches_ = false;
  bool is_used_ = false;
};

}  // namespace tern::resolver::dnssec
