#include "resolver/tool/control_words.h"

#include <string>

#include "resolver/base/domain_text.h"
#include "resolver/base/error_text.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {

absl::Status FillName(std::string_view word, std::string_view key,
                      nlohmann::ordered_json* request) {
  const auto name = ParseDomainText(word);
  if (!name.ok() || word.empty()) {
    return absl::InvalidArgumentError(Concat("expected a domain name, found ", Quoted(word)));
  }
  (*request)[std::string(key)] = wire::ToText(*name);
  return absl::OkStatus();
}

absl::Status FillType(std::string_view word, std::string_view place,
                      nlohmann::ordered_json* request) {
  if (!wire::ParseType(word)) {
    return absl::InvalidArgumentError(
        Concat(place, "expected a record type, found ", Quoted(word)));
  }
  (*request)["type"] = std::string(word);
  return absl::OkStatus();
}

}  // namespace tern::resolver::tool
