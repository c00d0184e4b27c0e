// The records of an upstream reply that its server may send.
//
// Reading is the first filter. It leaves out records of other classes. It also leaves out records
// whose owner is outside the zone that was asked (its bailiwick, RFC 9499 section 7).
//
// Bounded: a reply with more records than a useful one has is unsound. So later steps can search
// all records for each name.
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

class ReplyRecords {
 public:
  // Replaces what was read before.
  wire::ParseError Read(std::span<const uint8_t> message, wire::NameView zone);

  const wire::Header& header() const { return header_; }
  bool has_edns() const { return has_edns_; }
  // The content of the first COOKIE option, of any length.
  std::optional<std::span<const uint8_t>> cookie() const { return cookie_; }
  // The full code: OPT has its upper bits.
  wire::Rcode rcode() const { return rcode_; }
  std::span<const wire::RecordView> answer() const { return sections_[0]; }
  std::span<const wire::RecordView> authority() const { return sections_[1]; }
  std::span<const wire::RecordView> additional() const { return sections_[2]; }
  // A and AAAA records of the additional section whose owner is outside the zone. Only
  // ZoneServers::AddStrayGlue uses them.
  std::span<const wire::RecordView> stray_addresses() const { return stray_addresses_; }
  // Whether the authority section has NS records, or an SOA, of a zone above. They themselves are
  // not kept.
  bool refers_upward() const { return refers_upward_; }
  bool has_soa_above() const { return has_soa_above_; }

 private:
  wire::ParseError ReadAll(std::span<const uint8_t> message, wire::NameView zone);
  void NoteIfAbove(const wire::RecordView& record, wire::NameView zone);

  wire::Header header_;
  wire::Rcode rcode_ = wire::Rcode::kNoError;
  bool has_edns_ = false;
  bool refers_upward_ = false;
  bool has_soa_above_ = false;
  std::optional<std::span<const uint8_t>> cookie_;
  std::vector<wire::RecordView> sections_[3];
  std::vector<wire::RecordView> stray_addresses_;
};

}  // namespace tern::resolver::upstream
