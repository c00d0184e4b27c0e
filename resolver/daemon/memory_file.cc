#include "resolver/daemon/memory_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace tern::resolver::daemon {

absl::StatusOr<io::OwnedFd> MakeMemoryFile(const char* label) {
  io::OwnedFd fd(memfd_create(label, MFD_CLOEXEC));
  if (fd.get() < 0 || fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0) {
    return absl::ErrnoToStatus(errno, "memfd_create");
  }
  return fd;
}

std::string ReadMemoryFile(int fd, size_t octets_max) {
  std::string text(octets_max, '\0');
  const ssize_t octets = pread(fd, text.data(), text.size(), 0);
  text.resize(octets > 0 ? static_cast<size_t>(octets) : 0);
  return text;
}

}  // namespace tern::resolver::daemon
