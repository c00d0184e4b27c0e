// The one table of what RDATA looks like: for every type that Tern knows, its mnemonic and its
// fields in order. Copying, checking, writing, printing and parsing all walk this table, so that a
// type is added by one line.
//
// Thread: any; constants.
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
  // Names, by RFC 3597 section 4: both ways compressible, undone when read but never written, and
  // never compressed.
  kCompressedName,
  kReadCompressedName,
  kPlainName,
  // Of fixed size.
  kU8,
  kU16,
  kU32,
  kTime,  // 32 bits of seconds, YYYYMMDDHHmmSS as text (RFC 4034 section 3.2)
  kType,  // a record type, its mnemonic as text
  kIPv4,
  kIPv6,
  // With a length octet before.
  kString,      // quoted as text
  kTag,         // at least one octet, bare as text (RFC 8659 section 4.1)
  kSalt,        // hexadecimal, `-` when empty (RFC 5155 section 3.3)
  kHashedName,  // at least one octet, base32hex (RFC 5155 section 3.3)
  // To the end of the RDATA; only as the last field.
  kStrings,     // one or more character-strings
  kQuotedRest,  // octets without a length, quoted as text
  kHex,
  kBase64,
  kTypeBitmap,  // RFC 4034 section 4.1.2
  kSvcParams,   // RFC 9460 section 2.2
  kOptions,     // EDNS options (RFC 6891 section 6.1.2); no text form
};

struct RdataShape {
  static constexpr size_t kFieldsMax = 10;  // RRSIG has nine, and one that says kEnd

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

// How many octets at the front of `left` an uncompressed `field` takes; nothing when it does not
// fit or has the wrong form. REQUIRES: field != kEnd.
std::optional<size_t> FieldOctets(RdataField field, std::span<const uint8_t> left);

}  // namespace tern::wire
