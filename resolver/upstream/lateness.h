// How late an answer may be before it is later than usual. It is measured over all round trips of
// this worker: their mean and mean deviation, with slow gains. It stands in for servers that were
// never measured.
//
// Thread: one worker's.
#pragma once

#include "resolver/base/time.h"

namespace tern::resolver::upstream {

class Lateness {
 public:
  // Mean plus four deviations: RFC 6298's rule for one server, here for all of them.
  Duration estimate() const { return mean_ + 4 * deviation_; }
  Duration mean() const { return mean_; }

  void Record(Duration rtt) {
    if (!measured_) {
      measured_ = true;
      mean_ = rtt;
      deviation_ = rtt;
      return;
    }
    const Duration error = rtt > mean_ ? rtt - mean_ : mean_ - rtt;
    deviation_ += (error - deviation_) / kGain;
    mean_ += (rtt - mean_) / kGain;
  }

 private:
  static constexpr int kGain = 16;

  // Before the first measurement: usual distances on the Internet.
  Duration mean_ = std::chrono::milliseconds(50);
  Duration deviation_ = std::chrono::milliseconds(25);
  bool measured_ = false;
};

}  // namespace tern::resolver::upstream
