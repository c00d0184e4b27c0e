#include "resolver/tool/command_words.h"

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

absl::StatusOr<Endpoint> ReadServerWord(std::string_view word) {
  const auto server = Endpoint::ParseServer(word);
  if (server) return *server;
  return absl::InvalidArgumentError(
      Concat("expected an address such as 127.0.0.1, 127.0.0.1:5353, [::1]:5353 or fe80::1%eth0, "
             "found ",
             Quoted(word)));
}

}  // namespace tern::resolver::tool
