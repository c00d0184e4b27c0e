// What Tern knows of the insides of RDATA: which types hold names, which of those names may be
// compressed, and whether octets have the shape that their type asks for. Every other type is
// opaque (RFC 3597).
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

// Copies a record's RDATA with every compressed name written out, and checks its shape (a fixed
// size for A and AAAA, whole names, whole character-strings, nothing behind the end).
// Compression is undone for the types of RFC 1035 and the few that old senders compress
// (RFC 3597 section 4); in all others a pointer is kBadName or plain octets.
// `*written` is the number of octets put into `out`; kBadRecord when they do not fit.
[[nodiscard]] ParseError CopyRdata(const RecordView& record, std::span<uint8_t> out,
                                   size_t* written);

// What CopyRdata would say, given room enough.
[[nodiscard]] ParseError CheckRdata(const RecordView& record);

// Checks uncompressed RDATA of `type`, as CopyRdata makes it or as presentation format gives it.
[[nodiscard]] bool IsValidRdata(RRType type, std::span<const uint8_t> rdata);

// May a writer compress the names in this type's RDATA (RFC 3597 section 4: only those of
// RFC 1035: NS CNAME SOA PTR MX and the obsolete ones).
bool MayCompress(RRType type);

// The fields of SOA RDATA that a resolver needs. REQUIRES: IsValidRdata(kSOA, rdata).
struct SoaFields {
  uint32_t serial = 0;
  uint32_t minimum = 0;  // seconds
};
SoaFields ReadSoa(std::span<const uint8_t> rdata);

}  // namespace tern::wire
