#include "resolver/daemon/upgrade.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "resolver/daemon/given_descriptors.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/memory_file.h"
#include "resolver/daemon/upgrade_talk.h"
#include "wire/concat.h"

extern char** environ;

namespace tern::resolver::daemon {
namespace {

constexpr int kFirstDescriptor = 3;
// A process that is not to go on may answer what it has taken.
constexpr std::chrono::milliseconds kEndMax(1500);
constexpr std::chrono::milliseconds kLookEvery(5);

// The environment of the next process: this one's, without what was said to this one only.
std::vector<std::string> EnvironmentWith(const std::vector<io::GivenSocket>& descriptors) {
  std::vector<std::string> all;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    // systemd watches the process that it is told of.
    if (!variable.starts_with("WATCHDOG_PID=")) all.emplace_back(variable);
  }
  std::string names;
  for (const io::GivenSocket& one : descriptors) {
    names += Concat(names.empty() ? "" : ":", one.name);
  }
  all.push_back(Concat("LISTEN_FDS=", descriptors.size()));
  all.push_back("LISTEN_FDNAMES=" + names);
  all.push_back(Concat(kPredecessorVariable, "=", getpid()));
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string HowItEnded(int status) {
  if (WIFSIGNALED(status)) return Concat("was ended by signal ", WTERMSIG(status));
  return Concat("ended with exit code ", WEXITSTATUS(status));
}

}  // namespace

Upgrade::Upgrade(Options options, Hooks hooks)
    : options_(std::move(options)),
      hooks_(std::move(hooks)),
      cancel_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Upgrade::~Upgrade() { Cancel(); }

bool Upgrade::is_under_way() const {
  const std::lock_guard guard(lock_);
  return is_under_way_;
}

void Upgrade::Cancel() {
  const uint64_t one = 1;
  (void)!write(cancel_.get(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
}

absl::Status Upgrade::Begin(std::vector<io::GivenSocket> descriptors) {
  if (is_under_way()) return absl::UnavailableError("an upgrade is under way already");
  if (getpid() == 1) {
    // Whoever waits for the first process takes its end for that of the container.
    return absl::FailedPreconditionError(
        "ternd is the first process of its container: start a new container instead");
  }
  if (thread_.joinable()) thread_.join();
  auto child = Spawn(std::move(descriptors));
  if (!child.ok()) return child.status();
  Log(LogLevel::kInfo,
      Concat("upgrade: ", options_.program, " starts as process ", child->process));
  {
    const std::lock_guard guard(lock_);
    is_under_way_ = true;
  }
  thread_ = std::thread(
      [this, child = std::make_shared<Child>(*std::move(child))] { Run(std::move(*child)); });
  return absl::OkStatus();
}

absl::StatusOr<Upgrade::Child> Upgrade::Spawn(std::vector<io::GivenSocket> descriptors) const {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
  Child child{.process = 0, .talk = io::OwnedFd(ends[0]), .cache = io::OwnedFd()};
  descriptors.push_back({io::OwnedFd(ends[1]), kPredecessorName});
  auto cache = MakeMemoryFile("tern-cache");
  if (!cache.ok()) return cache.status();
  auto copy = io::Duplicate(cache->get());
  if (!copy.ok()) return copy.status();
  child.cache = *std::move(cache);
  descriptors.push_back({*std::move(copy), kCacheName});

  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0)
    return absl::ResourceExhaustedError("no memory");
  const absl::Cleanup destroy = [&actions] { posix_spawn_file_actions_destroy(&actions); };
  const int first_free = kFirstDescriptor + static_cast<int>(descriptors.size());
  int place = kFirstDescriptor;
  for (io::GivenSocket& one : descriptors) {
    // Out of the way of those that are put into their places.
    io::OwnedFd above(fcntl(one.fd.get(), F_DUPFD_CLOEXEC, first_free));
    if (above.get() < 0) return absl::ErrnoToStatus(errno, "cannot duplicate a descriptor");
    one.fd = std::move(above);
    if (posix_spawn_file_actions_adddup2(&actions, one.fd.get(), place++) != 0) {
      return absl::ResourceExhaustedError("no memory");
    }
  }
  (void)posix_spawn_file_actions_addclosefrom_np(&actions, first_free);
  std::vector<std::string> arguments = options_.arguments;
  std::vector<std::string> environment = EnvironmentWith(descriptors);
  // It runs with the same signals blocked, so none ends it before it is ready for them.
  const int error = posix_spawn(&child.process, options_.program.c_str(), &actions, nullptr,
                                Pointers(&arguments).data(), Pointers(&environment).data());
  if (error != 0) return absl::ErrnoToStatus(error, "cannot start " + options_.program);
  return child;
}

void Upgrade::Run(Child child) {
  absl::StatusOr<Successor> successor = Listen(child);
  absl::Status status = successor.status();
  if (status.ok()) status = hooks_.hand_over(*successor);
  if (status.ok()) {
    Say(child.talk.get(), kGo);
    Log(LogLevel::kInfo, Concat("upgrade: process ", child.process, " has taken over"));
  } else {
    const pid_t process = child.process;
    const std::string how = End(&child);
    if (!how.empty() && absl::IsAborted(status)) {
      status = absl::AbortedError(Concat("the new process ", how));
    }
    Log(LogLevel::kError, Concat("upgrade: ", std::string(status.message()), "; process ", getpid(),
                                 " goes on as before, and process ", process, " has ended"));
  }
  {
    const std::lock_guard guard(lock_);
    is_under_way_ = false;
    if (status.ok()) {
      outcome_ = child.process;
    } else {
      outcome_ = status;
    }
  }
  changed_.notify_all();
  hooks_.on_end();
}

absl::StatusOr<Successor> Upgrade::Listen(const Child& child) {
  Successor successor{.process = child.process, .left = {}};
  std::string mistakes;
  for (;;) {
    absl::StatusOr<std::string> packet = Hear(child.talk.get());
    // Aborted: it has ended.
    if (!packet.ok() && absl::IsAborted(packet.status()) && !mistakes.empty()) {
      return absl::InvalidArgumentError(mistakes);
    }
    if (!packet.ok()) return packet.status();
    if (*packet == kReady) return successor;
    if (packet->starts_with(kError)) {
      mistakes += Concat(mistakes.empty() ? "" : "\n", packet->substr(kError.size()));
    } else if (packet->starts_with(kLeft)) {
      successor.left.insert(packet->substr(kLeft.size()));
    } else if (*packet == kCache) {
      Say(child.talk.get(), hooks_.copy_cache(child.cache.get()) ? kCache : kNone);
    } else {
      return absl::UnknownError("the new process says what this one does not know");
    }
  }
}

absl::StatusOr<std::string> Upgrade::Hear(int talk) {
  pollfd waited[2] = {{.fd = talk, .events = POLLIN, .revents = 0},
                      {.fd = cancel_.get(), .events = POLLIN, .revents = 0}};
  const int ready = poll(waited, 2, static_cast<int>(options_.silence_max.count()));
  if (ready > 0 && waited[1].revents != 0) return absl::CancelledError("ternd is stopping");
  if (ready == 0) {
    return absl::DeadlineExceededError(Concat("the new process was not ready: it said nothing for ",
                                              options_.silence_max.count(), " ms"));
  }
  return HearPacket(talk);
}

std::string Upgrade::End(Child* child) {
  child->talk = io::OwnedFd();
  int status = 0;
  for (std::chrono::milliseconds waited(0); waited < kEndMax; waited += kLookEvery) {
    if (waitpid(child->process, &status, WNOHANG) == child->process) return HowItEnded(status);
    std::this_thread::sleep_for(kLookEvery);
  }
  (void)kill(child->process, SIGKILL);
  (void)waitpid(child->process, &status, 0);
  return "";
}

absl::StatusOr<pid_t> Upgrade::Wait(std::chrono::milliseconds time_max) {
  std::unique_lock lock(lock_);
  if (!changed_.wait_for(lock, time_max, [this] { return !is_under_way_; })) {
    return absl::DeadlineExceededError("the upgrade goes on; the log tells how it ends");
  }
  return outcome_;
}

}  // namespace tern::resolver::daemon
