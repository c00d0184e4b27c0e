// The log's lines about zones whose servers are all silent, and about those that answer again.
//
// - Forward and stub zones, the root and top level domains have lines of their own. While nobody at
//   all answers, the root and top level domains have none.
// - A zone that answers again and falls silent again has its next line after kPause.
//
// Thread: the main thread. Bound: kSubjectsMax zones.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "resolver/base/resolution_settings.h"
#include "resolver/base/time.h"
#include "resolver/daemon/log.h"
#include "resolver/upstream/silent_zones.h"
#include "wire/name.h"

namespace tern::resolver::daemon {

class SilenceLog {
 public:
  static constexpr std::chrono::minutes kPause{1};
  static constexpr size_t kSubjectsMax = 2 * upstream::SilentZones::kZonesMax;

  explicit SilenceLog(LogSink write = {}) : write_(std::move(write)) {}

  // Writes what has changed since the last call. Returns when something else is to be told, if
  // nothing changes until then.
  std::optional<Time> Tell(const upstream::SilentZones::Report& report,
                           const std::vector<StaticZone>& static_zones, Time now);

 private:
  struct Subject {
    std::optional<wire::Name> zone;  // missing: everybody
    Time since;
    bool is_silent = true;  // as was told
    Time pause_until;       // once it answers again

    bool Is(const wire::Name* other) const {
      return other == nullptr ? !zone : zone && zone->view().Equals(*other);
    }
  };

  // `zone` is null for everybody.
  void TellSilence(const wire::Name* zone, Time since, const std::string& line, Time now,
                   std::optional<Time>* next);

  const LogSink write_;
  std::vector<Subject> subjects_;
};

}  // namespace tern::resolver::daemon
