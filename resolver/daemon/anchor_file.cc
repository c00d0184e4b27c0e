#include "resolver/daemon/anchor_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/text_file.h"
#include "resolver/dnssec/anchor_state_text.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

std::string ErrorText(int error) { return std::generic_category().message(error); }

// 0, or the error.
int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return fsync(fd) == 0 ? 0 : errno;
}

// A new name is on the disk when its folder is. Where that is not possible, the file itself is
// good.
void SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

// 0, or the error. Whenever it is interrupted, the old file or the new one is there, and whole.
int Replace(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  int error = WriteAll(fd, text);
  close(fd);
  if (error == 0 && rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    (void)unlink(beside.c_str());
  } else {
    SyncFolderOf(path);
  }
  return error;
}

}  // namespace

dnssec::AnchorState AnchorFile::Read() {
  struct stat status;
  if (path_.empty() || (stat(path_.c_str(), &status) != 0 && errno == ENOENT)) return {};
  const absl::StatusOr<std::string> text = ReadTextFile(path_, dnssec::kStateOctetsMax);
  absl::StatusOr<dnssec::AnchorState> state =
      text.ok() ? dnssec::ReadAnchorState(*text) : text.status();
  if (state.ok()) {
    written_ = *state;
    return *std::move(state);
  }
  is_foreign_ = text.ok() && !text->empty() && !dnssec::LooksLikeAnchorState(*text);
  const std::string place = text.ok() ? Concat(path_, ": ") : "";
  log_(LogLevel::kWarning,
       Concat("the state of the trust anchors cannot be read: ", place,
              std::string(state.status().message()), "; those of the configuration are used",
              is_foreign_ ? ". The file is not ternd's, so it is left alone" : ""));
  return {};
}

bool AnchorFile::Differs(const dnssec::AnchorState& state) const {
  if (!written_) {
    return state.last_good != 0 ||
           std::any_of(state.zones.begin(), state.zones.end(),
                       [](const dnssec::AnchorZone& zone) { return !zone.keys.empty(); });
  }
  return written_->zones != state.zones || state.last_good < written_->last_good ||
         state.last_good >= written_->last_good + kGoodTimeEachSeconds;
}

void AnchorFile::Write(const dnssec::AnchorState& state) {
  if (path_.empty() || is_foreign_ || !Differs(state)) return;
  const int error = Replace(path_, dnssec::WriteAnchorState(state));
  if (error == 0) {
    written_ = state;
    if (std::exchange(fails_, false)) {
      log_(LogLevel::kInfo, Concat("the state of the trust anchors is kept in ", path_, " again"));
    }
    return;
  }
  if (std::exchange(fails_, true)) return;
  log_(is_optional_ && error == ENOENT ? LogLevel::kInfo : LogLevel::kWarning,
       Concat("the state of the trust anchors cannot be kept: ", path_, ": ", ErrorText(error),
              "; after a restart, those of the configuration are used"));
}

}  // namespace tern::resolver::daemon
