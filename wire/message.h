// Reads a DNS message in place (RFC 1035 section 4): header, question, records. Nothing is copied;
// every view borrows the packet.
//
// Every length, count and pointer is checked before use. Counts are believed only as far as there
// are octets. Pointers must go strictly backward.
//
// Thread: any. Values that borrow the packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

inline constexpr size_t kHeaderOctets = 12;
inline constexpr size_t kMessageOctetsMax = 65535;
inline constexpr size_t kQuestionTailOctets = 4;  // type, class
inline constexpr size_t kRecordTailOctets = 10;   // type, class, TTL, RDLENGTH
inline constexpr uint8_t kPointerBits = 0xc0;     // RFC 1035 section 4.1.4

inline uint16_t LoadU16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
inline uint32_t LoadU32(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}
inline void StoreU16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
inline void StoreU32(uint8_t* p, uint32_t v) {
  StoreU16(p, static_cast<uint16_t>(v >> 16));
  StoreU16(p + 2, static_cast<uint16_t>(v));
}

// The second 16 bits of the header (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
inline constexpr uint16_t kFlagQR = 0x8000;
inline constexpr uint16_t kFlagAA = 0x0400;
inline constexpr uint16_t kFlagTC = 0x0200;
inline constexpr uint16_t kFlagRD = 0x0100;
inline constexpr uint16_t kFlagRA = 0x0080;
inline constexpr uint16_t kFlagAD = 0x0020;
inline constexpr uint16_t kFlagCD = 0x0010;

struct Header {
  uint16_t id = 0;
  uint16_t flags = 0;
  uint16_t question_count = 0;
  uint16_t answer_count = 0;
  uint16_t authority_count = 0;
  uint16_t additional_count = 0;

  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
  Opcode opcode() const { return static_cast<Opcode>(flags >> 11 & 0xf); }
  // Only the low four bits. EDNS has the others.
  Rcode rcode() const { return static_cast<Rcode>(flags & 0xf); }
};

enum class ParseError : uint8_t {
  kNone,
  kShort,      // the octets end too early
  kBadName,    // a bad label type or length, or a pointer that does not go backward
  kBadRecord,  // RDATA that does not fit its type
};

// A name inside a message, perhaps compressed. It was walked and checked when it was read. By
// default it is the root.
class PackedName {
 public:
  PackedName() = default;
  // Checks the name at `offset`. `*end` becomes the offset behind the name in the message.
  static ParseError Read(std::span<const uint8_t> message, size_t offset, PackedName* name,
                         size_t* end);

  void CopyTo(Name* name) const;
  // REQUIRES: `out` has room for uncompressed_size() octets, which cannot be checked here.
  void CopyTo(uint8_t* out) const;
  bool Equals(NameView name) const;
  bool IsSubdomainOf(NameView ancestor) const;
  size_t uncompressed_size() const { return size_; }
  // The labels and pointers that each walk over the name passes.
  size_t steps() const { return steps_; }

 private:
  // A hostile message can chain thousands of pointers. A sound name needs at most one per label.
  static constexpr size_t kPointersMax = kLabelsMax + 1;
  static constexpr uint8_t kRoot[1] = {0};

  bool IsUncompressed() const { return run_octets_ == size_; }
  NameView ViewOfUncompressed() const { return NameView::FromValid(message_ + offset_, size_); }
  bool EqualsFrom(size_t at, const uint8_t* name) const;

  const uint8_t* message_ = kRoot;
  uint16_t offset_ = 0;
  uint8_t size_ = 1;        // octets when uncompressed
  uint8_t run_octets_ = 1;  // octets before the first pointer; all if there is none
  uint8_t steps_ = 0;       // at most kLabelsMax + kPointersMax
};

struct Question {
  PackedName name;
  RRType type = RRType::kNone;
  RRClass rrclass = RRClass::kIN;
};

// The question right behind the header. Its name is never compressed.
struct FirstQuestion {
  NameView name;
  RRType type = RRType::kNone;
  RRClass rrclass = RRClass::kIN;
  size_t end = 0;  // the offset behind it
};

// Nothing when it is cut off or its name is no name. A pointer in the name is an error: nothing is
// before the name that it could point to. For the hot path.
// REQUIRES: a whole header, which announces a question.
inline std::optional<FirstQuestion> ReadFirstQuestion(std::span<const uint8_t> message) {
  const std::optional<NameView> name = NameView::FromWire(message.subspan(kHeaderOctets));
  if (!name || message.size() < kHeaderOctets + name->size() + 4) return std::nullopt;
  const size_t behind = kHeaderOctets + name->size();
  return FirstQuestion{*name, static_cast<RRType>(LoadU16(message.data() + behind)),
                       static_cast<RRClass>(LoadU16(message.data() + behind + 2)), behind + 4};
}

struct RecordView {
  PackedName owner;
  RRType type = RRType::kNone;
  uint16_t rrclass = 0;  // in OPT this is a size
  uint32_t ttl = 0;      // as sent; TtlSeconds() applies the top-bit rule of RFC 2181 section 8
  std::span<const uint8_t> rdata;    // as sent; its names may be compressed
  std::span<const uint8_t> message;  // the packet that pointers in rdata point into

  // Seconds. A TTL with the top bit set counts as zero (RFC 2181 section 8).
  uint32_t TtlSeconds() const { return ttl > 0x7fffffff ? 0 : ttl; }
};

enum class Section : uint8_t { kAnswer, kAuthority, kAdditional };

// Walks one message from its front. Call Open first, then ReadQuestion for each question, then
// NextRecord until it reports the end.
class MessageReader {
 public:
  // Reads the header.
  static ParseError Open(std::span<const uint8_t> message, MessageReader* reader);

  const Header& header() const { return header_; }
  std::span<const uint8_t> message() const { return message_; }

  // REQUIRES: fewer than header().question_count questions were read.
  ParseError ReadQuestion(Question* question);

  // Reads the next record, and its section. When no record is left, it sets *done and writes
  // nothing else.
  // REQUIRES: all questions were read.
  ParseError NextRecord(RecordView* record, Section* section, bool* done);

  // The offset behind what was read so far. With it tests check that nothing is left over.
  size_t offset() const { return offset_; }

 private:
  std::span<const uint8_t> message_;
  Header header_;
  size_t offset_ = 0;
  uint32_t questions_left_ = 0;
  uint32_t records_left_[3] = {0, 0, 0};
};

}  // namespace tern::wire
