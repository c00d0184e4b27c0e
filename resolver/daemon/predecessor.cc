#include "resolver/daemon/predecessor.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "resolver/daemon/log.h"
#include "resolver/daemon/upgrade_talk.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

// It writes its cache in 5 s, and before that it may wait for 9 s.
constexpr timeval kPatience = {.tv_sec = 20, .tv_usec = 0};

bool IsReadable(int fd, int time_max_ms) {
  pollfd waited = {.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&waited, 1, time_max_ms) > 0;
}

}  // namespace

Predecessor::Predecessor(io::OwnedFd talk, pid_t process, std::chrono::milliseconds ends_within)
    : ends_within_(ends_within), talk_(std::move(talk)) {
  if (!is_there()) return;
  setsockopt(talk_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  process_ = io::OwnedFd(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
}

void Predecessor::TellError(std::string_view text) const {
  if (is_there()) Say(talk_.get(), Concat(kError, text));
}

bool Predecessor::AskForCache() const {
  Say(talk_.get(), kCache);
  const auto answer = HearPacket(talk_.get());
  return answer.ok() && *answer == kCache;
}

absl::Status Predecessor::TakeOver(const std::vector<std::string_view>& left) {
  for (const std::string_view name : left) Say(talk_.get(), Concat(kLeft, name));
  Say(talk_.get(), kReady);
  const auto answer = HearPacket(talk_.get());
  if (!answer.ok()) return answer.status();
  if (*answer != kGo) return absl::UnknownError("the process before says what is not known here");
  due_ = Clock::now() + ends_within_;
  return absl::OkStatus();
}

void Predecessor::OnDue() {
  due_.reset();
  const io::OwnedFd talk = std::move(talk_);
  const io::OwnedFd process = std::move(process_);
  // Both are readable when it has ended.
  if (process.get() < 0 || IsReadable(talk.get(), 0) || IsReadable(process.get(), 0)) return;
  Log(LogLevel::kWarning, "the process before this one has not ended in time, and is ended");
  (void)syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

}  // namespace tern::resolver::daemon
