// Reads the records of DNSSEC from arbitrary RDATA. Each is readable exactly when it has the shape
// of its type; its parts lie inside the RDATA and make it up; a type bitmap has the types of its
// bits.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "tests/fuzz/property.h"
#include "wire/dnssec_records.h"
#include "wire/rdata.h"

namespace tern::wire {
namespace {

// The types by the plainest reading, in increasing order.
std::vector<uint16_t> NaiveTypes(std::span<const uint8_t> octets) {
  std::vector<uint16_t> types;
  for (size_t at = 0; at + 2 <= octets.size(); at += 2u + octets[at + 1]) {
    for (size_t bit = 0; bit < 8u * octets[at + 1]; ++bit) {
      if ((octets[at + 2 + bit / 8] >> (7 - bit % 8) & 1) != 0) {
        types.push_back(static_cast<uint16_t>(octets[at] * 256 + bit));
      }
    }
  }
  return types;
}

void CheckTypes(const TypeBitmap& types) {
  const std::vector<uint16_t> expected = NaiveTypes(types.octets());
  TERN_FUZZ_PROPERTY(types.IsEmpty() == expected.empty());
  for (size_t i = 0; i < expected.size(); ++i) {
    TERN_FUZZ_PROPERTY(i == 0 || expected[i - 1] < expected[i]);
    TERN_FUZZ_PROPERTY(types.Contains(static_cast<RRType>(expected[i])));
    const auto behind = static_cast<uint16_t>(expected[i] + 1);
    const bool has_behind = i + 1 < expected.size() && expected[i + 1] == behind;
    TERN_FUZZ_PROPERTY(behind == 0 || types.Contains(static_cast<RRType>(behind)) == has_behind);
  }
}

bool ReadKeyOrDigest(RRType type, std::span<const uint8_t> rdata) {
  if (type == RRType::kDS) {
    const std::optional<DsView> ds = ReadDs(rdata);
    TERN_FUZZ_PROPERTY(!ds || ds->digest.size() + 4 == rdata.size());
    return ds.has_value();
  }
  const std::optional<DnskeyView> key = ReadDnskey(rdata);
  if (!key) return false;
  TERN_FUZZ_PROPERTY(key->public_key.size() + 4 == rdata.size());
  uint64_t sum = 0;
  for (size_t i = 0; i < rdata.size(); ++i) sum += rdata[i] << (i % 2 == 0 ? 8 : 0);
  TERN_FUZZ_PROPERTY(key->KeyTag() == ((sum + (sum >> 16 & 0xffff)) & 0xffff));
  return true;
}

bool ReadSignature(std::span<const uint8_t> rdata) {
  const std::optional<RrsigView> rrsig = ReadRrsig(rdata);
  if (!rrsig) return false;
  TERN_FUZZ_PROPERTY(RrsigView::kFixedOctets + rrsig->signer.size() + rrsig->signature.size() ==
                     rdata.size());
  TERN_FUZZ_PROPERTY(rrsig->SecondsSinceInception(rrsig->inception) == 0);
  TERN_FUZZ_PROPERTY(rrsig->SecondsToExpiration(rrsig->expiration) == 0);
  TERN_FUZZ_PROPERTY(rrsig->SecondsToExpiration(rrsig->inception) == rrsig->SecondsOfValidity());
  return true;
}

bool ReadDenial(RRType type, std::span<const uint8_t> rdata) {
  if (type == RRType::kNSEC) {
    const std::optional<NsecView> nsec = ReadNsec(rdata);
    if (!nsec) return false;
    TERN_FUZZ_PROPERTY(nsec->next.size() + nsec->types.octets().size() == rdata.size());
    CheckTypes(nsec->types);
    return true;
  }
  if (type == RRType::kNSEC3PARAM) {
    const std::optional<Nsec3ParamView> param = ReadNsec3Param(rdata);
    TERN_FUZZ_PROPERTY(!param || param->salt.size() + 5 == rdata.size());
    return param.has_value();
  }
  const std::optional<Nsec3View> nsec3 = ReadNsec3(rdata);
  if (!nsec3) return false;
  TERN_FUZZ_PROPERTY(!nsec3->next_hash.empty());
  TERN_FUZZ_PROPERTY(6 + nsec3->salt.size() + nsec3->next_hash.size() +
                         nsec3->types.octets().size() ==
                     rdata.size());
  CheckTypes(nsec3->types);
  return true;
}

bool IsReadable(RRType type, std::span<const uint8_t> rdata) {
  switch (type) {
    case RRType::kDNSKEY:
    case RRType::kDS:
      return ReadKeyOrDigest(type, rdata);
    case RRType::kRRSIG:
      return ReadSignature(rdata);
    default:
      return ReadDenial(type, rdata);
  }
}

}  // namespace
}  // namespace tern::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using tern::wire::RRType;
  constexpr RRType kTypes[] = {RRType::kDNSKEY, RRType::kDS,    RRType::kRRSIG,
                               RRType::kNSEC,   RRType::kNSEC3, RRType::kNSEC3PARAM};
  if (size == 0) return 0;
  const RRType type = kTypes[octets[0] % std::size(kTypes)];
  const std::span<const uint8_t> rdata(octets + 1, size - 1);
  TERN_FUZZ_PROPERTY(tern::wire::IsReadable(type, rdata) == tern::wire::IsValidRdata(type, rdata));
  return 0;
}
