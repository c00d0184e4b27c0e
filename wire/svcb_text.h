// Writes the parameters of SVCB and HTTPS as text, and reads them from text (RFC 9460 section 2.1,
// appendix A).
//
// Thread: any. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tern::wire {

// For example `alpn="h2,h3" port=853`. If a value does not have its key's format, it is written as
// `keyN="..."`.
// REQUIRES: `params` are whole parameters with increasing keys.
std::string SvcParamsText(std::span<const uint8_t> params);

// Appends the parameters to `*rdata` in the order of their keys.
absl::Status ParseSvcParams(std::span<const std::string> tokens, std::vector<uint8_t>* rdata);

}  // namespace tern::wire
