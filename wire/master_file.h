// Reads zone data in master file format (RFC 1035 section 5): $ORIGIN, $TTL (RFC 2308 section 4),
// parentheses, quotes, comments, omitted owner, class and TTL. $INCLUDE is refused.
//
// Thread: any. For files that an operator wrote (hints, anchors) and for tests. The caller bounds
// the size of the input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::wire {

struct MasterRecord {
  Name owner;
  RRType type = RRType::kNone;
  RRClass rrclass = RRClass::kIN;
  uint32_t ttl = 0;  // seconds
  std::vector<uint8_t> rdata;
  int line = 0;  // where the record starts; the first line is 1
};

// An error names `file_name`, the line and what was expected.
absl::StatusOr<std::vector<MasterRecord>> ParseMasterFile(std::string_view text,
                                                          std::string_view file_name,
                                                          NameView origin = NameView(),
                                                          uint32_t default_ttl = 3600);

}  // namespace tern::wire
