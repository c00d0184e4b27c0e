// Writes names, types and RDATA as text (RFC 1035 section 5.1, RFC 3597 section 5, RFC 9460 section
// 2.1 for SVCB), and reads types and classes from text. parse_presentation.h reads names and RDATA.
//
// For the tool, logs and tests, never on the hot path.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

// With escapes (`\.`, `\032`) and a dot at the end: `www.example.com.`, `.` for the root.
std::string ToText(NameView name);
// `A`, or `TYPE65280` for a type without a mnemonic (RFC 3597 section 5).
std::string ToText(RRType type);
std::string ToText(RRClass rrclass);
std::string ToText(Rcode rcode);
// The flags that are set, except QR, as dig names them: `aa`, `tc`, `rd`, `ra`, `ad`, `cd`.
std::vector<std::string_view> FlagNames(const Header& header);
// RDATA as in a master file. It is `\# n hex` for opaque types, and for octets that do not have
// their type's shape.
std::string RdataToText(RRType type, std::span<const uint8_t> rdata);
// The same of a record that still lies in its message, whose names may be compressed.
std::string ToText(const PackedName& name);
// Nothing when the octets do not have their type's shape (CopyRdata).
std::optional<std::string> RdataToText(const RecordView& record);

std::optional<RRType> ParseType(std::string_view text);
std::optional<RRClass> ParseClass(std::string_view text);
// A DNSSEC algorithm: its number, or its mnemonic (RFC 4034 appendix A.1 and IANA's registry).
std::optional<uint8_t> ParseAlgorithm(std::string_view text);

}  // namespace tern::wire
