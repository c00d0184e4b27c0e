#include "wire/signed_octets.h"

#include <cstring>

#include "wire/ascii_case.h"
#include "wire/check.h"
#include "wire/message.h"
#include "wire/rdata.h"

namespace tern::wire {
namespace {

constexpr uint8_t kWildcardLabel[] = {1, '*'};

// What is in front of each record's RDATA, up to its length.
class RecordFront {
 public:
  // REQUIRES: labels <= SignedLabels(rrset.owner).
  RecordFront(const SignedRRset& rrset, size_t labels, uint32_t original_ttl) {
    // The wildcard fits: its two octets stand in place of at least one label.
    const bool was_expanded = labels < SignedLabels(rrset.owner);
    if (was_expanded) Put(kWildcardLabel);
    PutLowered(was_expanded ? rrset.owner.Suffix(labels) : rrset.owner);
    StoreU16(octets_ + size_, static_cast<uint16_t>(rrset.type));
    StoreU16(octets_ + size_ + 2, static_cast<uint16_t>(rrset.rrclass));
    StoreU32(octets_ + size_ + 4, original_ttl);
    size_ += 8;
  }

  std::span<const uint8_t> octets() const { return {octets_, size_}; }

 private:
  void Put(std::span<const uint8_t> octets) {
    std::memcpy(octets_ + size_, octets.data(), octets.size());
    size_ += octets.size();
  }
  void PutLowered(NameView name) {
    for (const uint8_t octet : name.octets()) octets_[size_++] = LowerOctet(octet);
  }

  uint8_t octets_[kNameOctetsMax + kRecordTailOctets];
  size_t size_ = 0;
};

// The owner that was signed has this many octets.
size_t SignedOwnerOctets(NameView owner, size_t labels) {
  if (labels >= SignedLabels(owner)) return owner.size();
  return sizeof kWildcardLabel + owner.Suffix(labels).size();
}

}  // namespace

size_t SignedLabels(NameView owner) { return owner.LabelCount() - (owner.IsWildcard() ? 1 : 0); }

size_t SignedOctetsSize(const SignedRRset& rrset, const CanonicalOrder& order,
                        const RrsigView& rrsig) {
  TERN_REQUIRE(order.records() == rrset.rdatas.size());
  const size_t front = SignedOwnerOctets(rrset.owner, rrsig.labels) + kRecordTailOctets;
  size_t octets = RrsigView::kFixedOctets + rrsig.signer.size() + order.places().size() * front;
  for (const uint8_t place : order.places()) octets += rrset.rdatas[place].size();
  return octets;
}

SignedOctetsError WriteSignedOctets(const SignedRRset& rrset, const CanonicalOrder& order,
                                    const RrsigView& rrsig, std::span<uint8_t> out,
                                    size_t* written) {
  TERN_REQUIRE(order.records() == rrset.rdatas.size());
  TERN_REQUIRE(rrsig.rdata.size() >= RrsigView::kFixedOctets);
  if (rrsig.labels > SignedLabels(rrset.owner)) return SignedOctetsError::kLabels;
  if (out.size() < SignedOctetsSize(rrset, order, rrsig)) return SignedOctetsError::kNoRoom;
  std::memcpy(out.data(), rrsig.fixed_fields().data(), RrsigView::kFixedOctets);
  size_t at = RrsigView::kFixedOctets;
  for (const uint8_t octet : rrsig.signer.octets()) out[at++] = LowerOctet(octet);
  const RecordFront record_front(rrset, rrsig.labels, rrsig.original_ttl);
  const std::span<const uint8_t> front = record_front.octets();
  for (const uint8_t place : order.places()) {
    const std::span<const uint8_t> rdata = rrset.rdatas[place];
    if (rdata.size() > kRdataOctetsMax) return SignedOctetsError::kBadRdata;
    std::memcpy(out.data() + at, front.data(), front.size());
    at += front.size();
    StoreU16(out.data() + at, static_cast<uint16_t>(rdata.size()));
    at += 2;
    if (!CopyCanonicalRdata(rrset.type, rdata, out.subspan(at)))
      return SignedOctetsError::kBadRdata;
    at += rdata.size();
  }
  *written = at;
  return SignedOctetsError::kNone;
}

}  // namespace tern::wire
