#include "resolver/base/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "wire/concat.h"

namespace tern::resolver {
namespace {

constexpr size_t kReadOctets = 64 * 1024;

absl::Status Failure(const std::string& path, int error) {
  return absl::NotFoundError(Concat(path, ": ", std::generic_category().message(error)));
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path, size_t octets_max) {
  struct stat status;
  if (fstat(fd, &status) != 0) return Failure(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(Concat(path, ": expected a regular file"));
  }
  std::string text;
  size_t size = 0;
  while (true) {
    text.resize(size + kReadOctets);
    const ssize_t count = read(fd, text.data() + size, kReadOctets);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failure(path, errno);
    size += static_cast<size_t>(count);
    if (size > octets_max) {
      return absl::InvalidArgumentError(Concat(path, ": expected at most ", octets_max, " octets"));
    }
    if (count == 0) break;
  }
  text.resize(size);
  return text;
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t octets_max) {
  // Without O_NONBLOCK, open() on a pipe would wait for a writer.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Failure(path, errno);
  auto text = ReadAll(fd, path, octets_max);
  close(fd);
  return text;
}

}  // namespace tern::resolver
