#include "wire/text_encoding.h"

#include <cstddef>

#include "wire/ascii_case.h"
#include "wire/check.h"

namespace tern::wire {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32HexDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

char UpperChar(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool NeedsBackslash(char c, Quoting quoting) {
  if (c == '"' || c == '\\') return true;
  if (quoting == Quoting::kQuoted) return false;
  if (c == ';' || c == '(' || c == ')' || c == '@' || c == '$') return true;
  return quoting == Quoting::kLabel && c == '.';
}

// Takes the bits of the octets in groups of `digit_bits`. The last group is filled with zeros.
std::string ToDigits(std::span<const uint8_t> octets, std::string_view digits, int digit_bits) {
  const uint32_t mask = (1u << digit_bits) - 1;
  std::string text;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const uint8_t octet : octets) {
    bits = (bits << 8 | octet) & 0xffff;
    for (bit_count += 8; bit_count >= digit_bits; bit_count -= digit_bits) {
      text.push_back(digits[bits >> (bit_count - digit_bits) & mask]);
    }
  }
  if (bit_count > 0) text.push_back(digits[bits << (digit_bits - bit_count) & mask]);
  return text;
}

std::optional<std::string> FromDigits(std::string_view text, std::string_view digits,
                                      int digit_bits) {
  std::string octets;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : text) {
    const size_t digit = digits.find(c);
    if (digit == digits.npos) return std::nullopt;
    bits = (bits << digit_bits | static_cast<uint32_t>(digit)) & 0xffff;
    bit_count += digit_bits;
    if (bit_count >= 8) {
      bit_count -= 8;
      octets.push_back(static_cast<char>(bits >> bit_count));
    }
  }
  // The bits left over only fill up. They must be fewer than a digit, and zero.
  if (bit_count >= digit_bits || (bits & ((1u << bit_count) - 1)) != 0) return std::nullopt;
  return octets;
}

}  // namespace

void AppendEscaped(std::span<const uint8_t> octets, Quoting quoting, std::string* text) {
  const uint8_t printable_min = quoting == Quoting::kQuoted ? 0x20 : 0x21;
  for (const uint8_t octet : octets) {
    if (octet < printable_min || octet > 0x7e) {
      text->push_back('\\');
      text->push_back(static_cast<char>('0' + octet / 100));
      text->push_back(static_cast<char>('0' + octet / 10 % 10));
      text->push_back(static_cast<char>('0' + octet % 10));
      continue;
    }
    const char c = static_cast<char>(octet);
    if (NeedsBackslash(c, quoting)) text->push_back('\\');
    text->push_back(c);
  }
}

std::string QuotedText(std::span<const uint8_t> octets) {
  std::string text = "\"";
  AppendEscaped(octets, Quoting::kQuoted, &text);
  text.push_back('"');
  return text;
}

std::optional<uint8_t> TakeOctet(std::string_view* text, bool* escaped) {
  TERN_REQUIRE(!text->empty());
  const char first = text->front();
  text->remove_prefix(1);
  *escaped = first == '\\';
  if (!*escaped) return static_cast<uint8_t>(first);
  if (text->empty()) return std::nullopt;
  if (!IsDigit(text->front())) {
    const char second = text->front();
    text->remove_prefix(1);
    return static_cast<uint8_t>(second);
  }
  if (text->size() < 3) return std::nullopt;
  const std::optional<uint8_t> value = ParseDecimal<uint8_t>(text->substr(0, 3));
  if (value) text->remove_prefix(3);
  return value;
}

std::optional<std::string> UndoEscapes(std::string_view text) {
  std::string octets;
  while (!text.empty()) {
    bool escaped;
    const std::optional<uint8_t> octet = TakeOctet(&text, &escaped);
    if (!octet) return std::nullopt;
    octets.push_back(static_cast<char>(*octet));
  }
  return octets;
}

std::string ToHex(std::span<const uint8_t> octets) {
  std::string text;
  text.reserve(octets.size() * 2);
  for (const uint8_t octet : octets) {
    text.push_back(kHexDigits[octet >> 4]);
    text.push_back(kHexDigits[octet & 0xf]);
  }
  return text;
}

std::optional<std::string> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string octets;
  octets.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const size_t high = kHexDigits.find(UpperChar(text[i]));
    const size_t low = kHexDigits.find(UpperChar(text[i + 1]));
    if (high == kHexDigits.npos || low == kHexDigits.npos) return std::nullopt;
    octets.push_back(static_cast<char>(high << 4 | low));
  }
  return octets;
}

std::string ToBase64(std::span<const uint8_t> octets) {
  std::string text = ToDigits(octets, kBase64Digits, 6);
  while (text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return FromDigits(text, kBase64Digits, 6);
}

std::string ToBase32Hex(std::span<const uint8_t> octets) {
  return ToDigits(octets, kBase32HexDigits, 5);
}

std::optional<std::string> FromBase32Hex(std::string_view text) {
  std::string upper;
  for (const char c : text) upper.push_back(UpperChar(c));
  return FromDigits(upper, kBase32HexDigits, 5);
}

bool EqualTexts(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         EqualIgnoringCase(AsOctets(a).data(), AsOctets(b).data(), a.size());
}

}  // namespace tern::wire
