#include "wire/canonical.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "wire/ascii_case.h"
#include "wire/dnssec_records.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/rdata_fields.h"

namespace tern::wire {
namespace {

// Types that no table of shapes has: they are obsolete, but RFC 4034 section 6.2 names them.
constexpr auto kSig = static_cast<RRType>(24);  // its RDATA is that of RRSIG
constexpr auto kNxt = static_cast<RRType>(30);
constexpr auto kA6 = static_cast<RRType>(38);

// A bit for each type of RFC 4034 section 6.2, in its order: NS MD MF CNAME SOA MB MG MR PTR MINFO
// MX RP AFSDB RT SIG PX NXT NAPTR KX SRV DNAME A6 RRSIG. Not HINFO, which has no names, and not
// NSEC (RFC 6840 section 5.1).
constexpr uint64_t kLowering = [] {
  uint64_t bits = 0;
  for (const int number :
       {2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 24, 26, 30, 35, 36, 33, 39, 38, 46}) {
    bits |= uint64_t{1} << number;
  }
  return bits;
}();

// The octets of the names that are lowered. The names of one RDATA stand side by side, and a length
// octet never looks like a letter.
struct LoweredOctets {
  uint16_t begin = 0;
  uint16_t end = 0;

  bool Has(size_t at) const { return at >= begin && at < end; }
};

std::optional<LoweredOctets> NameAt(std::span<const uint8_t> rdata, size_t begin) {
  if (begin > rdata.size()) return std::nullopt;
  const std::optional<NameView> name = NameView::FromWire(rdata.subspan(begin));
  if (!name) return std::nullopt;
  return LoweredOctets{static_cast<uint16_t>(begin), static_cast<uint16_t>(begin + name->size())};
}

// RFC 2874 section 3.1: a prefix length, the rest of the address, and a name unless that length is
// 0.
std::optional<LoweredOctets> NameOfA6(std::span<const uint8_t> rdata) {
  if (rdata.empty() || rdata[0] > 128) return std::nullopt;
  if (rdata[0] == 0) return LoweredOctets{};
  return NameAt(rdata, size_t{1} + (128 - rdata[0] + 7) / 8);
}

std::optional<LoweredOctets> NamesOfShape(const RdataShape& shape, std::span<const uint8_t> rdata) {
  LoweredOctets names;
  std::span<const uint8_t> left = rdata;
  for (const RdataField field : shape.fields) {
    if (field == RdataField::kEnd || (names.end != 0 && !IsNameField(field))) break;
    const std::optional<size_t> octets = FieldOctets(field, left);
    if (!octets) return std::nullopt;
    const auto at = static_cast<uint16_t>(rdata.size() - left.size());
    left = left.subspan(*octets);
    if (!IsNameField(field)) continue;
    if (names.end == 0) names.begin = at;
    names.end = static_cast<uint16_t>(at + *octets);
  }
  return names;
}

// Nothing when a name is not there, or when it starts behind the largest RDATA.
// REQUIRES: LowersNames(type).
std::optional<LoweredOctets> FindLoweredOctets(RRType type, std::span<const uint8_t> rdata) {
  rdata = rdata.first(std::min(rdata.size(), kRdataOctetsMax));
  if (type == kSig) return NameAt(rdata, RrsigView::kFixedOctets);
  if (type == kNxt) return NameAt(rdata, 0);
  if (type == kA6) return NameOfA6(rdata);
  return NamesOfShape(*FindShape(type), rdata);
}

int CompareOctets(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  const size_t shared = std::min(a.size(), b.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.data(), b.data(), shared);
  if (order != 0) return order;
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

// Compares what both would be with their names lowered. Up to the first difference both have the
// same fields. So equal words can be skipped without a look at single octets.
int CompareLowered(std::span<const uint8_t> a, LoweredOctets names_a, std::span<const uint8_t> b,
                   LoweredOctets names_b) {
  size_t at = 0;
  if (names_a.begin == names_b.begin) {
    at = names_a.begin;
    const int order = at == 0 ? 0 : std::memcmp(a.data(), b.data(), at);
    if (order != 0) return order;
    const size_t end = std::min(names_a.end, names_b.end);
    while (at + 8 <= end && EqualWords(a.data() + at, b.data() + at)) at += 8;
  }
  const size_t shared = std::min(a.size(), b.size());
  const size_t behind = std::min<size_t>(shared, std::max(names_a.end, names_b.end));
  for (; at < behind; ++at) {
    const int octet_a = names_a.Has(at) ? LowerOctet(a[at]) : a[at];
    const int octet_b = names_b.Has(at) ? LowerOctet(b[at]) : b[at];
    if (octet_a != octet_b) return octet_a - octet_b;
  }
  return CompareOctets(a.subspan(at), b.subspan(at));
}

}  // namespace

bool LowersNames(RRType type) {
  const auto number = static_cast<uint16_t>(type);
  return number < 64 && (kLowering >> number & 1) != 0;
}

bool CopyCanonicalRdata(RRType type, std::span<const uint8_t> rdata, std::span<uint8_t> out) {
  if (rdata.size() > out.size()) return false;
  if (rdata.empty()) return !LowersNames(type);
  std::memcpy(out.data(), rdata.data(), rdata.size());
  if (!LowersNames(type)) return true;
  const std::optional<LoweredOctets> names = FindLoweredOctets(type, rdata);
  if (!names) return false;
  for (size_t at = names->begin; at < names->end; ++at) out[at] = LowerOctet(out[at]);
  return true;
}

int CompareCanonicalRdata(RRType type, std::span<const uint8_t> a, std::span<const uint8_t> b) {
  if (!LowersNames(type)) return CompareOctets(a, b);
  return CompareLowered(a, FindLoweredOctets(type, a).value_or(LoweredOctets{}), b,
                        FindLoweredOctets(type, b).value_or(LoweredOctets{}));
}

bool CanonicalOrder::Make(RRType type, std::span<const std::span<const uint8_t>> rdatas) {
  count_ = 0;
  records_ = rdatas.size();
  if (rdatas.size() > kRecordsMax) return false;
  std::array<LoweredOctets, kRecordsMax> names;  // all empty if the type has no name to lower
  const bool lowers = rdatas.size() > 1 && LowersNames(type);
  for (size_t i = 0; i < rdatas.size(); ++i) {
    places_[i] = static_cast<uint8_t>(i);
    if (lowers) names[i] = FindLoweredOctets(type, rdatas[i]).value_or(LoweredOctets{});
  }
  const auto compare = [&](uint8_t a, uint8_t b) {
    return lowers ? CompareLowered(rdatas[a], names[a], rdatas[b], names[b])
                  : CompareOctets(rdatas[a], rdatas[b]);
  };
  const auto end = places_.begin() + static_cast<ptrdiff_t>(rdatas.size());
  std::sort(places_.begin(), end, [&](uint8_t a, uint8_t b) { return compare(a, b) < 0; });
  const auto last =
      std::unique(places_.begin(), end, [&](uint8_t a, uint8_t b) { return compare(a, b) == 0; });
  count_ = static_cast<size_t>(last - places_.begin());
  return true;
}

}  // namespace tern::wire
