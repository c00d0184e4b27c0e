#include "wire/rdata.h"

#include <cstring>

#include "wire/check.h"
#include "wire/edns.h"
#include "wire/rdata_fields.h"
#include "wire/type_bitmap.h"

namespace tern::wire {
namespace {

using enum RdataField;

constexpr RRType Number(uint16_t value) { return static_cast<RRType>(value); }

constexpr auto kShapes = std::to_array<RdataShape>({
    {RRType::kA, "A", {kIPv4}},
    {RRType::kNS, "NS", {kCompressedName}},
    {Number(3), "MD", {kCompressedName}},
    {Number(4), "MF", {kCompressedName}},
    {RRType::kCNAME, "CNAME", {kCompressedName}},
    {RRType::kSOA, "SOA", {kCompressedName, kCompressedName, kU32, kU32, kU32, kU32, kU32}},
    {Number(7), "MB", {kCompressedName}},
    {Number(8), "MG", {kCompressedName}},
    {Number(9), "MR", {kCompressedName}},
    {RRType::kPTR, "PTR", {kCompressedName}},
    {RRType::kHINFO, "HINFO", {kString, kString}},
    {Number(14), "MINFO", {kCompressedName, kCompressedName}},
    {RRType::kMX, "MX", {kU16, kCompressedName}},
    {RRType::kTXT, "TXT", {kStrings}},
    {Number(17), "RP", {kReadCompressedName, kReadCompressedName}},
    {Number(18), "AFSDB", {kU16, kReadCompressedName}},
    {Number(21), "RT", {kU16, kReadCompressedName}},
    {Number(26), "PX", {kU16, kReadCompressedName, kReadCompressedName}},
    {RRType::kAAAA, "AAAA", {kIPv6}},
    {RRType::kSRV, "SRV", {kU16, kU16, kU16, kReadCompressedName}},
    {RRType::kNAPTR, "NAPTR", {kU16, kU16, kString, kString, kString, kReadCompressedName}},
    {Number(36), "KX", {kU16, kPlainName}},
    // RFC 6672 section 2.5: never compressed.
    {RRType::kDNAME, "DNAME", {kPlainName}},
    {RRType::kOPT, "OPT", {kOptions}},
    {RRType::kDS, "DS", {kU16, kAlgorithm, kU8, kHex}},
    {Number(44), "SSHFP", {kU8, kU8, kHex}},
    {RRType::kRRSIG,
     "RRSIG",
     {kType, kAlgorithm, kU8, kU32, kTime, kTime, kU16, kPlainName, kBase64}},
    {RRType::kNSEC, "NSEC", {kPlainName, kTypeBitmap}},
    {RRType::kDNSKEY, "DNSKEY", {kU16, kU8, kAlgorithm, kBase64}},
    {RRType::kNSEC3, "NSEC3", {kU8, kU8, kU16, kSalt, kHashedName, kTypeBitmap}},
    {RRType::kNSEC3PARAM, "NSEC3PARAM", {kU8, kU8, kU16, kSalt}},
    {RRType::kTLSA, "TLSA", {kU8, kU8, kU8, kHex}},
    {Number(53), "SMIMEA", {kU8, kU8, kU8, kHex}},
    {Number(59), "CDS", {kU16, kAlgorithm, kU8, kHex}},
    {Number(60), "CDNSKEY", {kU16, kU8, kAlgorithm, kBase64}},
    {Number(61), "OPENPGPKEY", {kBase64}},
    {Number(62), "CSYNC", {kU32, kU16, kTypeBitmap}},
    {Number(63), "ZONEMD", {kU32, kU8, kU8, kHex}},
    {RRType::kSVCB, "SVCB", {kU16, kPlainName, kSvcParams}},
    {RRType::kHTTPS, "HTTPS", {kU16, kPlainName, kSvcParams}},
    {RRType::kSPF, "SPF", {kStrings}},
    {Number(256), "URI", {kU16, kU16, kQuotedRest}},
    {RRType::kCAA, "CAA", {kU8, kTag, kQuotedRest}},
});

// For types below 100: the index in kShapes plus one, or zero for an opaque type. The few higher
// types are at the table's end.
constexpr size_t kIndexed = 100;
constexpr size_t kAboveIndexed = 2;
constexpr auto kShapeIndex = [] {
  std::array<uint8_t, kIndexed> index{};
  for (size_t i = 0; i < kShapes.size(); ++i) {
    const auto value = static_cast<uint16_t>(kShapes[i].type);
    if (value < kIndexed) index[value] = static_cast<uint8_t>(i + 1);
  }
  return index;
}();
static_assert(static_cast<uint16_t>(kShapes[kShapes.size() - kAboveIndexed - 1].type) < kIndexed);

constexpr auto kMayCompress = [] {
  std::array<bool, kIndexed> may_compress{};
  for (const RdataShape& shape : kShapes) {
    for (const RdataField field : shape.fields) {
      if (field == kCompressedName) may_compress[static_cast<uint16_t>(shape.type)] = true;
    }
  }
  return may_compress;
}();

bool MayBePacked(RdataField field) {
  return field == kCompressedName || field == kReadCompressedName;
}

bool HasOctets(std::span<const uint8_t> octets, size_t count) { return octets.size() >= count; }

// One or more whole strings up to the end (RFC 1035 section 3.3.14).
bool AreStrings(std::span<const uint8_t> left) {
  if (left.empty()) return false;
  while (!left.empty()) {
    const size_t octets = left[0] + size_t{1};
    if (!HasOctets(left, octets)) return false;
    left = left.subspan(octets);
  }
  return true;
}

// SVCB's parameters have the form of OPT's options, with keys that strictly increase (RFC 9460
// section 2.2). The formats of the values are not checked, because a resolver must carry what it
// does not know.
bool AreServiceParameters(std::span<const uint8_t> left) {
  OptionCursor cursor(left);
  EdnsOptionView parameter;
  int last_key = -1;
  while (cursor.Next(&parameter)) {
    const int key = static_cast<uint16_t>(parameter.code);
    if (key <= last_key) return false;
    last_key = key;
  }
  return cursor.IsAtEnd();
}

std::optional<size_t> IfFits(size_t octets, std::span<const uint8_t> left) {
  if (!HasOctets(left, octets)) return std::nullopt;
  return octets;
}

// A field with a length octet before it. `octets_min` does not count that octet.
std::optional<size_t> CountedOctets(size_t octets_min, std::span<const uint8_t> left) {
  if (left.empty() || left[0] < octets_min) return std::nullopt;
  return IfFits(left[0] + size_t{1}, left);
}

std::optional<size_t> AllIf(bool valid, std::span<const uint8_t> left) {
  if (!valid) return std::nullopt;
  return left.size();
}

// Measures one field at the front of `left`, which holds the last octets of the RDATA. *name is a
// name that may be compressed.
ParseError MeasureField(const RecordView& record, RdataField field, std::span<const uint8_t> left,
                        PackedName* name, size_t* taken) {
  if (MayBePacked(field)) {
    const size_t offset = static_cast<size_t>(left.data() - record.message.data());
    size_t end;
    const ParseError error = PackedName::Read(record.message, offset, name, &end);
    if (error != ParseError::kNone) return error;
    *taken = end - offset;
    return *taken > left.size() ? ParseError::kBadRecord : ParseError::kNone;
  }
  const std::optional<size_t> octets = FieldOctets(field, left);
  if (!octets) return field == kPlainName ? ParseError::kBadName : ParseError::kBadRecord;
  *taken = *octets;
  return ParseError::kNone;
}

// Calls put(octets, name) for each field as it is in the message. Opaque RDATA is one field. `name`
// is null unless the field is a name that may be compressed. kBadRecord when put returns false.
template <typename Put>
ParseError ForEachField(const RecordView& record, Put put) {
  const RdataShape* shape = FindShape(record.type);
  std::span<const uint8_t> left = record.rdata;
  if (shape == nullptr) return put(left, nullptr) ? ParseError::kNone : ParseError::kBadRecord;
  for (const RdataField field : shape->fields) {
    if (field == kEnd) break;
    PackedName name;
    size_t taken;
    const ParseError error = MeasureField(record, field, left, &name, &taken);
    if (error != ParseError::kNone) return error;
    if (!put(left.first(taken), MayBePacked(field) ? &name : nullptr)) {
      return ParseError::kBadRecord;
    }
    left = left.subspan(taken);
  }
  return left.empty() ? ParseError::kNone : ParseError::kBadRecord;
}

}  // namespace

std::span<const RdataShape> KnownShapes() { return kShapes; }

const RdataShape* FindShape(RRType type) {
  const auto value = static_cast<uint16_t>(type);
  if (value < kIndexed) {
    return kShapeIndex[value] == 0 ? nullptr : &kShapes[kShapeIndex[value] - 1];
  }
  for (size_t i = kShapes.size() - kAboveIndexed; i < kShapes.size(); ++i) {
    if (kShapes[i].type == type) return &kShapes[i];
  }
  return nullptr;
}

std::optional<size_t> FieldOctets(RdataField field, std::span<const uint8_t> left) {
  switch (field) {
    case kEnd:
      break;
    case kCompressedName:
    case kReadCompressedName:
    case kPlainName: {
      const std::optional<NameView> name = NameView::FromWire(left);
      if (!name) return std::nullopt;
      return name->size();
    }
    case kU8:
    case kAlgorithm:
      return IfFits(1, left);
    case kU16:
    case kType:
      return IfFits(2, left);
    case kU32:
    case kTime:
    case kIPv4:
      return IfFits(4, left);
    case kIPv6:
      return IfFits(16, left);
    case kString:
    case kSalt:
      return CountedOctets(0, left);
    case kTag:
    case kHashedName:
      return CountedOctets(1, left);
    case kStrings:
      return AllIf(AreStrings(left), left);
    case kTypeBitmap:
      return AllIf(TypeBitmap::FromWire(left).has_value(), left);
    case kSvcParams:
      return AllIf(AreServiceParameters(left), left);
    case kOptions:
      return AllIf(AreSoundOptions(left), left);
    case kQuotedRest:
    case kHex:
    case kBase64:
      return left.size();
  }
  TERN_REQUIRE(field != kEnd);
  return std::nullopt;
}

bool IsValidRdata(RRType type, std::span<const uint8_t> rdata) {
  if (rdata.size() > kRdataOctetsMax) return false;
  const RdataShape* shape = FindShape(type);
  if (shape == nullptr) return true;
  for (const RdataField field : shape->fields) {
    if (field == kEnd) break;
    const std::optional<size_t> octets = FieldOctets(field, rdata);
    if (!octets) return false;
    rdata = rdata.subspan(*octets);
  }
  return rdata.empty();
}

ParseError CopyRdata(const RecordView& record, std::span<uint8_t> out, size_t* written) {
  size_t total = 0;
  const auto put = [&](std::span<const uint8_t> octets, const PackedName* name) {
    const size_t size = name != nullptr ? name->uncompressed_size() : octets.size();
    if (size > out.size() - total) return false;
    if (name != nullptr) {
      name->CopyTo(out.data() + total);
    } else if (size != 0) {
      std::memcpy(out.data() + total, octets.data(), size);
    }
    total += size;
    return true;
  };
  const ParseError error = ForEachField(record, put);
  if (error == ParseError::kNone) *written = total;
  return error;
}

ParseError CheckRdata(const RecordView& record, size_t* steps) {
  return ForEachField(record, [steps](std::span<const uint8_t>, const PackedName* name) {
    if (name != nullptr && steps != nullptr) *steps += name->steps();
    return true;
  });
}

bool MayCompress(RRType type) {
  const auto value = static_cast<uint16_t>(type);
  return value < kIndexed && kMayCompress[value];
}

SoaFields ReadSoa(std::span<const uint8_t> rdata) {
  constexpr size_t kNumbersOctets = 20;  // serial, refresh, retry, expire, minimum
  TERN_REQUIRE(rdata.size() > kNumbersOctets);
  TERN_DCHECK(IsValidRdata(RRType::kSOA, rdata));
  const uint8_t* numbers = rdata.data() + rdata.size() - kNumbersOctets;
  return SoaFields{LoadU32(numbers), LoadU32(numbers + 16)};
}

}  // namespace tern::wire
