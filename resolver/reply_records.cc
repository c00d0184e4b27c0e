#include "resolver/reply_records.h"

#include <new>

#include "wire/edns.h"

namespace tern::resolver {

using wire::ParseError;

ParseError ReplyRecords::Read(std::span<const uint8_t> message, wire::NameView zone) {
  try {
    return ReadAll(message, zone);
  } catch (const std::bad_alloc&) {
    return ParseError::kBadRecord;  // a reply that there is no room for is of no use
  }
}

ParseError ReplyRecords::ReadAll(std::span<const uint8_t> message, wire::NameView zone) {
  for (auto& section : sections_) section.clear();
  stray_addresses_.clear();
  has_edns_ = false;
  cookie_.reset();
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
  for (;;) {
    wire::RecordView record;
    wire::Section section;
    bool done = false;
    error = reader.NextRecord(&record, &section, &done);
    if (error != ParseError::kNone) return error;
    if (done) return ParseError::kNone;
    if (record.type == wire::RRType::kOPT) {
      wire::Edns edns;
      // RFC 6891 section 6.1.1: more than one OPT, or one elsewhere, is an error.
      if (section != wire::Section::kAdditional || has_edns_ ||
          wire::ReadEdns(record, &edns) != ParseError::kNone) {
        return ParseError::kBadRecord;
      }
      has_edns_ = true;
      cookie_ = wire::FindOption(edns, wire::EdnsOption::kCookie);
      rcode_ = static_cast<wire::Rcode>(edns.extended_rcode << 4 |
                                        static_cast<uint16_t>(header_.rcode()));
      continue;
    }
    if (record.rrclass != static_cast<uint16_t>(wire::RRClass::kIN)) continue;
    if (record.owner.IsSubdomainOf(zone)) {
      sections_[static_cast<size_t>(section)].push_back(record);
    } else if (section == wire::Section::kAdditional &&
               (record.type == wire::RRType::kA || record.type == wire::RRType::kAAAA)) {
      stray_addresses_.push_back(record);
    }
  }
}

}  // namespace tern::resolver
