// The one table of RDATA shapes: for every type that Tern knows, its mnemonic and its fields in
// order. Copying, checking, writing, printing and parsing all walk this table. So one line adds a
// type.
//
// Thread: any. Constants.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "wire/types.h"

namespace tern::wire {

enum class RdataField : uint8_t {
  kEnd,
  // Names (RFC 3597 section 4). The first may be compressed when read and when written. The second
  // may be compressed when read, but is never written so. The third is never compressed.
  kCompressedName,
  kReadCompressedName,
  kPlainName,
  // Fields of fixed size.
  kU8,
  kAlgorithm,  // 8 bits; a number or a mnemonic as text (RFC 4034 appendix A.1)
  kU16,
  kU32,
  kTime,  // 32 bits of seconds, YYYYMMDDHHmmSS as text (RFC 4034 section 3.2)
  kType,  // a record type, its mnemonic as text
  kIPv4,
  kIPv6,
  // Fields that start with a length octet.
  kString,      // quoted as text
  kTag,         // at least one octet, bare as text (RFC 8659 section 4.1)
  kSalt,        // hexadecimal, `-` when empty (RFC 5155 section 3.3)
  kHashedName,  // at least one octet, base32hex (RFC 5155 section 3.3)
  // Fields that go to the end of the RDATA, so only the last field can be one.
  kStrings,     // one or more character-strings
  kQuotedRest,  // octets without a length, quoted as text
  kHex,
  kBase64,
  kTypeBitmap,  // RFC 4034 section 4.1.2
  kSvcParams,   // RFC 9460 section 2.2
  kOptions,     // EDNS options (RFC 6891 section 6.1.2); no text form
};

struct RdataShape {
  static constexpr size_t kFieldsMax = 10;  // RRSIG has nine, and one more for kEnd

  RRType type;
  std::string_view mnemonic;
  std::array<RdataField, kFieldsMax> fields;  // kEnd behind the last
};

std::span<const RdataShape> KnownShapes();

// Null for an opaque type.
const RdataShape* FindShape(RRType type);

constexpr bool IsNameField(RdataField field) {
  return field == RdataField::kCompressedName || field == RdataField::kReadCompressedName ||
         field == RdataField::kPlainName;
}

// How many octets an uncompressed `field` takes at the front of `left`. Nothing when it does not
// fit or has the wrong form.
// REQUIRES: field != kEnd.
std::optional<size_t> FieldOctets(RdataField field, std::span<const uint8_t> left);

}  // namespace tern::wire
