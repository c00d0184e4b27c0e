// The log's lines about answers that validation (DNSSEC) found to be bogus, and about zones that
// contradict themselves.
//
// Thread: any. Bound: one line of each kind a second (LogLimit).
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "resolver/daemon/log.h"
#include "resolver/dnssec/bogus_observer.h"

namespace tern::resolver::daemon {

class BogusLog final : public dnssec::BogusObserver {
 public:
  using Writer = std::function<void(LogLevel, std::string_view)>;

  explicit BogusLog(Writer write = &Log) : write_(std::move(write)) {}

  void OnBogus(wire::NameView name, wire::RRType type, const dnssec::Problem& problem, bool passes,
               Time now) override;
  void OnContradiction(wire::NameView zone, wire::NameView name, wire::RRType type,
                       Time now) override;

 private:
  // Writes the line, unless one of its kind was written less than a second ago.
  void Write(std::string_view line, Time now, LogLimit* limit) const;

  const Writer write_;
  LogLimit bogus_limit_;
  LogLimit contradiction_limit_;
};

}  // namespace tern::resolver::daemon
