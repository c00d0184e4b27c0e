#include "resolver/daemon/passing_on.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/memory_file.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

absl::Status KeepCache(const Supervisor& supervisor, std::chrono::milliseconds at_most,
                       Daemon* daemon) {
  const std::optional<CacheToKeep> what = daemon->ToKeep();
  if (!what) return absl::FailedPreconditionError(kNothingToKeep);
  const auto file = MakeMemoryFile("tern-cache");
  if (!file.ok()) return file.status();
  const absl::Status copied = daemon->CopyCache(file->get(), *what, at_most);
  if (copied.ok()) supervisor.Keep(file->get(), kCacheName);
  return copied;
}

}  // namespace

void ForgetFiles(const Supervisor& supervisor, const GivenDescriptors& given) {
  if (given.cache.get() >= 0) supervisor.Forget(kCacheName);
  if (given.secrets.get() >= 0) supervisor.Forget(kSecretsName);
}

void KeepSockets(const Supervisor& supervisor, const Daemon& daemon) {
  for (const Daemon::ListeningSocket& socket : daemon.ListeningSockets()) {
    if (!socket.is_given && !supervisor.Keep(socket.fd, socket.name)) return;
  }
}

// The end of `foreign` closes them. NOLINTNEXTLINE(performance-unnecessary-value-param)
void CloseForeign(const Supervisor& supervisor, std::vector<io::GivenSocket> foreign) {
  for (const io::GivenSocket& one : foreign) {
    Log(LogLevel::kWarning,
        Concat("closing what this process was started with: ", io::DescribeSocket(one.fd.get()),
               " is not in the configuration"));
    supervisor.Forget(one.name);
  }
}

void KeepFiles(const Supervisor& supervisor, std::chrono::milliseconds at_most, Daemon* daemon) {
  if (!supervisor.is_there()) return;
  if (const auto secrets = daemon->CopySecrets(); secrets.ok()) {
    supervisor.Keep(secrets->get(), kSecretsName);
  }
  if (daemon->has_cache_file()) return;
  const absl::Status kept = KeepCache(supervisor, at_most, daemon);
  if (kept.ok()) return;
  Log(LogLevel::kWarning,
      Concat("the next process does not get the cache: ", std::string(kept.message())));
}

}  // namespace tern::resolver::daemon
