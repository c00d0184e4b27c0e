#include "resolver/daemon/cache_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "cache/snapshot_write.h"
#include "resolver/crypto/random.h"
#include "resolver/daemon/beside_file.h"
#include "resolver/io/sockets.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

using cache::SnapshotVerdict;
using Clock = std::chrono::steady_clock;

std::string ReasonOf(int error) { return std::generic_category().message(error); }

constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
constexpr mode_t kOpenToOthers = S_IRWXG | S_IRWXO;

// Empty, or why somebody else may have made the file.
std::string WhyForeign(int fd, mode_t forbidden) {
  struct stat status;
  if (fstat(fd, &status) != 0) return ReasonOf(errno);
  if (!S_ISREG(status.st_mode)) return "it is no regular file";
  if (status.st_uid != geteuid()) return "it belongs to another user";
  if ((status.st_mode & forbidden) == 0) return "";
  return forbidden == kWritableByOthers ? "others may write it" : "others may read or write it";
}

io::OwnedFd OpenToRead(const std::string& path) {
  // A pipe is opened at once, and refused then.
  return io::OwnedFd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
}

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
std::string WhyNotNow(const cache::SnapshotHeader& header, const CacheFile::ReadOptions& options) {
  if (header.facts != options.facts) {
    return "the configuration asks other servers or trusts other keys";
  }
  if (options.time_unsure) return "the clock is wrong, so nobody knows how old it is";
  if (header.wall_seconds - options.moment.wall_seconds > CacheFile::kBackwardsSecondsMax) {
    return "it is from the future, so the clock was or is wrong";
  }
  return "";
}

uint64_t PassedSince(int64_t then, int64_t now) {
  return now > then ? static_cast<uint64_t>(now) - static_cast<uint64_t>(then) : 0;
}

}  // namespace

std::optional<SipKey> CacheFile::ReadKey(std::string* why_not) const {
  const io::OwnedFd fd = OpenToRead(key_path());
  if (fd.get() < 0) {
    *why_not = Concat(key_path(), ": ", ReasonOf(errno));
    return std::nullopt;
  }
  if (const std::string why = WhyForeign(fd.get(), kOpenToOthers); !why.empty()) {
    *why_not = Concat(key_path(), ": ", why);
    return std::nullopt;
  }
  std::array<uint8_t, sizeof(Key) + 1> octets;  // one more: a longer file is no key
  if (read(fd.get(), octets.data(), octets.size()) == static_cast<ssize_t>(sizeof(Key))) {
    Key key;
    std::copy_n(octets.begin(), key.size(), key.begin());
    return SipKey::FromOctets(key);
  }
  *why_not = key_path() + ": it has no key";
  return std::nullopt;
}

// A file that is no key is somebody else's, and he may need it. A key that others may know, and a
// file without anything in it, are replaced.
std::optional<SipKey> CacheFile::EnsureKey(std::string* why_not) const {
  std::string ignored;
  if (const std::optional<SipKey> key = ReadKey(&ignored)) return key;
  struct stat status;
  if (lstat(key_path().c_str(), &status) == 0 &&
      (!S_ISREG(status.st_mode) ||
       (status.st_size != 0 && status.st_size != static_cast<off_t>(sizeof(Key))))) {
    *why_not = key_path() + ": it is there, and is no key of a cache";
    return std::nullopt;
  }
  crypto::RandomGenerator random;
  const uint64_t words[2] = {random.Next(), random.Next()};
  Key key;
  static_assert(sizeof words == sizeof key);
  std::memcpy(key.data(), words, sizeof words);
  const int error = ReplaceFile(key_path(), key, S_IRUSR | S_IWUSR);
  if (error == 0) return SipKey::FromOctets(key);
  *why_not = Concat(key_path(), ": ", ReasonOf(error));
  return std::nullopt;
}

// Otherwise it would be known only at the first save.
void CacheFile::WarnOfFolder() {
  const std::string folder = FolderOf(path_);
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
  Fail(Concat("the folder ", folder, ": ", ReasonOf(errno)));
}

void CacheFile::Read(const ReadOptions& options, cache::Store* store) {
  WarnOfFolder();
  const std::string why_not = TryToRead(options, store);
  if (!why_not.empty()) {
    log_(LogLevel::kWarning, Concat("the cache starts empty: ", path_, ": ", why_not));
  }
}

std::string CacheFile::TryToRead(const ReadOptions& options, cache::Store* store) {
  const Clock::time_point start = Clock::now();
  const io::OwnedFd fd = OpenToRead(path_);
  if (fd.get() < 0 && errno == ENOENT) {
    log_(LogLevel::kInfo, Concat("the cache starts empty: there is no ", path_, " yet"));
    return "";
  }
  if (fd.get() < 0) return ReasonOf(errno);
  if (std::string why = WhyForeign(fd.get(), kWritableByOthers); !why.empty()) return why;
  std::string why_no_key;
  const std::optional<SipKey> key = ReadKey(&why_no_key);
  if (!key) return "there is no key for it: " + why_no_key;
  const auto seal = [&key](std::span<const uint8_t> octets) { return SipHash(*key, octets); };
  cache::SnapshotHeader header;
  const SnapshotVerdict verdict = cache::ReadSnapshotHeader(fd.get(), seal, &header);
  if (verdict != SnapshotVerdict::kGood) return std::string(VerdictText(verdict));
  if (std::string why = WhyNotNow(header, options); !why.empty()) return why;
  const uint64_t passed = PassedSince(header.wall_seconds, options.moment.wall_seconds);
  const cache::Ageing ageing{.shift = int64_t{options.moment.now.seconds()} - header.written_at -
                                      static_cast<int64_t>(std::min<uint64_t>(passed, UINT32_MAX)),
                             .now = options.moment.now,
                             .max_stale = options.max_stale,
                             .ttl = options.ttl};
  const auto goes_on = [start] { return Clock::now() - start < kReadMax; };
  const cache::SnapshotRead read =
      cache::ReadSnapshot(fd.get(), header, seal, ageing, options.threads, goes_on, store);
  LogRead(read, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start));
  return "";
}

void CacheFile::LogRead(const cache::SnapshotRead& read, std::chrono::milliseconds took) {
  std::string line = Concat("cache read from ", path_, ": ", read.entries, " entries, ",
                            read.octets >> 20, " MiB, in ", took.count(), " ms");
  if (read.old > 0) line += Concat("; ", read.old, " more are too old");
  if (read.left_out > 0) line += Concat("; there is no room for ", read.left_out);
  if (read.skipped > 0) {
    line += Concat("; ", read.skipped, " of ", read.blocks + read.skipped + read.damaged,
                   " blocks would take too long or too much memory");
  }
  if (read.damaged > 0) line += Concat("; ", read.damaged, " blocks are damaged");
  log_(read.damaged > 0 ? LogLevel::kWarning : LogLevel::kInfo, line);
}

CacheFile::Saved CacheFile::Fail(std::string_view why) {
  if (!std::exchange(fails_, true)) {
    log_(LogLevel::kWarning, Concat("the cache cannot be kept: ", why));
  }
  return Saved::kFailed;
}

CacheFile::Saved CacheFile::Save(const SaveOptions& options, absl::FunctionRef<bool()> goes_on,
                                 cache::Store* store) {
  using Result = cache::SnapshotWritten::Result;
  std::string why_no_key;
  const std::optional<SipKey> key = EnsureKey(&why_no_key);
  if (!key) return Fail(why_no_key);
  const absl::Cleanup remove = [this] { RemoveBeside(path_); };  // when it is not put in place
  const io::OwnedFd fd = MakeBeside(path_, S_IRUSR | S_IWUSR);
  if (fd.get() < 0) return Fail(Concat(path_, ": ", ReasonOf(errno)));
  const auto seal = [&key](std::span<const uint8_t> octets) { return SipHash(*key, octets); };
  const cache::SnapshotWritten written =
      cache::WriteSnapshot(store, fd.get(),
                           {.now = options.moment.now,
                            .wall_seconds = options.moment.wall_seconds,
                            .facts = options.facts,
                            .number = crypto::RandomGenerator().Next()},
                           seal, options.threads, goes_on);
  int error = written.error;
  const bool is_whole = written.result == Result::kWhole;
  if (is_whole && options.synchronise && fsync(fd.get()) != 0) error = errno;
  bool is_wanted = false;
  if (is_whole && error == 0) {
    const std::lock_guard guard(placing_);
    is_wanted = goes_on();  // what was forgotten meanwhile may be in the file
    if (is_wanted) error = PutInPlace(path_, options.synchronise);
  }
  if (error != 0) return Fail(Concat(path_, ": ", ReasonOf(error)));
  if (written.result == Result::kNoReader) return Fail("the store has too many readers");
  if (!is_wanted) return Saved::kStopped;
  if (std::exchange(fails_, false)) log_(LogLevel::kInfo, Concat("the cache is kept again"));
  return Saved::kWhole;
}

void CacheFile::Remove() {
  const std::lock_guard guard(placing_);
  if (unlink(path_.c_str()) == 0) {
    SynchroniseFolderOf(path_);
  } else if (errno != ENOENT) {
    log_(LogLevel::kWarning, Concat("what was flushed may come back after a restart, because ",
                                    path_, " cannot be removed: ", ReasonOf(errno)));
  }
}

}  // namespace tern::resolver::daemon
