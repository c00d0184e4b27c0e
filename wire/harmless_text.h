// Text of others, made harmless for people: whatever shows octets from the network or from a file
// in a log, on a terminal or in an error message shows them through this. JSON and presentation
// format (text_encoding.h) have escapes of their own.
//
// Thread: any. Never on the hot path. Bounded by four octets for each octet of the text.
#pragma once

#include <string>
#include <string_view>

namespace tern {

// `text` as printable ASCII on one line. Each other octet becomes an escape, `\x1b`. So no locale
// and no terminal sees a control character, of UTF-8 and of Latin-1 (0x80 to 0x9f) neither. A
// backslash stays as it is, so what is already harmless does not change.
std::string HarmlessText(std::string_view text);

}  // namespace tern
