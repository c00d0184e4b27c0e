#include "resolver/tool/figure_text.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string_view>

#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

constexpr std::string_view kNoFigure = "-";

std::string WithDigits(double value, int digits) {
  char text[400];  // the largest double has 309 digits
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

int DigitsOfRate(double size, bool has_sign) {
  if (size >= 99.95) return 0;
  if (size >= 9.995) return 1;
  if (!has_sign && std::fmod(size, 1) == 0) return 0;
  return size < 0.995 ? 2 : 1;
}

}  // namespace

std::string RateText(double rate) {
  constexpr std::array<std::string_view, 5> kSigns = {"", "k", "M", "G", "T"};
  if (!std::isfinite(rate)) return std::string(kNoFigure);
  if (std::fabs(rate) < 0.005) return "0";
  double size = std::fabs(rate);
  size_t sign = 0;
  for (; size >= 999.5 && sign + 1 < kSigns.size(); ++sign) size /= 1000;
  return Concat(rate < 0 ? "-" : "", WithDigits(size, DigitsOfRate(size, sign > 0)), kSigns[sign]);
}

std::string WholeText(double count) {
  if (!std::isfinite(count)) return std::string(kNoFigure);
  std::string text = WithDigits(std::fabs(std::round(count)), 0);
  for (size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, ",");
  }
  return count <= -0.5 ? "-" + text : text;
}

std::string PercentText(double part) {
  if (!std::isfinite(part)) return std::string(kNoFigure);
  const double hundredths = part * 100;
  if (hundredths > 0 && hundredths < 0.1) return "< 0.1 %";
  const bool is_whole = hundredths >= 99.95 || hundredths == 0;
  return WithDigits(hundredths, is_whole || (hundredths >= 9.95 && hundredths < 99) ? 0 : 1) + " %";
}

std::string SizeText(double octets) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  if (!std::isfinite(octets)) return std::string(kNoFigure);
  size_t unit = 0;
  for (; octets >= 1023.5 && unit + 1 < kUnits.size(); ++unit) octets /= 1024;
  return Concat(WithDigits(octets, octets < 9.95 && unit > 0 ? 1 : 0), " ", kUnits[unit]);
}

std::string MicrosText(double microseconds) {
  if (!std::isfinite(microseconds)) return std::string(kNoFigure);
  double size = microseconds;
  std::string_view unit = "us";
  if (microseconds >= 999'500) {
    size = microseconds / 1e6;
    unit = "s";
  } else if (microseconds >= 999.5) {
    size = microseconds / 1e3;
    unit = "ms";
  }
  return Concat(WithDigits(size, size < 9.95 && std::fmod(size, 1) != 0 ? 1 : 0), " ", unit);
}

}  // namespace tern::resolver::tool
