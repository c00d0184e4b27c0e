// What the daemon does for the cache's file (see daemon.h).
#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "cache/snapshot_write.h"
#include "resolver/base/siphash.h"
#include "resolver/base/time.h"
#include "resolver/base/zone_set.h"
#include "resolver/config/exempt_zones.h"
#include "resolver/daemon/beside_file.h"
#include "resolver/daemon/cache_facts.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/kept_cache.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/machine_memory.h"
#include "resolver/daemon/memory_file.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

CacheMoment ReadBothClocks() {
  return {.now = StoreInstant(io::ReadMonotonicClock()), .wall_seconds = ReadWallClock().now};
}

// Nobody else has the descriptor of a file in memory, so its key need not be secret.
constexpr SipKey kMemoryKey{};
constexpr std::string_view kMemory = "the process before";

// For the cache's file. More would wait for memory and disk.
size_t CacheThreads(size_t workers) { return std::min<size_t>(workers, 8); }

}  // namespace

void Daemon::ReadCache(GivenDescriptors* given) {
  cache::TtlPolicy ttl = settings_.cache.ttl;
  for (const BlockList& list : settings_.mail.dnsbl) {
    ttl.max_negative_ttl = std::max(ttl.max_negative_ttl, list.max_negative_ttl);
  }
  if (given->before_cache) given->before_cache();
  KeptCacheReading reading = {.moment = ReadBothClocks(),
                              .time_unsure = anchor_keeper_.InForce().time_unsure,
                              .facts = CacheFacts(settings_, validation_in_force()),
                              .max_stale = settings_.cache.max_stale,
                              .ttl = ttl,
                              .threads = CacheThreads(workers_.size())};
  if (!settings_.cache_file.path.empty()) cache_file_.emplace(settings_.cache_file.path);
  if (const io::OwnedFd fd = std::move(given->cache); fd.get() >= 0) {
    reading.frees = true;
    std::string why = WhyForeign(fd.get(), kWritableByOthers);
    if (why.empty())
      why = ReadKeptCache(fd.get(), kMemoryKey, reading, kMemory, LogSink(), &store());
    if (why.empty()) return;
    Log(LogLevel::kWarning, Concat("the cache of the process before is not used: ", why));
  }
  reading.frees = false;
  if (cache_file_) cache_file_->Read(reading, &store());
}

// The process before may have cached what is a local name now. An alias would lead to it.
void Daemon::ForgetLocalNames() {
  if (!settings_.local.has_names() || store().Statistics().entries == 0) return;
  ForgetAgainAt(std::chrono::steady_clock::now());
}

absl::Status Daemon::CopyCache(int fd, const CacheToKeep& what, std::chrono::milliseconds at_most) {
  using Result = cache::SnapshotWritten::Result;
  if (const uint64_t memory = MachineMemory(); memory != 0 && 2 * store().octets() > memory) {
    return absl::ResourceExhaustedError("this machine has no memory for a second cache");
  }
  const auto start = std::chrono::steady_clock::now();
  const auto goes_on = [&] { return std::chrono::steady_clock::now() - start < at_most; };
  const cache::SnapshotWritten written = WriteKeptCache(
      fd, kMemoryKey,
      {.moment = ReadBothClocks(), .what = what, .threads = CacheThreads(workers_.size())}, goes_on,
      &store());
  switch (written.result) {
    case Result::kWhole:
      break;
    case Result::kFailed:
      return absl::ErrnoToStatus(written.error, "memory");
    case Result::kStopped:
      return absl::DeadlineExceededError(Concat("it takes longer than ", at_most.count(), " ms"));
    case Result::kNoReader:
      return absl::UnavailableError("the store has too many readers");
  }
  return absl::OkStatus();
}

absl::StatusOr<io::OwnedFd> Daemon::CopySecrets() const {
  auto fd = MakeMemoryFile("tern-secrets");
  if (!fd.ok()) return fd.status();
  const std::string text = cookie_secrets_.ToText();
  const int error =
      WriteAll(fd->get(), {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  if (error != 0) return absl::ErrnoToStatus(error, "the secrets of cookies");
  return fd;
}

void Daemon::StartSaver() {
  if (!cache_file_) return;
  cache_saver_ = std::make_unique<CacheSaver>(
      &*cache_file_, &store(),
      CacheSaver::Options{.every = settings_.cache_file.save_every,
                          .threads = CacheThreads(workers_.size()),
                          .read_clocks = &ReadBothClocks,
                          .on_saved = [this](bool saved) { state_.NoteCacheSaved(saved); }});
  TellSaver();
}

// The next process knows the file, and nothing of what commands have changed.
std::optional<CacheToKeep> Daemon::ToKeep() const {
  if (validation_in_force().time_unsure) return std::nullopt;
  const config::Settings next = WrittenFor(settings_);
  ValidationSettings validation = validation_in_force();
  validation.negative_anchors = config::ExemptZonesAt(next, ReadWallClock().now);
  ZoneSet left_out = ZonesToForget(next, validation);
  if (left_out.Covers(wire::Name())) return std::nullopt;
  return CacheToKeep{CacheFacts(next, validation), std::move(left_out)};
}

// Without memory nothing is kept, until FollowAnchors tells the saver again.
void Daemon::TellSaver() try {
  if (cache_saver_ != nullptr) cache_saver_->Keep(ToKeep());
} catch (const std::bad_alloc&) {
  cache_saver_->Keep(std::nullopt);
}

void Daemon::SaveCache(std::chrono::milliseconds at_most) {
  state_.SetDraining(true);
  if (cache_saver_ != nullptr) cache_saver_->SaveLast(at_most);
}

}  // namespace tern::resolver::daemon
