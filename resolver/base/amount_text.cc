#include "resolver/base/amount_text.h"

#include <limits>
#include <span>

#include "wire/concat.h"
#include "wire/text_encoding.h"

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
  while (digits < text.size() && wire::IsDigit(text[digits])) ++digits;
  const std::optional<uint64_t> number = wire::ParseDecimal<uint64_t>(text.substr(0, digits));
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

}  // namespace

std::optional<uint64_t> ParseOctets(std::string_view text) {
  return ParseAmount(text, kOctetUnits, std::numeric_limits<uint64_t>::max());
}

std::string OctetsToText(uint64_t octets) { return AmountToText(octets, kOctetUnits); }

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  // The amount must not overflow in microseconds either.
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max() / 1000;
  const std::optional<uint64_t> amount = ParseAmount(text, kDurationUnits, kMax);
  if (!amount) return std::nullopt;
  return std::chrono::milliseconds(*amount);
}

std::string DurationToText(std::chrono::milliseconds duration) {
  if (duration.count() <= 0) return "0s";
  return AmountToText(static_cast<uint64_t>(duration.count()), kDurationUnits);
}

}  // namespace tern::resolver
