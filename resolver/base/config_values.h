// Amounts as the configuration and the command line write them, and which key somebody meant.
//
// Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
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
std::string DurationToText(std::chrono::milliseconds duration);

// The candidate that differs least from `text` when that is little enough for a slip of the
// keyboard; empty when none is near.
std::string_view NearestWord(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace tern::resolver
