// What the path between the resolver and one server does to packets.
//
// Thread: one. Values.
#pragma once

#include <algorithm>
#include <cmath>

#include "resolver/base/time.h"
#include "tests/sim/seeded_random.h"

namespace tern::sim {

using resolver::Duration;
using resolver::Time;

// The time that one way takes.
class Latency {
 public:
  static Latency Constant(Duration delay) { return Latency(Kind::kUniform, delay, delay, 0); }
  static Latency Uniform(Duration low, Duration high) {
    return Latency(Kind::kUniform, low, high, 0);
  }
  // Half of the packets take less than `median`. Sigma 0.5 is like an Internet path with much
  // traffic.
  static Latency LogNormal(Duration median, double sigma) {
    return Latency(Kind::kLogNormal, median, median, sigma);
  }

  Duration Draw(SeededRandom* random) const {
    if (kind_ == Kind::kLogNormal) {
      const double factor = std::exp(sigma_ * random->Normal());
      return Duration(static_cast<Duration::rep>(static_cast<double>(low_.count()) * factor));
    }
    if (low_ == high_) return low_;
    const auto span = static_cast<uint64_t>((high_ - low_).count()) + 1;
    return low_ + Duration(static_cast<Duration::rep>(random->Below(span)));
  }

 private:
  enum class Kind { kUniform, kLogNormal };
  Latency(Kind kind, Duration low, Duration high, double sigma)
      : kind_(kind), low_(low), high_(std::max(low, high)), sigma_(sigma) {}

  Kind kind_;
  Duration low_;
  Duration high_;
  double sigma_;
};

// Probabilities are per packet and per direction. A TCP exchange has only the latency: TCP repairs
// the rest.
struct Link {
  Latency latency = Latency::Constant(std::chrono::milliseconds(5));  // one way
  double loss = 0;
  double duplication = 0;
  double reordering = 0;  // the packet takes up to four times as long, so others overtake it
  double truncation = 0;  // the packet's end is cut off, without TC
  double corruption = 0;  // one to four bits flip
  double lateness = 0;    // the packet takes up to late_max longer
  Duration late_max = std::chrono::seconds(1);
  // After a packet that was lost or late, so many others come through unharmed.
  size_t spared_after_harm = 0;
};

}  // namespace tern::sim
