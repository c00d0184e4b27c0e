#include "resolver/upstream/reply_records.h"

#include <new>

#include "wire/edns.h"
#include "wire/rdata.h"

namespace tern::resolver::upstream {

namespace {

using wire::ParseError;

constexpr size_t kRecordsReadMax = 2048;
// An RRset of more than cache::kRecordsMax (256) records is not kept, and a chain has 12 links.
constexpr size_t kAnswerRecordsMax = 320;
constexpr size_t kAliasesMax = 32;
// In the other sections only this many records are read. They are enough.
constexpr size_t kOtherRecordsMax = 512;
// Addresses of 13 name servers, 6 of each family.
constexpr size_t kGlueRecordsMax = size_t{13} * 12;

// RDATA that we store must parse: every answer record, and SOA and NS in the authority section.
// Unreadable glue is skipped.
bool MustBeReadable(wire::Section section, wire::RRType type) {
  return section == wire::Section::kAnswer ||
         (section == wire::Section::kAuthority &&
          (type == wire::RRType::kSOA || type == wire::RRType::kNS));
}

}  // namespace

ParseError ReplyRecords::Read(std::span<const uint8_t> message, wire::NameView zone) {
  try {
    return ReadAll(message, zone);
  } catch (const std::bad_alloc&) {
    return ParseError::kBadRecord;  // there is no memory for the reply, so it is lost
  }
}

void ReplyRecords::NoteIfAbove(const wire::RecordView& record, wire::NameView zone) {
  bool* const note = record.type == wire::RRType::kNS    ? &refers_upward_
                     : record.type == wire::RRType::kSOA ? &has_soa_above_
                                                         : nullptr;
  if (note == nullptr || *note) return;
  wire::Name owner;
  record.owner.CopyTo(&owner);
  *note = zone.IsSubdomainOf(owner);
}

ParseError ReplyRecords::ReadAll(std::span<const uint8_t> message, wire::NameView zone) {
  for (auto& section : sections_) section.clear();
  stray_addresses_.clear();
  bound_met_ = BoundMet::kNone;
  has_edns_ = false;
  refers_upward_ = false;
  refers_elsewhere_ = false;
  has_soa_above_ = false;
  cookie_.reset();
  report_channel_.reset();
  steps_ = 0;
  aliases_ = 0;
  hashed_ = 0;
  wire::MessageReader reader;
  ParseError error = wire::MessageReader::Open(message, &reader);
  if (error != ParseError::kNone) return error;
  header_ = reader.header();
  rcode_ = header_.rcode();
  for (uint16_t i = 0; i < header_.question_count; ++i) {
    wire::Question question;
    error = reader.ReadQuestion(&question);
    if (error != ParseError::kNone) return error;
  }
  for (size_t read = 0;; ++read) {
    ReplyRecord record;
    wire::Section section;
    bool done = false;
    error = reader.NextRecord(&record, &section, &done);
    if (error != ParseError::kNone) return error;
    if (done) {
      // An answer of which nothing may be kept is no denial.
      const bool is_lost = header_.answer_count > 0 && sections_[0].empty();
      return is_lost ? ParseError::kBadRecord : ParseError::kNone;
    }
    steps_ += record.owner.steps();
    if (read == kRecordsReadMax) return Exceeds(BoundMet::kRecords);
    if (steps_ > kStepsMax) return Exceeds(BoundMet::kSteps);
    error = Take(record, section, zone);
    if (error != ParseError::kNone) return error;
  }
}

ParseError ReplyRecords::Take(const ReplyRecord& record, wire::Section section,
                              wire::NameView zone) {
  if (record.type == wire::RRType::kOPT) return ReadOpt(record, section);
  if (record.rrclass != static_cast<uint16_t>(wire::RRClass::kIN)) return ParseError::kNone;
  const bool is_address = record.type == wire::RRType::kA || record.type == wire::RRType::kAAAA;
  if (section == wire::Section::kAdditional && !is_address) return ParseError::kNone;
  if (record.owner.IsSubdomainOf(zone)) return Keep(record, section);
  if (section == wire::Section::kAuthority) {
    refers_elsewhere_ |= record.type == wire::RRType::kNS;
    NoteIfAbove(record, zone);
  } else if (section == wire::Section::kAdditional && stray_addresses_.size() < kGlueRecordsMax) {
    stray_addresses_.push_back(record);
  }
  return ParseError::kNone;
}

ParseError ReplyRecords::ReadOpt(const wire::RecordView& record, wire::Section section) {
  wire::Edns edns;
  // RFC 6891 section 6.1.1: a second OPT is an error, and so is an OPT in another section.
  if (section != wire::Section::kAdditional || has_edns_ ||
      wire::ReadEdns(record, &edns) != ParseError::kNone) {
    return ParseError::kBadRecord;
  }
  has_edns_ = true;
  cookie_ = wire::FindOption(edns, wire::EdnsOption::kCookie);
  report_channel_ = wire::FindOption(edns, wire::EdnsOption::kReportChannel);
  rcode_ =
      static_cast<wire::Rcode>(edns.extended_rcode << 4 | static_cast<uint16_t>(header_.rcode()));
  return ParseError::kNone;
}

ParseError ReplyRecords::Keep(const ReplyRecord& record, wire::Section section) {
  if (MustBeReadable(section, record.type)) {
    const ParseError error = wire::CheckRdata(record, &steps_);
    if (error != ParseError::kNone) return error;
    if (steps_ > kStepsMax) return Exceeds(BoundMet::kSteps);
  }
  std::vector<ReplyRecord>& kept = sections_[static_cast<size_t>(section)];
  if (section == wire::Section::kAnswer) {
    if (record.type == wire::RRType::kCNAME || record.type == wire::RRType::kDNAME) ++aliases_;
    if (kept.size() == kAnswerRecordsMax || aliases_ > kAliasesMax) {
      return Exceeds(BoundMet::kRecords);
    }
  }
  const size_t most = section == wire::Section::kAdditional ? kGlueRecordsMax : kOtherRecordsMax;
  if (kept.size() < most) kept.push_back(record);
  return ParseError::kNone;
}

uint64_t ReplyRecords::OwnerHash(const ReplyRecord& record) const {
  if (record.owner_hash == 0) {
    wire::Name owner;
    record.owner.CopyTo(&owner);
    record.owner_hash = Hash(owner);
    ++hashed_;
  }
  return record.owner_hash;
}

}  // namespace tern::resolver::upstream
