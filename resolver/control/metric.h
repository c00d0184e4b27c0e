// What is told of the process as numbers: families of samples, as Prometheus and OpenMetrics have
// them.
//
// Thread: any; values. They are made when somebody asks, and forgotten afterwards.
// Bound: labels have few values: of fixed lists, or of the configuration. Never names, clients or
// public servers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/base/time_histogram.h"

namespace tern::resolver::control {

enum class MetricType : uint8_t {
  kCounter,  // only grows; its samples end in `_total`
  kGauge,
  kHistogram,
  kInfo,  // says something by its labels; its sample ends in `_info` and is 1
};

struct Label {
  std::string_view name;
  std::string value;
};
using Labels = std::vector<Label>;

struct Sample {
  Labels labels;
  double value = 0;
};

struct HistogramSample {
  struct Bucket {
    double most = 0;     // the bucket counts values up to this one
    uint64_t count = 0;  // of this bucket alone
  };
  Labels labels;
  std::vector<Bucket> buckets;  // by `most`
  uint64_t more = 0;            // values above the last bucket
  double sum = 0;
};

struct Family {
  std::string_view name = {};  // with its unit at the end, without `_total` and `_info`
  MetricType type = MetricType::kGauge;
  std::string_view unit = {};  // `seconds`, `bytes`, or empty
  std::string_view help = {};
  std::vector<Sample> samples = {};
  std::vector<HistogramSample> histograms = {};  // of kHistogram, in place of samples
};

// A family that has one value. Its unit is what its name ends in.
inline Family SingleOf(std::string_view name, MetricType type, std::string_view help,
                       double value) {
  Family family{.name = name, .type = type, .help = help, .samples = {{{}, value}}};
  for (const std::string_view unit : {"seconds", "bytes"}) {
    if (name.ends_with(unit)) family.unit = unit;
  }
  return family;
}
inline Family SingleOf(std::string_view name, MetricType type, std::string_view help,
                       uint64_t value) {
  return SingleOf(name, type, help, static_cast<double>(value));
}

// A family of histograms of times, in seconds.
inline Family HistogramOf(std::string_view name, std::string_view help,
                          std::vector<HistogramSample> histograms) {
  return {.name = name,
          .type = MetricType::kHistogram,
          .unit = "seconds",
          .help = help,
          .histograms = std::move(histograms)};
}
template <uint64_t kFirstMicros>
HistogramSample SampleOf(const TimeHistogram<uint64_t, kFirstMicros>& histogram,
                         Labels labels = {}) {
  HistogramSample sample;
  sample.labels = std::move(labels);
  for (size_t i = 0; i < kTimeBuckets; ++i) {
    const double most = static_cast<double>(histogram.kBounds[i]) / 1e6;
    sample.buckets.push_back({most, histogram.counts[i]});
  }
  sample.more = histogram.counts[kTimeBuckets];
  sample.sum = static_cast<double>(histogram.sum_micros) / 1e6;
  return sample;
}

}  // namespace tern::resolver::control
