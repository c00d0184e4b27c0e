// How octets are written in presentation format: escapes in names and character-strings (RFC 1035
// section 5.1), decimal numbers, hexadecimal, base64 and base32hex (RFC 4648). Names and RDATA are
// in presentation.h.
//
// Thread: any. Pure functions.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tern::wire {

enum class Quoting : uint8_t {
  kQuoted,  // inside double quotes
  kBare,    // a field of its own
  kLabel,   // one label of a name
};

// Appends `octets` so that a reader gets the same octets back.
void AppendEscaped(std::span<const uint8_t> octets, Quoting quoting, std::string* text);

// In double quotes.
std::string QuotedText(std::span<const uint8_t> octets);

// Takes one octet from the front of `*text` and undoes its escape. `*text` moves on behind it.
// `*escaped` says whether it was escaped. Nothing for an escape that is cut off or above 255.
// REQUIRES: !text->empty().
std::optional<uint8_t> TakeOctet(std::string_view* text, bool* escaped);

// All of `text` with its escapes undone.
std::optional<std::string> UndoEscapes(std::string_view text);

// Digits only, no sign, at most `max`.
template <std::unsigned_integral Number = uint32_t>
std::optional<Number> ParseDecimal(
    std::string_view text, std::type_identity_t<Number> max = std::numeric_limits<Number>::max()) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > max) return std::nullopt;
  return number;
}

std::string ToHex(std::span<const uint8_t> octets);
std::optional<std::string> FromHex(std::string_view text);

// With padding (RFC 4648 section 4).
std::string ToBase64(std::span<const uint8_t> octets);
std::optional<std::string> FromBase64(std::string_view text);

// Without padding, as RFC 5155 section 3.3 wants it.
std::string ToBase32Hex(std::span<const uint8_t> octets);
std::optional<std::string> FromBase32Hex(std::string_view text);

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool EqualTexts(std::string_view a, std::string_view b);  // ASCII case ignored

inline std::span<const uint8_t> AsOctets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(std::span<const uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

}  // namespace tern::wire
