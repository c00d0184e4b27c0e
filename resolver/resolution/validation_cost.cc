#include "resolver/resolution/validation_cost.h"

#include <array>
#include <cstddef>

#include "resolver/base/limits.h"

namespace tern::resolver::resolution {
namespace {

struct Bucket {
  int up_to;
  Counter WorkerCounters::*counter;
};

// REQUIRES: the last bucket takes every amount.
template <size_t kBuckets>
void Count(int amount, const std::array<Bucket, kBuckets>& buckets, WorkerCounters* counters) {
  size_t i = 0;
  while (i + 1 < kBuckets && amount > buckets[i].up_to) ++i;
  ++(counters->*buckets[i].counter);
}

constexpr std::array kChecks = {Bucket{2, &WorkerCounters::validation_checks_2},
                                Bucket{8, &WorkerCounters::validation_checks_8},
                                Bucket{16, &WorkerCounters::validation_checks_16},
                                Bucket{0, &WorkerCounters::validation_checks_more}};
constexpr std::array kHashes = {Bucket{4, &WorkerCounters::validation_hashes_4},
                                Bucket{16, &WorkerCounters::validation_hashes_16},
                                Bucket{64, &WorkerCounters::validation_hashes_64},
                                Bucket{0, &WorkerCounters::validation_hashes_more}};
constexpr std::array kZones = {Bucket{0, &WorkerCounters::validation_zones_0},
                               Bucket{1, &WorkerCounters::validation_zones_1},
                               Bucket{3, &WorkerCounters::validation_zones_3},
                               Bucket{0, &WorkerCounters::validation_zones_more}};
constexpr std::array kTags = {Bucket{1, &WorkerCounters::validation_tags_1},
                              Bucket{2, &WorkerCounters::validation_tags_2},
                              Bucket{0, &WorkerCounters::validation_tags_more}};

}  // namespace

void CountValidationCost(const Allowance& left, WorkerCounters* counters) {
  Count(kSignatureChecksMax - left.signature_checks, kChecks, counters);
  Count(kValidationHashesMax - left.hashes, kHashes, counters);
  Count(left.zones_checked, kZones, counters);
  Count(left.keys_of_one_tag, kTags, counters);
}

}  // namespace tern::resolver::resolution
