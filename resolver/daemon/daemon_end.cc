// How the daemon ends, or makes way for the next one (see daemon.h).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "resolver/daemon/daemon.h"

namespace tern::resolver::daemon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery(2);

}  // namespace

std::vector<Daemon::ListeningSocket> Daemon::ListeningSockets() const {
  std::vector<ListeningSocket> all;
  for (size_t i = 0; i < listeners_->listening().size(); ++i) {
    for (const auto* const sockets : {&listeners_->udp(i), &listeners_->tcp(i)}) {
      for (const io::Listeners::Socket& socket : *sockets) {
        all.push_back({socket.fd.get(), socket.name, socket.is_given});
      }
    }
  }
  return all;
}

// True when each worker has turned its loop, and has taken what others had posted to it before.
bool Daemon::AllTurn(Clock::time_point deadline) {
  const auto turned = std::make_shared<std::atomic<size_t>>(0);
  assembly_->AskToTurn([turned] { turned->fetch_add(1); });
  while (turned->load() < workers_.size()) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

bool Daemon::IsAnythingUnderWay(bool with_streams) const {
  for (const auto& worker : workers_) {
    const io::Worker::UnderWay under_way = worker->under_way();
    if (under_way.receives || under_way.busy_streams > 0) return true;
    if (with_streams && under_way.streams > 0) return true;
  }
  return assembly_->ReadCounters().of_limits.clients > 0;
}

void Daemon::AnswerTheRest(const Rest& rest) {
  const Clock::time_point deadline = Clock::now() + rest.at_most;
  std::vector<bool> goes_on;
  for (size_t i = 0; i < listeners_->listening().size(); ++i) {
    goes_on.push_back(std::ranges::any_of(listeners_->udp(i), [&](const auto& socket) {
      return rest.serves_on.contains(socket.name);
    }));
  }
  for (const auto& worker : workers_) worker->StopReceiving(goes_on);
  // A query that one worker has received may be on its way to another one, and its answer on its
  // way back. So all turn three times between two looks.
  for (;;) {
    for (int i = 0; i < 3; ++i) {
      if (!AllTurn(deadline) || (rest.is_wanted && !rest.is_wanted())) return;
    }
    if (!IsAnythingUnderWay(rest.with_streams)) return;
  }
}

void Daemon::StartWriters() {
  StartEventWriter();
  StartSaver();
}

void Daemon::MakeWay() {
  event_writer_.reset();  // it writes what it has
  cache_saver_.reset();
  http_server_.reset();
}

}  // namespace tern::resolver::daemon
