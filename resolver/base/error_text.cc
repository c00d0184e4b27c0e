#include "resolver/base/error_text.h"

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

}  // namespace tern::resolver
