// What the daemon does for the cache's file (see daemon.h).
#include <algorithm>

#include "resolver/base/time.h"
#include "resolver/daemon/cache_facts.h"
#include "resolver/daemon/daemon.h"

namespace tern::resolver::daemon {
namespace {

CacheMoment ReadBothClocks() {
  return {.now = StoreInstant(io::ReadMonotonicClock()), .wall_seconds = ReadWallClock().now};
}

// For the cache's file. More would wait for memory and disk.
size_t CacheThreads(size_t workers) { return std::min<size_t>(workers, 8); }

}  // namespace

void Daemon::ReadCache() {
  if (settings_.cache_file.path.empty()) return;
  cache_file_.emplace(settings_.cache_file.path);
  cache::TtlPolicy ttl = settings_.cache.ttl;
  for (const BlockList& list : settings_.mail.dnsbl) {
    ttl.max_negative_ttl = std::max(ttl.max_negative_ttl, list.max_negative_ttl);
  }
  cache_file_->Read({.moment = ReadBothClocks(),
                     .time_unsure = anchor_keeper_.InForce().time_unsure,
                     .facts = CacheFacts(settings_, validation_in_force()),
                     .max_stale = settings_.cache.max_stale,
                     .ttl = ttl,
                     .threads = CacheThreads(workers_.size())},
                    &store());
}

void Daemon::StartSaver() {
  if (!cache_file_) return;
  cache_saver_ =
      std::make_unique<CacheSaver>(&*cache_file_, &store(),
                                   CacheSaver::Options{.every = settings_.cache_file.save_every,
                                                       .threads = CacheThreads(workers_.size()),
                                                       .read_clocks = &ReadBothClocks});
  TellCacheFacts();
}

// While something is to be forgotten, the cache may hold what the next process must not use. By a
// wrong clock nobody can tell its age.
void Daemon::TellCacheFacts() {
  if (cache_saver_ == nullptr) return;
  const bool is_good = !forget_again_at_ && !anchor_keeper_.InForce().time_unsure;
  cache_saver_->SetFacts(is_good ? std::optional(CacheFacts(settings_, validation_in_force()))
                                 : std::nullopt);
}

void Daemon::SaveCache(std::chrono::milliseconds at_most) {
  state_.SetDraining(true);
  if (cache_saver_ != nullptr) cache_saver_->SaveLast(at_most);
}

}  // namespace tern::resolver::daemon
