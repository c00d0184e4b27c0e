#include "resolver/base/error_text.h"

#include "absl/strings/escaping.h"
#include "wire/concat.h"

namespace tern::resolver {

std::string Quoted(std::string_view found) {
  constexpr size_t kOctetsMax = 64;
  const std::string shown(found.substr(0, kOctetsMax));
  return Concat("\"", absl::CHexEscape(shown), found.size() > kOctetsMax ? "...\"" : "\"");
}

}  // namespace tern::resolver
