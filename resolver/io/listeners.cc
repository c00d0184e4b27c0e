#include "resolver/io/listeners.h"

#include <sys/socket.h>

#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "resolver/io/steering.h"

namespace tern::resolver::io {
namespace {

constexpr int kPortTries = 16;

using Socket = Listeners::Socket;

std::vector<Socket> TakeGiven(int type, const Endpoint& endpoint, GivenSockets* given) {
  std::vector<Socket> sockets;
  if (given == nullptr) return sockets;
  for (GivenSocket& one : given->Take(type, endpoint)) {
    sockets.push_back({std::move(one.fd), std::move(one.name), true});
  }
  return sockets;
}

// Opens sockets until each worker has one. Whoever may not stand beside the given ones shares them.
absl::Status OpenMissing(std::string_view kind,
                         absl::StatusOr<OwnedFd> (*open)(const Endpoint& endpoint),
                         const Endpoint& endpoint, size_t workers, std::vector<Socket>* sockets) {
  while (sockets->size() < workers) {
    absl::StatusOr<OwnedFd> fd = open(endpoint);
    if (!fd.ok())
      return !sockets->empty() && sockets->front().is_given ? absl::OkStatus() : fd.status();
    std::string name = SocketName(kind, sockets->size(), endpoint);
    sockets->push_back({*std::move(fd), std::move(name), false});
  }
  return absl::OkStatus();
}

// Only a port that the kernel chose can turn out to be taken for TCP. Only then another one helps.
absl::StatusOr<Endpoint> WithRealPort(Endpoint endpoint, std::vector<Socket>* udp,
                                      std::vector<Socket>* tcp) {
  absl::Status last;
  for (int tries = kPortTries; tries > 0; --tries) {
    absl::StatusOr<OwnedFd> first = OpenUdpListener(endpoint);
    if (!first.ok()) return first.status();
    Endpoint chosen = endpoint;
    chosen.port = LocalEndpoint(first->get()).port;
    absl::StatusOr<OwnedFd> second = OpenTcpListener(chosen);
    if (second.ok()) {
      udp->push_back({*std::move(first), SocketName("udp", 0, chosen), false});
      tcp->push_back({*std::move(second), SocketName("tcp", 0, chosen), false});
      return chosen;
    }
    last = second.status();
  }
  return last;
}

}  // namespace

absl::StatusOr<Listeners> Listeners::Open(const Options& options, GivenSockets* given) {
  Listeners listeners;
  listeners.workers_ = options.workers;
  listeners.listening_ = options.listen;
  // All given ones are taken before any is opened, because a wildcard address may be beside one
  // that it covers.
  for (const Endpoint& endpoint : options.listen) {
    listeners.groups_.push_back(
        {TakeGiven(SOCK_DGRAM, endpoint, given), TakeGiven(SOCK_STREAM, endpoint, given)});
  }
  for (size_t i = 0; i < options.listen.size(); ++i) {
    Group& group = listeners.groups_[i];
    const absl::Status status = listeners.Fill(&listeners.listening_[i], &group);
    if (!status.ok()) return status;
    // The order of binding is the order in a group of sockets, so all are in it by now.
    const int one_of_group = group.udp.front().fd.get();
    if (options.processors.empty()) {
      StopSteering(one_of_group);  // given sockets may be steered
      continue;
    }
    const absl::Status steered = SteerByProcessor(one_of_group, options.processors);
    if (!steered.ok() && !group.udp.front().is_given) return steered;
  }
  return listeners;
}

absl::Status Listeners::Fill(Endpoint* endpoint, Group* group) const {
  for (Socket& socket : group->udp) {
    if (absl::Status status = SetUpUdpListener(socket.fd.get(), *endpoint); !status.ok()) {
      return status;
    }
  }
  for (const Socket& socket : group->tcp) SetUpTcpListener(socket.fd.get());
  if (endpoint->port == 0) {
    const absl::StatusOr<Endpoint> chosen = WithRealPort(*endpoint, &group->udp, &group->tcp);
    if (!chosen.ok()) return chosen.status();
    *endpoint = *chosen;
  }
  absl::Status status = OpenMissing("udp", &OpenUdpListener, *endpoint, workers_, &group->udp);
  if (!status.ok()) return status;
  return OpenMissing("tcp", &OpenTcpListener, *endpoint, workers_, &group->tcp);
}

absl::StatusOr<std::vector<OwnedFd>> Listeners::UdpOf(size_t worker, size_t address) const {
  return ShareOf(groups_[address].udp, worker);
}

absl::StatusOr<std::vector<OwnedFd>> Listeners::TcpOf(size_t worker, size_t address) const {
  return ShareOf(groups_[address].tcp, worker);
}

size_t Listeners::TcpOfWorkerMax() const {
  size_t count = 0;
  for (const Group& group : groups_) count += group.tcp.size() / workers_ + 1;
  return count;
}

absl::StatusOr<std::vector<OwnedFd>> Listeners::ShareOf(const std::vector<Socket>& sockets,
                                                        size_t worker) const {
  std::vector<OwnedFd> share;
  for (size_t i = worker % sockets.size(); i < sockets.size(); i += workers_) {
    absl::StatusOr<OwnedFd> fd = Duplicate(sockets[i].fd.get());
    if (!fd.ok()) return fd.status();
    share.push_back(*std::move(fd));
  }
  return share;
}

}  // namespace tern::resolver::io
