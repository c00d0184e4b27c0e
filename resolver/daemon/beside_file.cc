#include "resolver/daemon/beside_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace tern::resolver::daemon {
namespace {

std::string Beside(const std::string& path) { return path + ".new"; }

}  // namespace

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int WhyNoFilesIn(const std::string& folder) {
  struct stat status;
  if (stat(folder.c_str(), &status) != 0) return errno;
  if (!S_ISDIR(status.st_mode)) return ENOTDIR;
  return faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

io::OwnedFd MakeBeside(const std::string& path, mode_t mode) {
  const std::string beside = Beside(path);
  (void)unlink(beside.c_str());
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return io::OwnedFd(open(beside.c_str(), kFlags, mode));
}

void RemoveBeside(const std::string& path) { (void)unlink(Beside(path).c_str()); }

int WriteAll(int fd, std::span<const uint8_t> octets) {
  while (!octets.empty()) {
    const ssize_t count = write(fd, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    octets = octets.subspan(static_cast<size_t>(count));
  }
  return 0;
}

void SynchroniseFolderOf(const std::string& path) {
  const io::OwnedFd fd(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) (void)fsync(fd.get());
}

int PutInPlace(const std::string& path, bool synchronise) {
  if (rename(Beside(path).c_str(), path.c_str()) != 0) {
    const int error = errno;
    RemoveBeside(path);
    return error;
  }
  if (synchronise) SynchroniseFolderOf(path);
  return 0;
}

int ReplaceFile(const std::string& path, std::span<const uint8_t> octets, mode_t mode) {
  const io::OwnedFd fd = MakeBeside(path, mode);
  if (fd.get() < 0) return errno;
  int error = WriteAll(fd.get(), octets);
  if (error == 0 && fsync(fd.get()) != 0) error = errno;
  if (error == 0) return PutInPlace(path, /*synchronise=*/true);
  RemoveBeside(path);
  return error;
}

}  // namespace tern::resolver::daemon
