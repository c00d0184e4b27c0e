// Writes a DNS message into a caller's buffer, with name compression (RFC 1035 section 4.1.4).
//
// If a record does not fit, the message stays as it was before it. The writer allocates nothing. It
// remembers a bounded number of names; it does not compress against later ones.
//
// Thread: one. The buffer must outlive the writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/edns.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

class MessageWriter {
 public:
  // Writes at most min(buffer.size(), 65535) octets.
  // REQUIRES: buffer.size() >= 12.
  explicit MessageWriter(std::span<uint8_t> buffer);

  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  // Keeps `octets` free for what comes later (OPT). A second call replaces the first. It takes
  // nothing back: if less than `octets` is free, nothing more fits.
  void Reserve(size_t octets);

  // Header fields. `flags` is the whole second word. The counts are not set here.
  void SetHeader(uint16_t id, uint16_t flags);
  void SetFlag(uint16_t flag);
  uint16_t flags() const;

  // Writes the question. Its name keeps its case. Returns false, without a change, when it does not
  // fit; AddRecord and AddOpt do the same.
  // REQUIRES: no record before.
  [[nodiscard]] bool AddQuestion(NameView name, RRType type, RRClass rrclass);

  // `rdata` is uncompressed. Its names are compressed where RFC 3597 section 4 allows it.
  // REQUIRES: sections in their order.
  [[nodiscard]] bool AddRecord(Section section, NameView owner, RRType type, RRClass rrclass,
                               uint32_t ttl, std::span<const uint8_t> rdata);

  // Writes OPT with its options, and uses up the reservation.
  [[nodiscard]] bool AddOpt(const Edns& edns);

  // Takes back everything that was added after `mark` (for whole-RRset truncation, RFC 2181 section
  // 9). Header flags and the reservation stay as they are.
  struct Mark {
    uint16_t size;
    uint16_t counts[4];
    uint8_t names;
  };
  Mark GetMark() const;
  void Rewind(const Mark& mark);

  size_t size() const { return size_; }

  // Puts the counts into the header. Returns the number of octets of the message.
  size_t Finish();

 private:
  static constexpr size_t kNamesMax = 64;

  static constexpr size_t kPointableOctets = 0x4000;  // a pointer has 14 bits

  bool Fits(size_t octets) const { return octets <= limit_ - size_; }
  void PutOctets(const uint8_t* octets, size_t count);
  // The offset of an earlier name that equals `name`, or 0.
  size_t FindName(NameView name) const;
  bool EqualsAt(size_t offset, NameView name) const;
  void RememberName(size_t offset, NameView name, bool whole);
  bool PutName(NameView name);
  bool PutRdata(RRType type, std::span<const uint8_t> rdata);
  bool TryAddRecord(NameView owner, RRType type, RRClass rrclass, uint32_t ttl,
                    std::span<const uint8_t> rdata);

  uint8_t* data_;
  size_t capacity_;
  size_t limit_;  // capacity_ without the reservation; never below size_
  size_t size_ = kHeaderOctets;
  uint16_t counts_[4] = {0, 0, 0, 0};
  // Names, and suffixes of names, that a pointer may point to.
  struct KnownName {
    uint16_t offset;  // below kPointableOctets
    uint8_t octets;   // uncompressed
    // of the first label; with `octets` it tells most names apart without a comparison
    uint8_t tag;
    bool whole;  // it has no pointer in it
  };
  KnownName names_[kNamesMax];
  uint8_t name_count_ = 0;
};

}  // namespace tern::wire
