// The log's lines about answers that validation (DNSSEC) found to be bogus.
//
// Thread: any. Bound: one line a second (LogLimit).
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

 private:
  const Writer write_;
  LogLimit limit_;
};

}  // namespace tern::resolver::daemon
