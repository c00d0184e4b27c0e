#include "resolver/daemon/kept_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>

#include "cache/snapshot_read.h"
#include "resolver/crypto/random.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

using cache::SnapshotVerdict;
using Clock = std::chrono::steady_clock;

std::string_view VerdictText(SnapshotVerdict verdict) {
  switch (verdict) {
    case SnapshotVerdict::kGood:
      return "";
    case SnapshotVerdict::kUnreadable:
      return "it cannot be read";
    case SnapshotVerdict::kForeign:
      return "it is no cache, or was not finished";
    case SnapshotVerdict::kOtherLayout:
      return "it is of another version of ternd or of another kind of machine";
    case SnapshotVerdict::kWrongSeal:
      break;
  }
  return "it was not written with this key, or was changed since";
}

// Empty, or why what was learnt then does not hold now.
std::string WhyNotNow(const cache::SnapshotHeader& header, const KeptCacheReading& reading) {
  if (header.facts != reading.facts) {
    return "the configuration asks other servers or trusts other keys";
  }
  if (reading.time_unsure) return "the clock is wrong, so nobody knows how old it is";
  if (header.wall_seconds - reading.moment.wall_seconds > kKeptCacheBackwardsSecondsMax) {
    return "it is from the future, so the clock was or is wrong";
  }
  return "";
}

uint64_t PassedSince(int64_t then, int64_t now) {
  return now > then ? static_cast<uint64_t>(now) - static_cast<uint64_t>(then) : 0;
}

void LogRead(const cache::SnapshotRead& read, std::string_view name, std::chrono::milliseconds took,
             const LogSink& log) {
  std::string line = Concat("cache read from ", name, ": ", read.entries, " entries, ",
                            read.octets >> 20, " MiB, in ", took.count(), " ms");
  if (read.old > 0) line += Concat("; ", read.old, " more are too old");
  if (read.left_out > 0) line += Concat("; there is no room for ", read.left_out);
  if (read.skipped > 0) {
    line += Concat("; ", read.skipped, " of ", read.blocks + read.skipped + read.damaged,
                   " blocks would take too long or too much memory");
  }
  if (read.damaged > 0) line += Concat("; ", read.damaged, " blocks are damaged");
  log(read.damaged > 0 ? LogLevel::kWarning : LogLevel::kInfo, line);
}

}  // namespace

std::string ReadKeptCache(int fd, const SipKey& key, const KeptCacheReading& reading,
                          std::string_view name, const LogSink& log, cache::Store* store) {
  const Clock::time_point start = Clock::now();
  const auto seal = [&key](std::span<const uint8_t> octets) { return SipHash(key, octets); };
  cache::SnapshotHeader header;
  const SnapshotVerdict verdict = cache::ReadSnapshotHeader(fd, seal, &header);
  if (verdict != SnapshotVerdict::kGood) return std::string(VerdictText(verdict));
  if (std::string why = WhyNotNow(header, reading); !why.empty()) return why;
  const uint64_t passed = PassedSince(header.wall_seconds, reading.moment.wall_seconds);
  const cache::Ageing ageing{.shift = int64_t{reading.moment.now.seconds()} - header.written_at -
                                      static_cast<int64_t>(std::min<uint64_t>(passed, UINT32_MAX)),
                             .now = reading.moment.now,
                             .max_stale = reading.max_stale,
                             .ttl = reading.ttl};
  const auto goes_on = [start] { return Clock::now() - start < kKeptCacheReadMax; };
  const cache::SnapshotRead read =
      cache::ReadSnapshot(fd, header, seal, ageing, reading.threads, goes_on, store, reading.frees);
  LogRead(read, name, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start),
          log);
  return "";
}

cache::SnapshotWritten WriteKeptCache(int fd, const SipKey& key, const KeptCacheWriting& writing,
                                      absl::FunctionRef<bool()> goes_on, cache::Store* store) {
  const auto seal = [&key](std::span<const uint8_t> octets) { return SipHash(key, octets); };
  cache::SnapshotFacts facts{.now = writing.moment.now,
                             .wall_seconds = writing.moment.wall_seconds,
                             .facts = writing.what.facts,
                             .number = crypto::RandomGenerator().Next()};
  if (const ZoneSet& zones = writing.what.left_out; !zones.empty()) {
    facts.leaves_out = [&zones](cache::EntryView entry) { return zones.Covers(entry.name()); };
  }
  return cache::WriteSnapshot(store, fd, facts, seal, writing.threads, goes_on);
}

std::string WhyForeign(int fd, unsigned forbidden) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::generic_category().message(errno);
  if (!S_ISREG(status.st_mode)) return "it is no regular file";
  if (status.st_uid != geteuid()) return "it belongs to another user";
  if ((status.st_mode & forbidden) == 0) return "";
  return forbidden == kWritableByOthers ? "others may write it" : "others may read or write it";
}

}  // namespace tern::resolver::daemon
