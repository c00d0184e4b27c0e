// The names of extended errors.
//
// Thread: any; constants.
#pragma once

#include <cstdint>
#include <string_view>

namespace tern::wire {

// The name of `code` in the registry of RFC 8914 section 5.2, or `unassigned`.
std::string_view ExtendedErrorName(uint16_t code);

}  // namespace tern::wire
