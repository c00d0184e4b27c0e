// The records of an upstream reply that its server may send.
//
// Reading is the first filter. It leaves out records of other classes. It also leaves out records
// whose owner is outside the zone that was asked (its bailiwick, RFC 9499 section 7).
//
// Bounded:
// - A reply with more records than a useful one has is unsound. So later steps can search all
//   records for each name.
// - So is a reply whose names take more than kStepsMax steps to walk, because pointers make each
//   owner long.
// - Each owner is hashed at most once, and names are compared by their hashes. Nobody outside can
//   choose names that meet, because the hash has a secret key.
//
// Thread: one worker's. The records borrow the message. The object keeps its memory for the next
// reply.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::upstream {

// One record of a reply.
struct ReplyRecord : wire::RecordView {
  mutable uint64_t owner_hash = 0;  // 0: not needed yet
};

class ReplyRecords {
 public:
  // Labels and pointers of all names that are read. A record of 34 labels (a reverse name of IPv6)
  // may come 400 times.
  static constexpr size_t kStepsMax = 16384;

  explicit ReplyRecords(uint64_t hash_key = 0) : hash_key_(hash_key) {}

  // Replaces what was read before.
  wire::ParseError Read(std::span<const uint8_t> message, wire::NameView zone);

  const wire::Header& header() const { return header_; }
  bool has_edns() const { return has_edns_; }
  // The content of the first COOKIE option, of any length.
  std::optional<std::span<const uint8_t>> cookie() const { return cookie_; }
  // The content of the first Report-Channel option (RFC 9567), unchecked.
  std::optional<std::span<const uint8_t>> report_channel() const { return report_channel_; }
  // Which bound made the reply unsound.
  enum class BoundMet : uint8_t { kNone, kRecords, kSteps };
  BoundMet bound_met() const { return bound_met_; }
  // The full code: OPT has its upper bits.
  wire::Rcode rcode() const { return rcode_; }
  std::span<const ReplyRecord> answer() const { return sections_[0]; }
  std::span<const ReplyRecord> authority() const { return sections_[1]; }
  // Only A and AAAA records.
  std::span<const ReplyRecord> additional() const { return sections_[2]; }
  // A and AAAA records of the additional section whose owner is outside the zone. Only
  // ZoneServers::AddStrayGlue uses them.
  std::span<const ReplyRecord> stray_addresses() const { return stray_addresses_; }
  // Whether the authority section has NS records, or an SOA, of a zone above. They themselves are
  // not kept.
  bool refers_upward() const { return refers_upward_; }
  // Whether the authority section has NS records of any name outside the zone.
  bool refers_elsewhere() const { return refers_elsewhere_; }
  bool has_soa_above() const { return has_soa_above_; }

  // Two names are equal if their hashes are. `name` may also be octets that only look like a name.
  uint64_t Hash(wire::NameView name) const { return wire::HashName(name, hash_key_); }
  uint64_t OwnerHash(const ReplyRecord& record) const;
  // How many owners were hashed: a measure of the work, for tests.
  size_t hashed() const { return hashed_; }

 private:
  wire::ParseError ReadAll(std::span<const uint8_t> message, wire::NameView zone);
  wire::ParseError Take(const ReplyRecord& record, wire::Section section, wire::NameView zone);
  wire::ParseError ReadOpt(const wire::RecordView& record, wire::Section section);
  wire::ParseError Exceeds(BoundMet bound) {
    bound_met_ = bound;
    return wire::ParseError::kBadRecord;
  }
  wire::ParseError Keep(const ReplyRecord& record, wire::Section section);
  void NoteIfAbove(const wire::RecordView& record, wire::NameView zone);

  wire::Header header_;
  wire::Rcode rcode_ = wire::Rcode::kNoError;
  BoundMet bound_met_ = BoundMet::kNone;
  bool has_edns_ = false;
  bool refers_upward_ = false;
  bool refers_elsewhere_ = false;
  bool has_soa_above_ = false;
  std::optional<std::span<const uint8_t>> cookie_;
  std::optional<std::span<const uint8_t>> report_channel_;
  std::vector<ReplyRecord> sections_[3];
  std::vector<ReplyRecord> stray_addresses_;
  uint64_t hash_key_;
  size_t steps_ = 0;
  size_t aliases_ = 0;
  mutable size_t hashed_ = 0;
};

}  // namespace tern::resolver::upstream
