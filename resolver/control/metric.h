// What is told of the process as numbers: families of samples, as Prometheus and OpenMetrics have
// them.
//
// Thread: any; values. They are made when somebody asks, and forgotten afterwards.
// Bound: labels have few values: of fixed lists, or of the configuration. Never names, clients or
// public servers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

}  // namespace tern::resolver::control
