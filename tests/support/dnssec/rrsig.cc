#include "tests/support/dnssec/rrsig.h"

#include <algorithm>
#include <utility>

#include "tests/support/dnssec/octets.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

constexpr size_t kRrsigFixedOctets = 18;

struct NamesInRdata {
  uint16_t type;
  size_t before;  // octets
  int names;
};

// RFC 4034 section 6.2. NAPTR has strings before its name. A6 is not used any more.
constexpr NamesInRdata kNamesInRdata[] = {
    {2, 0, 1},   {3, 0, 1},  {4, 0, 1},  {5, 0, 1},  {6, 0, 2},  {7, 0, 1},  {8, 0, 1},
    {9, 0, 1},   {12, 0, 1}, {14, 0, 2}, {15, 2, 1}, {17, 0, 2}, {18, 2, 1}, {21, 2, 1},
    {24, 18, 1}, {26, 2, 2}, {30, 0, 1}, {33, 6, 1}, {36, 2, 1}, {39, 0, 1}, {46, 18, 1},
};

// Lowers the letters of the name that starts at `at`. Returns where it ends.
size_t LowerNameAt(size_t at, Octets* rdata) {
  while (at < rdata->size() && (*rdata)[at] != 0) {
    const size_t end = std::min(rdata->size(), at + 1 + (*rdata)[at]);
    for (++at; at < end; ++at) {
      uint8_t& c = (*rdata)[at];
      if (c >= 'A' && c <= 'Z') c = static_cast<uint8_t>(c + 'a' - 'A');
    }
  }
  return at + 1;
}

}  // namespace

Octets Rrsig::Rdata() const {
  Octets rdata;
  PutU16(static_cast<uint16_t>(covered), &rdata);
  rdata.push_back(algorithm);
  rdata.push_back(labels);
  PutU32(original_ttl, &rdata);
  PutU32(expiration, &rdata);
  PutU32(inception, &rdata);
  PutU16(tag, &rdata);
  PutName(signer, &rdata);
  PutOctets(signature, &rdata);
  return rdata;
}

std::optional<Rrsig> Rrsig::FromRdata(const Octets& rdata) {
  if (rdata.size() < kRrsigFixedOctets) return std::nullopt;
  const auto signer = wire::NameView::FromWire(std::span(rdata).subspan(kRrsigFixedOctets));
  if (!signer) return std::nullopt;
  Rrsig rrsig;
  rrsig.covered = static_cast<wire::RRType>(GetU16(rdata, 0));
  rrsig.algorithm = rdata[2];
  rrsig.labels = rdata[3];
  rrsig.original_ttl = GetU32(rdata, 4);
  rrsig.expiration = GetU32(rdata, 8);
  rrsig.inception = GetU32(rdata, 12);
  rrsig.tag = GetU16(rdata, 16);
  rrsig.signer = *signer;
  rrsig.signature.assign(rdata.begin() + static_cast<ptrdiff_t>(kRrsigFixedOctets + signer->size()),
                         rdata.end());
  return rrsig;
}

uint8_t SignedLabels(wire::NameView owner) {
  return static_cast<uint8_t>(owner.LabelCount() - (owner.IsWildcard() ? 1 : 0));
}

Octets CanonicalRdata(wire::RRType type, const Octets& rdata) {
  Octets canonical = rdata;
  if (type == wire::RRType::kNAPTR) {
    size_t at = 4;
    for (int string = 0; string < 3 && at < rdata.size(); ++string) at += 1 + rdata[at];
    LowerNameAt(at, &canonical);
    return canonical;
  }
  for (const NamesInRdata& names : kNamesInRdata) {
    if (names.type != static_cast<uint16_t>(type)) continue;
    size_t at = names.before;
    for (int i = 0; i < names.names; ++i) at = LowerNameAt(at, &canonical);
  }
  return canonical;
}

Octets SignedOctets(const Rrsig& rrsig, const std::vector<PlainRecord>& rrset) {
  TERN_REQUIRE(!rrset.empty());
  Rrsig without_signature = rrsig;
  without_signature.signature.clear();
  without_signature.signer.Lower();
  Octets octets = without_signature.Rdata();

  wire::Name owner = rrset.front().owner;
  const size_t labels = SignedLabels(owner);
  TERN_REQUIRE(labels >= rrsig.labels);
  if (labels > rrsig.labels) {
    owner = wire::Name(owner.view().Suffix(rrsig.labels));
    TERN_REQUIRE(owner.Prepend("*"));
  }
  std::vector<Octets> rdatas;
  for (const PlainRecord& record : rrset) {
    rdatas.push_back(CanonicalRdata(record.type, record.rdata));
  }
  std::sort(rdatas.begin(), rdatas.end());
  rdatas.erase(std::unique(rdatas.begin(), rdatas.end()), rdatas.end());
  for (const Octets& rdata : rdatas) {
    PutCanonicalName(owner, &octets);
    PutU16(static_cast<uint16_t>(rrset.front().type), &octets);
    PutU16(static_cast<uint16_t>(rrset.front().rrclass), &octets);
    PutU32(rrsig.original_ttl, &octets);
    PutU16(static_cast<uint16_t>(rdata.size()), &octets);
    PutOctets(rdata, &octets);
  }
  return octets;
}

uint16_t KeyTagOf(const Octets& dnskey) {
  uint32_t sum = 0;
  for (size_t i = 0; i < dnskey.size(); ++i) sum += i % 2 == 0 ? dnskey[i] << 8 : dnskey[i];
  return static_cast<uint16_t>(sum + (sum >> 16 & 0xffff));
}

}  // namespace tern::sim
