#include "wire/harmless_text.h"

#include <cstdint>

namespace tern {

std::string HarmlessText(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f) {
      shown += c;
      continue;
    }
    const auto octet = static_cast<uint8_t>(c);
    shown += {'\\', 'x', kDigits[octet >> 4], kDigits[octet & 0xf]};
  }
  return shown;
}

}  // namespace tern
