// Reads a domain name as people write it: `bücher.example` is `xn--bcher-kva.example` (IDNA 2008,
// RFC 5891), because no client asks for letters outside ASCII.
//
// For the configuration and the command line, never on the hot path.
//
// Thread: any.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "wire/name.h"

namespace tern::resolver {

// The name that `text` stands for. An error says in words what was expected.
absl::StatusOr<wire::Name> ParseDomainText(std::string_view text);

}  // namespace tern::resolver
