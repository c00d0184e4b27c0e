// Reads and writes amounts of memory and durations as the configuration and the command line spell
// them.
//
// Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern::resolver {

// `256MiB`, `1GiB`, `512KiB`, `1TiB`, or a plain number of octets.
std::optional<uint64_t> ParseOctets(std::string_view text);
// Written in the largest unit that divides the amount.
std::string OctetsToText(uint64_t octets);

// `1800ms`, `7s`, `5m`, `1h`, `1d`, `2w`. The unit is required. The maximum is some 292,000 years.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
// Written in the largest unit that divides the duration; zero is `0s`.
std::string DurationToText(std::chrono::milliseconds duration);

}  // namespace tern::resolver
