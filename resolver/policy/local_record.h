// Records that the operator wrote (`local.data`), one line of a master file each.
//
// Thread: any. Never on the hot path. Bounded by the line, or by the list in the configuration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::policy {

// Of a line without one. Seconds.
inline constexpr uint32_t kLocalRecordTtl = 3600;
inline constexpr size_t kLocalRecordOctetsMax = 4096;  // of a line

struct LocalRecord {
  wire::Name owner;
  wire::RRType type = wire::RRType::kNone;
  uint32_t ttl = kLocalRecordTtl;  // seconds
  std::vector<uint8_t> rdata;

  friend bool operator==(const LocalRecord&, const LocalRecord&) = default;
};

// Reads `router.home.arpa. 3600 IN A 192.168.1.1`. TTL and class may be missing. An error says in
// words what was expected.
absl::StatusOr<LocalRecord> ParseLocalRecord(std::string_view line);

// The line that ParseLocalRecord reads.
std::string ToText(const LocalRecord& record);

// What is wrong with a record only because of others, or of the special names.
struct LocalMistake {
  size_t record;  // its index
  std::string message;
};
// The first one. `special_names`: localhost has its addresses already.
std::optional<LocalMistake> FindLocalMistake(std::span<const LocalRecord> records,
                                             bool special_names);

}  // namespace tern::resolver::policy
