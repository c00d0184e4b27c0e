#include "resolver/base/config_values.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "resolver/base/error_text.h"

namespace tern::resolver {
namespace {

struct Unit {
  std::string_view name;
  uint64_t size;
};

// The largest first.
constexpr Unit kOctetUnits[] = {{"TiB", uint64_t{1} << 40},
                                {"GiB", uint64_t{1} << 30},
                                {"MiB", uint64_t{1} << 20},
                                {"KiB", uint64_t{1} << 10},
                                {"", 1}};
constexpr Unit kDurationUnits[] = {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000},
                                   {"m", 60'000},      {"s", 1000},       {"ms", 1}};

std::optional<uint64_t> ParseAmount(std::string_view text, std::span<const Unit> units,
                                    uint64_t max) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const std::optional<uint64_t> number = ParseNumber(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    if (*number > max / unit.size) return std::nullopt;
    return *number * unit.size;
  }
  return std::nullopt;
}

std::string AmountToText(uint64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (amount != 0 && amount % unit.size == 0) return Concat(amount / unit.size, unit.name);
  }
  return "0";
}

// How many letters must be put in, left out, changed, or swapped with their neighbour.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<uint64_t> ParseOctets(std::string_view text) {
  return ParseAmount(text, kOctetUnits, std::numeric_limits<uint64_t>::max());
}

std::string OctetsToText(uint64_t octets) { return AmountToText(octets, kOctetUnits); }

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  // Whoever counts in microseconds must not overflow either.
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max() / 1000;
  const std::optional<uint64_t> amount = ParseAmount(text, kDurationUnits, kMax);
  if (!amount) return std::nullopt;
  return std::chrono::milliseconds(*amount);
}

std::string DurationToText(std::chrono::milliseconds duration) {
  if (duration.count() <= 0) return "0s";
  return AmountToText(static_cast<uint64_t>(duration.count()), kDurationUnits);
}

std::string_view NearestWord(std::string_view text, std::span<const std::string_view> candidates) {
  constexpr size_t kWordOctetsMax = 64;
  if (text.size() > kWordOctetsMax) return {};
  std::string_view nearest;
  // One slip in three letters, and two at least in longer words.
  size_t least = std::max<size_t>(1, text.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(text, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace tern::resolver
