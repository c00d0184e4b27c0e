#include "resolver/control/appended_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

constexpr mode_t kMode = 0640;

}  // namespace

EventLoss LossOf(int error) {
  // A pipe: nobody reads it (fifo(7)), or it is full.
  if (error == ENXIO) return EventLoss::kNoReader;
  return error == EAGAIN ? EventLoss::kSlowReader : EventLoss::kWriteFailed;
}

int AppendedFile::Open(const std::string& path, bool begins_anew) {
  path_ = path;
  struct stat status;
  if (begins_anew && stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_size > 0 && std::rename(path.c_str(), Concat(path, ".old").c_str()) != 0) {
    return errno;
  }
  // A pipe that nobody reads must not stop the thread.
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  file_ = io::OwnedFd(open(path.c_str(), kFlags | O_CREAT | O_EXCL, kMode));
  // The mode that is promised, whatever umask says.
  if (IsOpen()) return fchmod(file_.get(), kMode) == 0 ? 0 : errno;
  if (errno == EEXIST) file_ = io::OwnedFd(open(path.c_str(), kFlags));
  return IsOpen() ? 0 : errno;
}

bool AppendedFile::WasMoved() const {
  struct stat now;
  struct stat opened;
  if (stat(path_.c_str(), &now) != 0 || fstat(file_.get(), &opened) != 0) return true;
  return now.st_ino != opened.st_ino || now.st_dev != opened.st_dev;
}

int AppendedFile::Append(std::span<const uint8_t> octets) {
  size_t done = 0;
  while (done < octets.size()) {
    const ssize_t written = write(file_.get(), octets.data() + done, octets.size() - done);
    if (written > 0) {
      done += static_cast<size_t>(written);
      continue;
    }
    const int error = written == 0 ? ENOSPC : errno;
    if (error == EINTR) continue;
    struct stat status;
    const bool has_part = done > 0 && fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
    if (has_part && ftruncate(file_.get(), status.st_size - static_cast<off_t>(done)) != 0) {
      return errno;
    }
    return error;
  }
  return 0;
}

}  // namespace tern::resolver::control
