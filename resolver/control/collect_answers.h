// The families of metrics of queries and answers (base/answer_counts.h).
//
// Thread: any. Bound: the families.
#pragma once

#include <vector>

#include "resolver/base/answer_counts.h"
#include "resolver/control/metric.h"

namespace tern::resolver::control {

void CollectAnswers(const AnswerCounts<uint64_t>& counts, std::vector<Family>* families);

// A histogram as metrics have it: in seconds.
template <uint64_t kFirstMicros>
HistogramSample HistogramOf(const TimeHistogram<uint64_t, kFirstMicros>& histogram, Labels labels) {
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
