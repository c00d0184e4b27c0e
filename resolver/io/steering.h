// Chooses the worker to which a UDP query goes.
//
// - Without steering, the kernel spreads datagrams over the workers' sockets by a hash of addresses
//   and ports. With n processors, (n-1)/n of the queries arrive on another processor than their
//   worker's. Each batch then costs a wake-up across processors, and the cache lines of its packets
//   move.
// - With steering, each worker is alone on a processor. A program on the group of sockets
//   (SO_ATTACH_REUSEPORT_CBPF) chooses the worker of the processor on which the packet is.
// - TCP connections are always spread by the hash. The processor of the first packet says little
//   about the later packets of a connection.
//
// Steering is right only if packets arrive on all these processors. Packets of this machine's own
// programs arrive on the sender's processor. Packets from outside arrive on the processors that the
// interface's queues interrupt. If one queue took all packets, one worker would do all the work.
//
// Thread: any; plain functions.
// Bound: a program of 5 instructions for each run of neighbouring processors.
#pragma once

#include <linux/filter.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"

namespace tern::resolver::io {

struct Steering {
  // Worker i runs on processors[i]. When the list is empty, the scheduler places the workers, and
  // the kernel's hash spreads the queries.
  std::vector<int> processors;
  std::string why_not;  // for a person; empty when queries are steered
};

Steering ChooseSteering(size_t workers, std::span<const Endpoint> listen);

// The reason why packets may not arrive on all of `processors`; empty if they do. `names` are the
// interfaces of this network namespace. `interfaces` is the folder that describes them:
// /sys/class/net.
std::string WhyPacketsGather(const std::filesystem::path& interfaces,
                             std::span<const std::string> names, std::span<const int> processors);

// The program that SteerByProcessor runs for each datagram. Its result is an index in the group, or
// one beyond any group.
// REQUIRES: `processors` ascend.
std::vector<sock_filter> SteeringProgram(std::span<const int> processors);

// Steers the group of all sockets that share this socket's address and port. The i-th socket that
// was bound gets what arrives on processors[i]. The hash spreads datagrams of other processors, and
// those whose socket is missing or closed.
absl::Status SteerByProcessor(int fd, std::span<const int> processors);

// Takes the program away from the group of this socket, if it has one.
void StopSteering(int fd);

// Binds the calling thread to a processor. If that fails, the thread runs on as before, which only
// costs time.
bool RunOnProcessor(int processor);

}  // namespace tern::resolver::io
