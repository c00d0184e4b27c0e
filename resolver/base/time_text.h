// Reads and writes a moment as the configuration and the command line spell it (RFC 3339, in UTC).
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern::resolver {

inline constexpr std::string_view kTimeExpected =
    "a date such as 2030-12-31, or a time such as 2030-12-31T18:00:00Z";

// Unix time of `2030-12-31T18:00:00Z`, or of `2030-12-31`, which is the first moment of that day.
std::optional<int64_t> ParseTime(std::string_view text);
// `2030-12-31`, or `2030-12-31T18:00:00Z` for another moment of the day.
// REQUIRES: ParseTime has made `seconds`.
std::string TimeToText(int64_t seconds);

}  // namespace tern::resolver
