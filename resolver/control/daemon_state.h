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
#include "resolver/control/connection_counts.h"

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
  // `cache.file` was written, or could not be.
  void NoteCacheSaved(bool saved) {
    (saved ? cache_saves_ : failed_cache_saves_).fetch_add(1, std::memory_order_relaxed);
    cache_save_failed_ = !saved;
  }
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
  uint64_t cache_saves() const { return cache_saves_.load(std::memory_order_relaxed); }
  uint64_t failed_cache_saves() const {
    return failed_cache_saves_.load(std::memory_order_relaxed);
  }
  // Of the last one.
  bool cache_save_failed() const { return cache_save_failed_; }
  // Of the listeners of `http.listen`, and of the control socket. Their servers count.
  ConnectionCounts& http_connections() { return http_connections_; }
  const ConnectionCounts& http_connections() const { return http_connections_; }
  ConnectionCounts& control_connections() { return control_connections_; }
  const ConnectionCounts& control_connections() const { return control_connections_; }

 private:
  const int64_t started_;
  mutable std::mutex lock_;
  std::shared_ptr<const Zones> zones_ = std::make_shared<const Zones>();
  std::atomic<uint64_t> generation_ = 0;
  std::atomic<bool> reload_failed_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<uint64_t> cache_saves_ = 0;
  std::atomic<uint64_t> failed_cache_saves_ = 0;
  std::atomic<bool> cache_save_failed_ = false;
  ConnectionCounts http_connections_;
  ConnectionCounts control_connections_;
};

}  // namespace tern::resolver::control
