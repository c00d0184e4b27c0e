// Secrets that have files of their own, which the configuration names. Errors do not repeat what a
// file holds, because secrets must not reach logs.
//
// Thread: any. Bound: a file of 4 KiB.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tern::resolver::config {

// The word of http.token_file.
absl::StatusOr<std::string> ReadToken(const std::string& path);

// The 16 octets of the key that hides clients' addresses (base/event_settings.h).
absl::StatusOr<std::string> ReadAddressKey(const std::string& path);

}  // namespace tern::resolver::config
