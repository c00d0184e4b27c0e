#include "resolver/tool/server_word.h"

#include "resolver/base/error_text.h"
#include "wire/concat.h"

namespace tern::resolver::tool {

absl::StatusOr<Endpoint> ReadServerWord(std::string_view word) {
  const auto server = Endpoint::ParseServer(word);
  if (server) return *server;
  return absl::InvalidArgumentError(
      Concat("expected an address such as 127.0.0.1, 127.0.0.1:5353, [::1]:5353 or fe80::1%eth0, "
             "found ",
             Quoted(word)));
}

}  // namespace tern::resolver::tool
