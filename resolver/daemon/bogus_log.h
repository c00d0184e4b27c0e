// The log's lines about answers that validation (DNSSEC) found to be bogus, and about zones that
// contradict themselves.
//
// Thread: any. Bound: nothing is kept; the log limits the lines.
#pragma once

#include <utility>

#include "resolver/daemon/log.h"
#include "resolver/dnssec/bogus_observer.h"

namespace tern::resolver::daemon {

class BogusLog final : public dnssec::BogusObserver {
 public:
  explicit BogusLog(LogSink write = {}) : write_(std::move(write)) {}

  void OnBogus(wire::NameView name, wire::RRType type, const dnssec::Problem& problem, bool passes,
               Time now) override;
  void OnContradiction(wire::NameView zone, wire::NameView name, wire::RRType type,
                       Time now) override;

 private:
  const LogSink write_;
};

}  // namespace tern::resolver::daemon
