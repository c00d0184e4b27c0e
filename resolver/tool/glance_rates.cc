#include "resolver/tool/glance_rates.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

namespace tern::resolver::tool {
namespace {

constexpr double kNotTold = std::numeric_limits<double>::quiet_NaN();

double SumOf(const ControlJson& counts) {
  if (!counts.is_object()) return kNotTold;
  double sum = 0;
  for (const auto& [key, value] : counts.items()) sum += RealOf(counts, key);
  return sum;
}

// The counters of one look, with its time.
GlanceRates CountersOf(const ControlJson& look) {
  const ControlJson& answers = FieldOf(look, "answers");
  const ControlJson& upstream = FieldOf(look, "upstream");
  return {.seconds = RealOf(look, "seconds"),
          .questions = SumOf(FieldOf(look, "queries")),
          .answers = SumOf(answers) - RealOf(answers, "dropped"),
          .cached = RealOf(answers, "cache"),
          .failed = RealOf(FieldOf(look, "rcodes"), "SERVFAIL"),
          .upstream = RealOf(upstream, "queries"),
          .silent = RealOf(upstream, "timeouts"),
          .hedged = RealOf(upstream, "hedges"),
          .tcp = RealOf(upstream, "tcp"),
          .evictions = RealOf(FieldOf(look, "cache"), "evictions"),
          .cpu_seconds = RealOf(FieldOf(look, "process"), "cpu_seconds")};
}

constexpr double GlanceRates::*kAll[] = {
    &GlanceRates::seconds, &GlanceRates::questions, &GlanceRates::answers,    &GlanceRates::cached,
    &GlanceRates::failed,  &GlanceRates::upstream,  &GlanceRates::silent,     &GlanceRates::hedged,
    &GlanceRates::tcp,     &GlanceRates::evictions, &GlanceRates::cpu_seconds};

std::vector<double> NumbersOf(const ControlJson& object, std::string_view key) {
  std::vector<double> numbers;
  for (const ControlJson& each : ListOf(object, key)) {
    numbers.push_back(each.is_number() ? each.get<double>() : kNotTold);
  }
  return numbers;
}

}  // namespace

std::optional<GlanceRates> RatesBetween(const ControlJson& before, const ControlJson& now) {
  if (RealOf(before, "started") != RealOf(now, "started")) return std::nullopt;
  GlanceRates rates = CountersOf(now);
  const GlanceRates old = CountersOf(before);
  for (double GlanceRates::*const each : kAll) {
    rates.*each -= old.*each;
    if (rates.*each < 0) return std::nullopt;
  }
  if (!(rates.seconds > 0)) return std::nullopt;
  return rates;
}

TimesBetween TimesOf(const ControlJson& before, const ControlJson& now) {
  TimesBetween times = {NumbersOf(now, "bounds_us"), NumbersOf(now, "counts")};
  const std::vector<double> old = NumbersOf(before, "counts");
  if (times.bounds_us.empty() || times.counts.size() != times.bounds_us.size() + 1 ||
      old.size() != times.counts.size() || NumbersOf(before, "bounds_us") != times.bounds_us) {
    return {};
  }
  for (size_t i = 0; i < old.size(); ++i) {
    times.counts[i] -= old[i];
    if (!(times.counts[i] >= 0)) return {};
  }
  return times;
}

double Percentile(const TimesBetween& times, double part) {
  double left = 0;
  for (const double count : times.counts) left += count;
  if (!(left > 0)) return kNotTold;
  left *= part;
  for (size_t i = 0; i < times.counts.size(); ++i) {
    const double count = times.counts[i];
    if (left > count || count == 0) {
      left -= count;
      continue;
    }
    if (i == times.bounds_us.size()) break;
    const double low = i == 0 ? times.bounds_us[0] / 2 : times.bounds_us[i - 1];
    return low * std::pow(times.bounds_us[i] / low, left / count);
  }
  return times.bounds_us.back();
}

}  // namespace tern::resolver::tool
