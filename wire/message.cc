#include "wire/message.h"

#include <algorithm>

#include "wire/ascii_case.h"
#include "wire/check.h"

namespace tern::wire {
namespace {

size_t PointerTarget(const uint8_t* at) { return LoadU16(at) & 0x3fff; }

// The offset of the label at `at`, or of the label that a pointer there leads to. PackedName::Read
// has checked the name, so this ends.
size_t FollowPointers(const uint8_t* message, size_t at) {
  while (message[at] >= kPointerBits) at = PointerTarget(message + at);
  return at;
}

}  // namespace

ParseError PackedName::Read(std::span<const uint8_t> message, size_t offset, PackedName* name,
                            size_t* end) {
  if (offset >= kMessageOctetsMax) return ParseError::kBadName;
  const uint8_t* octets = message.data();
  size_t at = offset;
  size_t run_start = offset;
  size_t size = 0;
  size_t labels = 0;
  size_t pointers = 0;
  size_t run_octets = 0;
  size_t end_in_place = 0;
  while (true) {
    if (at >= message.size()) return ParseError::kShort;
    const size_t length = octets[at];
    if (length == 0) break;
    if (length <= kLabelOctetsMax) {
      size += length + 1;
      at += length + 1;
      ++labels;
      // The root label still has to fit (RFC 1035 section 3.1).
      if (size >= kNameOctetsMax) return ParseError::kBadName;
      continue;
    }
    // 0x40 and 0x80 are no label types. RFC 6891 section 5 retired the extended ones.
    if (length < kPointerBits) return ParseError::kBadName;
    if (at + 1 >= message.size()) return ParseError::kShort;
    const size_t target = PointerTarget(octets + at);
    // Pointers go strictly backward, so the name ends (RFC 1035 section 4.1.4: a prior occurrence).
    if (target >= run_start || target < kHeaderOctets) return ParseError::kBadName;
    if (pointers == 0) {
      run_octets = size;
      end_in_place = at + 2;
    }
    if (++pointers > kPointersMax) return ParseError::kBadName;
    run_start = at = target;
  }
  ++size;
  if (pointers == 0) {
    run_octets = size;
    end_in_place = at + 1;
  }
  name->message_ = octets;
  name->offset_ = static_cast<uint16_t>(offset);
  name->size_ = static_cast<uint8_t>(size);
  name->run_octets_ = static_cast<uint8_t>(run_octets);
  name->steps_ = static_cast<uint8_t>(labels + pointers);
  *end = end_in_place;
  return ParseError::kNone;
}

void PackedName::CopyTo(Name* name) const {
  name->size_ = size_;
  CopyTo(name->octets_);
}

void PackedName::CopyTo(uint8_t* out) const {
  std::memcpy(out, message_ + offset_, run_octets_);
  if (IsUncompressed()) return;
  out += run_octets_;
  size_t at = offset_ + size_t{run_octets_};
  while (true) {
    at = FollowPointers(message_, at);
    const size_t octets = message_[at] + size_t{1};
    std::memcpy(out, message_ + at, octets);
    if (octets == 1) return;
    out += octets;
    at += octets;
  }
}

// REQUIRES: the name at `at` is as long as `name`. The callers have compared the sizes.
bool PackedName::EqualsFrom(size_t at, const uint8_t* name) const {
  while (true) {
    at = FollowPointers(message_, at);
    const size_t octets = message_[at] + size_t{1};
    // The length octets are compared first. So the view is never read behind its end.
    if (message_[at] != name[0]) return false;
    if (octets == 1) return true;
    if (!EqualIgnoringCase(message_ + at + 1, name + 1, octets - 1)) return false;
    at += octets;
    name += octets;
  }
}

bool PackedName::Equals(NameView name) const {
  if (size_ != name.size()) return false;
  if (IsUncompressed()) return ViewOfUncompressed().Equals(name);
  return EqualsFrom(offset_, name.data());
}

bool PackedName::IsSubdomainOf(NameView ancestor) const {
  if (IsUncompressed()) return ViewOfUncompressed().IsSubdomainOf(ancestor);
  size_t at = offset_;
  size_t left = size_;
  while (left > ancestor.size()) {
    at = FollowPointers(message_, at);
    const size_t octets = message_[at] + size_t{1};
    at += octets;
    left -= octets;
  }
  return left == ancestor.size() && EqualsFrom(at, ancestor.data());
}

ParseError MessageReader::Open(std::span<const uint8_t> message, MessageReader* reader) {
  if (message.size() < kHeaderOctets) return ParseError::kShort;
  message = message.first(std::min(message.size(), kMessageOctetsMax));
  const uint8_t* octets = message.data();
  reader->message_ = message;
  reader->header_ = Header{LoadU16(octets),     LoadU16(octets + 2), LoadU16(octets + 4),
                           LoadU16(octets + 6), LoadU16(octets + 8), LoadU16(octets + 10)};
  reader->offset_ = kHeaderOctets;
  reader->questions_left_ = reader->header_.question_count;
  reader->records_left_[0] = reader->header_.answer_count;
  reader->records_left_[1] = reader->header_.authority_count;
  reader->records_left_[2] = reader->header_.additional_count;
  return ParseError::kNone;
}

ParseError MessageReader::ReadQuestion(Question* question) {
  TERN_REQUIRE(questions_left_ > 0);
  size_t at;
  const ParseError error = PackedName::Read(message_, offset_, &question->name, &at);
  if (error != ParseError::kNone) return error;
  if (message_.size() - at < kQuestionTailOctets) return ParseError::kShort;
  const uint8_t* tail = message_.data() + at;
  question->type = static_cast<RRType>(LoadU16(tail));
  question->rrclass = static_cast<RRClass>(LoadU16(tail + 2));
  offset_ = at + kQuestionTailOctets;
  --questions_left_;
  return ParseError::kNone;
}

ParseError MessageReader::NextRecord(RecordView* record, Section* section, bool* done) {
  TERN_REQUIRE(questions_left_ == 0);
  size_t in_section = 0;
  while (in_section < 3 && records_left_[in_section] == 0) ++in_section;
  *done = in_section == 3;
  if (*done) return ParseError::kNone;
  PackedName owner;
  size_t at;
  const ParseError error = PackedName::Read(message_, offset_, &owner, &at);
  if (error != ParseError::kNone) return error;
  if (message_.size() - at < kRecordTailOctets) return ParseError::kShort;
  const uint8_t* tail = message_.data() + at;
  const size_t rdata_octets = LoadU16(tail + 8);
  at += kRecordTailOctets;
  if (message_.size() - at < rdata_octets) return ParseError::kShort;
  record->owner = owner;
  record->type = static_cast<RRType>(LoadU16(tail));
  record->rrclass = LoadU16(tail + 2);
  record->ttl = LoadU32(tail + 4);
  record->rdata = message_.subspan(at, rdata_octets);
  record->message = message_;
  *section = static_cast<Section>(in_section);
  --records_left_[in_section];
  offset_ = at + rdata_octets;
  return ParseError::kNone;
}

}  // namespace tern::wire
