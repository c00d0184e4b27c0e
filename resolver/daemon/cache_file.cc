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

std::string ReasonOf(int error) { return std::generic_category().message(error); }

io::OwnedFd OpenToRead(const std::string& path) {
  // A pipe is opened at once, and refused then.
  return io::OwnedFd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
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
  const int error = WhyNoFilesIn(folder);
  if (error != 0) Fail(Concat("the folder ", folder, ": ", ReasonOf(error)));
}

void CacheFile::Read(const ReadOptions& options, cache::Store* store) {
  WarnOfFolder();
  const std::string why_not = TryToRead(options, store);
  if (!why_not.empty()) {
    log_(LogLevel::kWarning, Concat("the cache starts empty: ", path_, ": ", why_not));
  }
}

std::string CacheFile::TryToRead(const ReadOptions& options, cache::Store* store) {
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
  return ReadKeptCache(fd.get(), *key, options, path_, log_, store);
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
  const cache::SnapshotWritten written = WriteKeptCache(
      fd.get(), *key, {.moment = options.moment, .what = options.what, .threads = options.threads},
      goes_on, store);
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
