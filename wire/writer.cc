#include "wire/writer.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "wire/ascii_case.h"
#include "wire/check.h"
#include "wire/rdata.h"
#include "wire/rdata_fields.h"

namespace tern::wire {
namespace {

constexpr size_t kPointerOctets = 2;

// Taken from the ends of the label, where names of one zone differ most (ns1, ns2).
uint8_t TagOf(NameView name) {
  const uint8_t* octets = name.data();
  return static_cast<uint8_t>(LowerOctet(octets[1]) * 5 + LowerOctet(octets[octets[0]]));
}

}  // namespace

MessageWriter::MessageWriter(std::span<uint8_t> buffer)
    : data_(buffer.data()),
      capacity_(std::min(buffer.size(), kMessageOctetsMax)),
      limit_(capacity_) {
  TERN_REQUIRE(buffer.size() >= kHeaderOctets);
  std::memset(data_, 0, kHeaderOctets);
}

void MessageWriter::Reserve(size_t octets) {
  limit_ = std::max(size_, capacity_ - std::min(octets, capacity_));
}

void MessageWriter::SetHeader(uint16_t id, uint16_t flags) {
  StoreU16(data_, id);
  StoreU16(data_ + 2, flags);
}

void MessageWriter::SetFlag(uint16_t flag) { StoreU16(data_ + 2, flags() | flag); }

uint16_t MessageWriter::flags() const { return LoadU16(data_ + 2); }

void MessageWriter::PutOctets(const uint8_t* octets, size_t count) {
  if (count != 0) std::memcpy(data_ + size_, octets, count);
  size_ += count;
}

// REQUIRES: this writer wrote the name at `offset`, and it is as long as `name`. FindName checks
// both.
bool MessageWriter::EqualsAt(size_t offset, NameView name) const {
  TERN_DCHECK(offset < size_);
  const uint8_t* wanted = name.data();
  while (true) {
    while (data_[offset] >= kPointerBits) offset = LoadU16(data_ + offset) & 0x3fff;
    const size_t length = data_[offset];
    if (length != wanted[0]) return false;
    if (length == 0) return true;
    if (!EqualIgnoringCase(data_ + offset + 1, wanted + 1, length)) return false;
    offset += length + 1;
    wanted += length + 1;
  }
}

size_t MessageWriter::FindName(NameView name) const {
  const uint8_t tag = TagOf(name);
  for (size_t i = 0; i < name_count_; ++i) {
    const KnownName& known = names_[i];
    if (known.octets != name.size() || known.tag != tag) continue;
    const bool equal = known.whole
                           ? EqualIgnoringCase(data_ + known.offset, name.data(), name.size())
                           : EqualsAt(known.offset, name);
    if (equal) return known.offset;
  }
  return 0;
}

void MessageWriter::RememberName(size_t offset, NameView name, bool whole) {
  if (name_count_ == kNamesMax || offset >= kPointableOctets) return;
  names_[name_count_++] = KnownName{static_cast<uint16_t>(offset),
                                    static_cast<uint8_t>(name.size()), TagOf(name), whole};
}

// Writes labels until the rest of the name is in the message already. Then writes a pointer to it.
bool MessageWriter::PutName(NameView name) {
  NameView rest = name;
  size_t pointer = 0;
  while (!rest.IsRoot() && (pointer = FindName(rest)) == 0) rest = rest.Parent();
  const size_t labels_octets = name.size() - rest.size();
  if (!Fits(labels_octets + (pointer == 0 ? 1 : kPointerOctets))) return false;
  size_t offset = size_;
  for (NameView label = name; label.size() > rest.size(); label = label.Parent()) {
    RememberName(offset, label, /*whole=*/pointer == 0);
    offset += label.FirstLabel().size() + 1;
  }
  PutOctets(name.data(), labels_octets);
  if (pointer == 0) {
    data_[size_++] = 0;
  } else {
    StoreU16(data_ + size_, static_cast<uint16_t>(0xc000 | pointer));
    size_ += kPointerOctets;
  }
  return true;
}

// Writes RDATA. Names are compressed if the type allows it. Octets that do not have their type's
// shape go out as they are.
bool MessageWriter::PutRdata(RRType type, std::span<const uint8_t> rdata) {
  if (MayCompress(type) && IsValidRdata(type, rdata)) {
    for (const RdataField field : FindShape(type)->fields) {
      if (field == RdataField::kEnd) break;
      const size_t octets = *FieldOctets(field, rdata);
      if (field == RdataField::kCompressedName) {
        if (!PutName(NameView::FromValid(rdata.data(), octets))) return false;
      } else {
        if (!Fits(octets)) return false;
        PutOctets(rdata.data(), octets);
      }
      rdata = rdata.subspan(octets);
    }
    return true;
  }
  if (!Fits(rdata.size())) return false;
  PutOctets(rdata.data(), rdata.size());
  return true;
}

bool MessageWriter::TryAddRecord(NameView owner, RRType type, RRClass rrclass, uint32_t ttl,
                                 std::span<const uint8_t> rdata) {
  if (!PutName(owner) || !Fits(kRecordTailOctets)) return false;
  uint8_t* tail = data_ + size_;
  StoreU16(tail, static_cast<uint16_t>(type));
  StoreU16(tail + 2, static_cast<uint16_t>(rrclass));
  StoreU32(tail + 4, ttl);
  size_ += kRecordTailOctets;
  const size_t rdata_start = size_;
  if (!PutRdata(type, rdata)) return false;
  StoreU16(tail + 8, static_cast<uint16_t>(size_ - rdata_start));
  return true;
}

bool MessageWriter::AddQuestion(NameView name, RRType type, RRClass rrclass) {
  TERN_REQUIRE((counts_[1] | counts_[2] | counts_[3]) == 0);
  const Mark before = GetMark();
  if (!PutName(name) || !Fits(kQuestionTailOctets)) {
    Rewind(before);
    return false;
  }
  StoreU16(data_ + size_, static_cast<uint16_t>(type));
  StoreU16(data_ + size_ + 2, static_cast<uint16_t>(rrclass));
  size_ += kQuestionTailOctets;
  ++counts_[0];
  return true;
}

bool MessageWriter::AddRecord(Section section, NameView owner, RRType type, RRClass rrclass,
                              uint32_t ttl, std::span<const uint8_t> rdata) {
  const size_t count = 1 + static_cast<size_t>(section);
  TERN_REQUIRE(
      std::all_of(counts_ + count + 1, std::end(counts_), [](uint16_t n) { return n == 0; }));
  const Mark before = GetMark();
  if (!TryAddRecord(owner, type, rrclass, ttl, rdata)) {
    Rewind(before);
    return false;
  }
  ++counts_[count];
  return true;
}

bool MessageWriter::AddOpt(const Edns& edns) {
  if (kOptOctets + edns.options.size() > capacity_ - size_) return false;
  limit_ = capacity_;
  size_ += OptWriter(edns, data_ + size_).Finish().size();
  ++counts_[1 + static_cast<size_t>(Section::kAdditional)];
  return true;
}

MessageWriter::Mark MessageWriter::GetMark() const {
  return Mark{
      static_cast<uint16_t>(size_), {counts_[0], counts_[1], counts_[2], counts_[3]}, name_count_};
}

void MessageWriter::Rewind(const Mark& mark) {
  size_ = mark.size;
  std::copy(std::begin(mark.counts), std::end(mark.counts), counts_);
  name_count_ = mark.names;
}

size_t MessageWriter::Finish() {
  for (size_t i = 0; i < 4; ++i) StoreU16(data_ + 4 + 2 * i, counts_[i]);
  return size_;
}

}  // namespace tern::wire
