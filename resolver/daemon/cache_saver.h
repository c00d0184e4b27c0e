// Keeps `cache.file` up to date: now and then from a thread of its own, and once more when ternd
// stops.
//
// The thread has the lowest priority and rests between any two segments of the store. So a worker
// that shares its processor does not feel it.
//
// Thread: the one that made it. Bound: one thread, and that of cache_file.h.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/functional/function_ref.h"
#include "cache/store.h"
#include "resolver/base/time.h"
#include "resolver/daemon/cache_file.h"
#include "resolver/daemon/log.h"

namespace tern::resolver::daemon {

class CacheSaver {
 public:
  using ClockReader = std::function<CacheMoment()>;
  struct Options {
    Duration every;      // 0: only at the end
    size_t threads = 1;  // of the last save
    ClockReader read_clocks;
    LogSink log = {};
    // Called when the file was written, or could not be. Not when a save was given up.
    std::function<void(bool saved)> on_saved = nullptr;
  };

  // Both outlive the saver. Nothing is saved before Keep.
  CacheSaver(CacheFile* file, cache::Store* store, Options options);
  // Does not save.
  ~CacheSaver();
  CacheSaver(const CacheSaver&) = delete;
  CacheSaver& operator=(const CacheSaver&) = delete;

  // What is to be kept of the store from now on. Nothing: it is not to be kept at the moment. If
  // that is news, a save that is under way is given up.
  void Keep(std::optional<CacheToKeep> what);

  // Something was flushed. It must not come back after a restart: a save that is under way is given
  // up, and the file is removed. The next save writes it anew.
  void OnFlush();

  // Saves a last time, in at most that time, while the workers still answer. If that is too little,
  // the file stays as it was.
  void SaveLast(std::chrono::milliseconds at_most);

 private:
  void Run();
  void Stop();
  void SaveNow(std::unique_lock<std::mutex>* lock);
  CacheFile::Saved Save(CacheFile::SaveOptions options, absl::FunctionRef<bool()> goes_on);
  CacheFile::Saved TryToSave(CacheFile::SaveOptions options, absl::FunctionRef<bool()> goes_on);
  bool IsWanted(uint64_t change);

  CacheFile* const file_;
  cache::Store* const store_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::optional<CacheToKeep> what_;
  uint64_t changes_ = 0;  // of what_, and flushes
  std::thread thread_;    // the last member, because it uses the others
};

}  // namespace tern::resolver::daemon
