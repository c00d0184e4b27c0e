#include "resolver/daemon/watchdog.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "resolver/crypto/random.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {
namespace {

constexpr int kQuestionTries = 3;
constexpr timeval kQuestionPatience = {.tv_sec = 0, .tv_usec = 300'000};
constexpr std::chrono::milliseconds kTurnPause(20);

// At a wildcard listener the process is asked at the loopback.
Endpoint Reachable(Endpoint listener) {
  if (!listener.address.IsUnspecified()) return listener;
  listener.address = *IpAddress::Parse(listener.address.IsIpv6() ? "::1" : "127.0.0.1");
  return listener;
}

}  // namespace

Watchdog::Watchdog(Duties duties, std::chrono::milliseconds interval)
    : duties_(std::move(duties)), interval_(interval), thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard guard(lock_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  thread_.join();
}

void Watchdog::Run() {
  std::unique_lock lock(lock_);
  while (!stop_) {
    lock.unlock();
    if (Works()) duties_.feed();
    lock.lock();
    stop_changed_.wait_for(lock, interval_, [this] { return stop_; });
  }
}

bool Watchdog::Works() try {
  const auto turned = std::make_shared<std::atomic<size_t>>(0);
  duties_.ask_workers([turned] { turned->fetch_add(1); });
  const bool answers = duties_.ask_question();
  std::unique_lock lock(lock_);
  const auto deadline = std::chrono::steady_clock::now() + interval_ / 2;
  while (turned->load() < duties_.workers && std::chrono::steady_clock::now() < deadline) {
    if (stop_changed_.wait_for(lock, kTurnPause, [this] { return stop_; })) return false;
  }
  return answers && turned->load() >= duties_.workers;
} catch (const std::bad_alloc&) {
  return true;  // want of memory is no reason to lose the cache
}

std::optional<std::chrono::milliseconds> WatchdogInterval(const char* watchdog_usec,
                                                          const char* watchdog_pid) {
  if (watchdog_usec == nullptr) return std::nullopt;
  if (watchdog_pid != nullptr && std::atol(watchdog_pid) != getpid()) return std::nullopt;
  const long long micros = std::atoll(watchdog_usec);
  if (micros <= 0) return std::nullopt;
  return std::max(std::chrono::milliseconds(1), std::chrono::milliseconds(micros / 2000));
}

bool AnswersItself(const Endpoint& listener) {
  // localhost. A, which local data answers.
  uint8_t query[] = {0,   0,   1,   0,   0,   1,   0,   0,   0, 0, 0, 0, 9, 'l',
                     'o', 'c', 'a', 'l', 'h', 'o', 's', 't', 0, 0, 1, 0, 1};
  const uint64_t id = crypto::RandomGenerator().Next();
  std::memcpy(query, &id, 2);
  const Endpoint server = Reachable(listener);
  sockaddr_storage address;
  const socklen_t size = server.ToSockaddr(&address);
  const io::OwnedFd fd(
      socket(server.address.IsIpv6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kQuestionPatience, sizeof kQuestionPatience);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return false;
  for (int i = 0; i < kQuestionTries; ++i) {
    if (send(fd.get(), query, sizeof query, MSG_NOSIGNAL) < 0) continue;
    uint8_t reply[512];
    const ssize_t octets = recv(fd.get(), reply, sizeof reply, 0);
    if (octets >= 12 && std::memcmp(reply, query, 2) == 0 && (reply[2] & 0x80) != 0) return true;
  }
  return false;
}

}  // namespace tern::resolver::daemon
