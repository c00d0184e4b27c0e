#include "resolver/daemon/cache_saver.h"

#include <sys/resource.h>

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "cache/segment_arena.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kLowestPriority = 19;
// Between two segments. A segment takes some 40 us.
constexpr std::chrono::microseconds kRest(1000);
// A large cache is written with shorter rests, so that it takes at most this part of the time
// between two saves.
constexpr int64_t kWritingPart = 4;

std::chrono::microseconds RestFor(const cache::Store& store, Duration every) {
  const auto segments = static_cast<int64_t>(store.octets() / cache::kSegmentOctets + 1);
  return std::min(kRest, every / kWritingPart / segments);
}

}  // namespace

CacheSaver::CacheSaver(CacheFile* file, cache::Store* store, Options options)
    : file_(file), store_(store), options_(std::move(options)) {
  if (options_.every > Duration(0)) thread_ = std::thread([this] { Run(); });
}

CacheSaver::~CacheSaver() { Stop(); }

void CacheSaver::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CacheSaver::Keep(std::optional<CacheToKeep> what) {
  const std::lock_guard lock(mutex_);
  if (what_ == what) return;
  what_ = std::move(what);
  ++changes_;
}

void CacheSaver::OnFlush() {
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
  }
  file_->Remove();
}

bool CacheSaver::IsWanted(uint64_t change) {
  const std::lock_guard lock(mutex_);
  return !stop_ && changes_ == change;
}

void CacheSaver::Run() {
  // On Linux this is the priority of the thread.
  (void)setpriority(PRIO_PROCESS, 0, kLowestPriority);
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, options_.every, [this] { return stop_; })) {
    if (what_) SaveNow(&lock);
  }
}

void CacheSaver::SaveNow(std::unique_lock<std::mutex>* lock) {
  const CacheToKeep what = *what_;
  const uint64_t change = changes_;
  lock->unlock();
  const std::chrono::microseconds rest = RestFor(*store_, options_.every);
  const auto goes_on = [&] {
    std::this_thread::sleep_for(rest);
    return IsWanted(change);
  };
  Save({.what = what, .threads = 1}, goes_on);
  lock->lock();
}

CacheFile::Saved CacheSaver::Save(CacheFile::SaveOptions options,
                                  absl::FunctionRef<bool()> goes_on) {
  const CacheFile::Saved saved = TryToSave(std::move(options), goes_on);
  if (options_.on_saved && saved != CacheFile::Saved::kStopped) {
    options_.on_saved(saved == CacheFile::Saved::kWhole);
  }
  return saved;
}

// Whatever it lacks: the process goes on, and only the file does without.
CacheFile::Saved CacheSaver::TryToSave(CacheFile::SaveOptions options,
                                       absl::FunctionRef<bool()> goes_on) try {
  options.moment = options_.read_clocks();
  return file_->Save(options, goes_on, store_);
} catch (const std::bad_alloc&) {
  options_.log(LogLevel::kWarning, "the cache could not be written: out of memory");
  return CacheFile::Saved::kFailed;
} catch (const std::system_error&) {
  options_.log(LogLevel::kWarning, "the cache could not be written: no thread could be started");
  return CacheFile::Saved::kFailed;
}

void CacheSaver::SaveLast(std::chrono::milliseconds at_most) {
  const SteadyClock::time_point start = SteadyClock::now();
  Stop();
  if (!what_) {
    options_.log(LogLevel::kInfo, Concat("the cache is not written: ", kNothingToKeep));
    return;
  }
  const auto goes_on = [&] { return SteadyClock::now() - start < at_most; };
  // A restart reads the file from memory. After a loss of power it may be damaged, and then the
  // cache starts empty.
  const CacheFile::Saved saved =
      Save({.what = *what_, .threads = options_.threads, .synchronise = false}, goes_on);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start);
  if (saved == CacheFile::Saved::kWhole) {
    options_.log(LogLevel::kInfo,
                 Concat("cache written to ", file_->path(), " in ", took.count(), " ms"));
  } else if (saved == CacheFile::Saved::kStopped) {
    options_.log(LogLevel::kWarning,
                 Concat("the cache could not be written within ", at_most.count(), " ms; ",
                        file_->path(), " stays as it was written last"));
  }
}

}  // namespace tern::resolver::daemon
