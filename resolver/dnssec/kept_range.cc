#include "resolver/dnssec/kept_range.h"

#include <cstring>
#include <new>

#include "wire/check.h"

namespace tern::resolver::dnssec {
namespace {

constexpr size_t kLengthOctets = 2;
constexpr size_t kSignaturesMax = 8;

uint8_t* PutOctets(uint8_t* at, const void* octets, size_t size) {
  if (size > 0) std::memcpy(at, octets, size);
  return at + size;
}

// As cache::RecordCursor reads it.
uint8_t* PutRecord(uint8_t* at, std::span<const uint8_t> rdata) {
  const auto size = static_cast<uint16_t>(rdata.size());
  at = PutOctets(at, &size, sizeof size);
  return PutOctets(at, rdata.data(), rdata.size());
}

}  // namespace

void KeptRange::Delete::operator()(KeptRange* range) const {
  range->~KeptRange();
  ::operator delete(range);
}

KeptRange::Pointer KeptRange::Make(IndexedZone* zone, const Place& place,
                                   const VerifiedRecord& record) {
  if (record.signatures.size() > kSignaturesMax) return nullptr;
  size_t records_octets = kLengthOctets + record.rdata.size();
  for (const std::span<const uint8_t> signature : record.signatures) {
    records_octets += kLengthOctets + signature.size();
  }
  if (record.owner.size() + records_octets > kOctetsMax) return nullptr;
  const size_t octets =
      place.key.size() + place.next_key.size() + record.owner.size() + records_octets;
  void* const memory = ::operator new(sizeof(KeptRange) + octets, std::nothrow);
  if (memory == nullptr) return nullptr;
  Pointer range(new (memory) KeptRange);
  range->zone_ = zone;
  range->expiry_ = record.expiry;
  range->type_ = record.type;
  range->key_octets_ = static_cast<uint16_t>(place.key.size());
  range->next_key_octets_ = static_cast<uint16_t>(place.next_key.size());
  range->records_octets_ = static_cast<uint16_t>(records_octets);
  range->owner_octets_ = static_cast<uint8_t>(record.owner.size());
  range->signature_count_ = static_cast<uint8_t>(record.signatures.size());
  range->goes_back_ = place.goes_back;
  range->only_matches_ = place.only_matches;
  auto* at = reinterpret_cast<uint8_t*>(range.get() + 1);
  at = PutOctets(at, place.key.data(), place.key.size());
  at = PutOctets(at, place.next_key.data(), place.next_key.size());
  at = PutOctets(at, record.owner.data(), record.owner.size());
  at = PutRecord(at, record.rdata);
  for (const std::span<const uint8_t> signature : record.signatures) at = PutRecord(at, signature);
  return range;
}

std::span<const uint8_t> KeptRange::rdata() const {
  std::span<const uint8_t> rdata;
  TERN_CHECK_OR(cache::RecordCursor(records().data(), 1).Next(&rdata), return {});
  return rdata;
}

size_t KeptRange::size() const {
  return sizeof(KeptRange) + key_octets_ + next_key_octets_ + owner_octets_ + records_octets_;
}

}  // namespace tern::resolver::dnssec
