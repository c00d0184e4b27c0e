#include "resolver/daemon/given_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"

namespace tern::resolver::daemon {
namespace {

constexpr int kFirstDescriptor = 3;  // sd_listen_fds(3)

std::string TakeVariable(const char* name) {
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  (void)unsetenv(name);
  return text;
}

// 0 when it is no number.
size_t NumberIn(std::string_view text) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

GivenDescriptors TakeGivenDescriptors() {
  GivenDescriptors given;
  const size_t count = NumberIn(TakeVariable("LISTEN_FDS"));
  const size_t process = NumberIn(TakeVariable("LISTEN_PID"));
  const size_t predecessor = NumberIn(TakeVariable(kPredecessorVariable));
  const std::vector<std::string> names =
      absl::StrSplit(TakeVariable("LISTEN_FDNAMES"), ':', absl::AllowEmpty());
  // Somebody between may have handed on variables that were not for this process.
  const bool is_for_us = process == static_cast<size_t>(getpid()) ||
                         (predecessor != 0 && predecessor == static_cast<size_t>(getppid()));
  if (!is_for_us || count > kGivenDescriptorsMax) return given;
  for (size_t i = 0; i < count; ++i) {
    const int number = kFirstDescriptor + static_cast<int>(i);
    if (fcntl(number, F_SETFD, FD_CLOEXEC) != 0) continue;
    io::OwnedFd fd(number);
    std::string name = i < names.size() ? names[i] : "";
    if (name == kCacheName) {
      given.cache = std::move(fd);
    } else if (name == kSecretsName) {
      given.secrets = std::move(fd);
    } else if (name == kPredecessorName) {
      given.predecessor = std::move(fd);
      given.has_predecessor = true;
    } else {
      given.sockets.Add(std::move(fd), std::move(name));
    }
  }
  return given;
}

}  // namespace tern::resolver::daemon
