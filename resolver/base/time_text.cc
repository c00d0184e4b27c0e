#include "resolver/base/time_text.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "wire/text_encoding.h"

namespace tern::resolver {
namespace {

constexpr int64_t kDaySeconds = 86'400;

// Whether the text has a digit at each `0` of the form, and else the form's own character.
bool HasForm(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char wanted) {
    return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
  });
}

// REQUIRES: digits.
unsigned NumberAt(std::string_view text, size_t at, size_t digits) {
  return *wire::ParseDecimal<unsigned>(text.substr(at, digits));
}

}  // namespace

std::optional<int64_t> ParseTime(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  constexpr size_t kDateOctets = 10;
  const bool has_time = HasForm(text, kForm);
  if (!has_time && !HasForm(text, kForm.substr(0, kDateOctets))) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(NumberAt(text, 0, 4))),
                                         std::chrono::month(NumberAt(text, 5, 2)),
                                         std::chrono::day(NumberAt(text, 8, 2)));
  if (!date.ok()) return std::nullopt;
  int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * kDaySeconds;
  if (!has_time) return seconds;
  const unsigned hour = NumberAt(text, 11, 2);
  const unsigned minute = NumberAt(text, 14, 2);
  const unsigned second = NumberAt(text, 17, 2);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return seconds + hour * 3600 + minute * 60 + second;
}

std::string TimeToText(int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto rest = (time - day).count();
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                unsigned(date.day()));
  std::string shown = text;
  if (rest == 0) return shown;
  std::snprintf(text, sizeof text, "T%02d:%02d:%02dZ", static_cast<int>(rest / 3600),
                static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  return shown + text;
}

}  // namespace tern::resolver
