// What Tern knows about the content of RDATA: which types have names, which of those names may be
// compressed, and whether octets have the shape of their type. Every other type is opaque (RFC
// 3597).
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

inline constexpr size_t kRdataOctetsMax = 65535;

// Copies a record's RDATA with every name uncompressed, and checks its shape: a fixed size for A
// and AAAA, whole names, whole character-strings, nothing behind the end.
// - Names are uncompressed for the types of RFC 1035 and the few that old senders compress (RFC
//   3597 section 4). In all others a pointer is kBadName or plain octets.
// - `*written` is the number of octets in `out`. If they do not fit, the result is kBadRecord.
[[nodiscard]] ParseError CopyRdata(const RecordView& record, std::span<uint8_t> out,
                                   size_t* written);

// What CopyRdata would return with enough room. If `steps` is not null, the steps of the names in
// it are added (PackedName::steps).
[[nodiscard]] ParseError CheckRdata(const RecordView& record, size_t* steps = nullptr);

// Checks uncompressed RDATA of `type`, as CopyRdata or a text parser makes it.
[[nodiscard]] bool IsValidRdata(RRType type, std::span<const uint8_t> rdata);

// Whether a writer may compress the names in this type's RDATA. RFC 3597 section 4 allows it only
// for the types of RFC 1035: NS CNAME SOA PTR MX and the obsolete ones.
bool MayCompress(RRType type);

// The fields of SOA RDATA that a resolver needs.
// REQUIRES: IsValidRdata(kSOA, rdata).
struct SoaFields {
  uint32_t serial = 0;
  uint32_t minimum = 0;  // seconds
};
SoaFields ReadSoa(std::span<const uint8_t> rdata);

}  // namespace tern::wire
