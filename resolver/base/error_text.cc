#include "resolver/base/error_text.h"

#include <cstddef>

#include "wire/concat.h"
#include "wire/harmless_text.h"

namespace tern::resolver {

std::string Quoted(std::string_view found) {
  constexpr size_t kOctetsMax = 64;
  std::string shown;
  for (const char c : found.substr(0, kOctetsMax)) {
    if (c == '"' || c == '\\') shown += '\\';
    shown += c;
  }
  return Concat("\"", HarmlessText(shown), found.size() > kOctetsMax ? "...\"" : "\"");
}

std::string WordList(std::span<const std::string_view> words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    text += Concat(i == 0 ? "" : i + 1 < words.size() ? ", " : " or ", words[i]);
  }
  return text;
}

}  // namespace tern::resolver
