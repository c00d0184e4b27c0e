#include "resolver/daemon/watchdog.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "resolver/crypto/random.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::daemon {
namespace {

constexpr int kQuestionTries = 3;
constexpr std::chrono::milliseconds kQuestionPatience(300);
constexpr std::chrono::milliseconds kTurnPause(20);

// At a wildcard listener the process is asked at the loopback.
Endpoint Reachable(Endpoint listener) {
  if (!listener.address.IsUnspecified()) return listener;
  listener.address = *IpAddress::Parse(listener.address.IsIpv6() ? "::1" : "127.0.0.1");
  return listener;
}

// localhost. A, which local data answers.
using Question = std::array<uint8_t, 27>;
Question MakeQuestion() {
  Question question = {0,   0,   1,   0,   0,   1,   0,   0,   0, 0, 0, 0, 9, 'l',
                       'o', 'c', 'a', 'l', 'h', 'o', 's', 't', 0, 0, 1, 0, 1};
  const uint64_t id = crypto::RandomGenerator().Next();
  std::memcpy(question.data(), &id, 2);
  return question;
}

// A socket that has asked the server. It has a port of its own, so the kernel may choose another
// worker for it than for the last one.
io::OwnedFd Asked(const Endpoint& server, const Question& question) {
  sockaddr_storage address;
  const socklen_t size = server.ToSockaddr(&address);
  io::OwnedFd fd(socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0) {
    (void)send(fd.get(), question.data(), question.size(), MSG_NOSIGNAL);
  }
  return fd;
}

bool HasAnswer(int fd, const Question& question) {
  uint8_t reply[512];
  const ssize_t octets = recv(fd, reply, sizeof reply, 0);
  return octets >= 12 && std::memcmp(reply, question.data(), 2) == 0 && (reply[2] & 0x80) != 0;
}

// Asks all of them once, and waits for one answer.
bool OneAnswers(const std::vector<Endpoint>& servers) {
  const Question question = MakeQuestion();
  std::vector<io::OwnedFd> sockets;
  std::vector<pollfd> waited;
  for (const Endpoint& server : servers) {
    sockets.push_back(Asked(server, question));
    waited.push_back({.fd = sockets.back().get(), .events = POLLIN, .revents = 0});
  }
  const auto end = std::chrono::steady_clock::now() + kQuestionPatience;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (poll(waited.data(), waited.size(), static_cast<int>(left.count())) <= 0) continue;
    for (pollfd& one : waited) {
      if (one.revents == 0) continue;
      if (HasAnswer(one.fd, question)) return true;
      if ((one.revents & POLLERR) != 0) one.fd = -1;  // refused, as when nobody listens
    }
  }
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

bool AnswersItself(std::span<const Endpoint> listeners) {
  std::vector<Endpoint> servers;
  for (const Endpoint& listener : listeners) {
    const Endpoint server = Reachable(listener);
    if (io::StateOf(server.address) == io::AddressState::kThere) servers.push_back(server);
  }
  for (int i = 0; i < kQuestionTries; ++i) {
    if (servers.empty() || OneAnswers(servers)) return true;
  }
  return false;
}

bool AnswerProof::IsThere() {
  const uint64_t now = answered_();
  if (std::exchange(last_, now) != now) return true;
  const bool answers = ask_itself_();
  last_ = answered_();  // its own question is no proof for the next time
  return answers;
}

}  // namespace tern::resolver::daemon
