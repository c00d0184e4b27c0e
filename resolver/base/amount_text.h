// Numbers, amounts of memory and durations in the text form of the configuration and of the command
// line.
//
// Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern::resolver {

// A whole number in decimal digits.
std::optional<uint64_t> ParseNumber(std::string_view text);

// `256MiB`, `1GiB`, `512KiB`, `1TiB`, or a plain number of octets.
std::optional<uint64_t> ParseOctets(std::string_view text);
// In the largest unit that divides it.
std::string OctetsToText(uint64_t octets);

// `1800ms`, `7s`, `5m`, `1h`, `1d`, `2w`; the unit must be there. Up to some 292,000 years.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
// In the largest unit that divides it; `0s` for nothing.
std::string DurationToText(std::chrono::milliseconds duration);

}  // namespace tern::resolver
