// The file that keeps the cache over a restart (`cache.file`).
//
// It only helps. If it cannot be read or written, the log says why, and the cache starts empty.
//
// What this process answers may not come from somebody else. So a file is used only if all of this
// holds:
// - It is a regular file of this process's user, and nobody else may write it.
// - Its seals were made with the key in the file beside it (the name and `.key`), which nobody else
//   may read. So a file that was copied here, or changed, is not used at all: a part of it that is
//   not signed would be as good for an attack as one that is.
// - It was written under the same facts (cache_facts.h), and not in the future.
//
// Thread: one at a time; Remove: any. Bound: that of snapshot_read.h and snapshot_write.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "cache/store.h"
#include "resolver/base/siphash.h"
#include "resolver/daemon/kept_cache.h"
#include "resolver/daemon/log.h"

namespace tern::resolver::daemon {

class CacheFile {
 public:
  explicit CacheFile(std::string path, LogSink log = {})
      : path_(std::move(path)), log_(std::move(log)) {}

  using ReadOptions = KeptCacheReading;
  // Puts the content of the file into the store, which is empty and used by nobody else.
  void Read(const ReadOptions& options, cache::Store* store);
  const std::string& path() const { return path_; }

  struct SaveOptions {
    CacheMoment moment = {};
    CacheToKeep what = {};
    size_t threads = 1;
    bool synchronise = true;  // whether the file outlives a loss of power from now on
  };
  enum class Saved : uint8_t { kWhole, kStopped, kFailed };
  // Replaces the file as a whole, unless `goes_on` says no before the end, or there is an error.
  // Any store may be in use. `goes_on` is called from all threads.
  Saved Save(const SaveOptions& options, absl::FunctionRef<bool()> goes_on, cache::Store* store);

  // Removes the file. A Save that is under way puts its file in place only if its `goes_on` still
  // says yes after that.
  void Remove();

 private:
  using Key = std::array<uint8_t, 16>;

  std::string key_path() const { return path_ + ".key"; }
  // Empty, or why the file is not used.
  std::string TryToRead(const ReadOptions& options, cache::Store* store);
  // The key in its file. When there is none, `*why_not` says so.
  std::optional<SipKey> ReadKey(std::string* why_not) const;
  // The key in its file, or a new one that is there from now on.
  std::optional<SipKey> EnsureKey(std::string* why_not) const;
  Saved Fail(std::string_view why);

  void WarnOfFolder();

  const std::string path_;
  const LogSink log_;
  std::mutex placing_;  // while a file is put in place or removed
  bool fails_ = false;  // the last Save did, or the next would
};

}  // namespace tern::resolver::daemon
