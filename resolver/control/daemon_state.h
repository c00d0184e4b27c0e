// What the daemon tells of itself to those who watch it.
//
// Thread: the daemon's sets, any reads. Bound: the static zones of the configuration.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "resolver/base/resolution_settings.h"

namespace tern::resolver::control {

class DaemonState {
 public:
  using Zones = std::vector<StaticZone>;

  // `started`: Unix time.
  explicit DaemonState(int64_t started) : started_(started) {}

  // The configuration in force has these forward and stub zones. Throws std::bad_alloc.
  void SetConfiguration(Zones zones) {
    auto next = std::make_shared<const Zones>(std::move(zones));
    const std::lock_guard guard(lock_);
    zones_.swap(next);
    generation_.fetch_add(1, std::memory_order_relaxed);
  }
  void SetReloadFailed(bool failed) { reload_failed_ = failed; }
  // Queries are answered, but no new ones should come.
  void SetDraining(bool draining) { draining_ = draining; }

  std::shared_ptr<const Zones> zones() const {
    const std::lock_guard guard(lock_);
    return zones_;
  }
  int64_t started() const { return started_; }
  // How many configurations were in force, with this one.
  uint64_t generation() const { return generation_.load(std::memory_order_relaxed); }
  bool reload_failed() const { return reload_failed_; }
  bool draining() const { return draining_; }

 private:
  const int64_t started_;
  mutable std::mutex lock_;
  std::shared_ptr<const Zones> zones_ = std::make_shared<const Zones>();
  std::atomic<uint64_t> generation_ = 0;
  std::atomic<bool> reload_failed_ = false;
  std::atomic<bool> draining_ = false;
};

}  // namespace tern::resolver::control
