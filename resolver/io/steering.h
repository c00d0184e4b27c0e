// Which worker a UDP query goes to. By default the kernel spreads datagrams over the workers'
// sockets by a hash of addresses and ports. With n processors, (n-1)/n of the queries then arrive
// on another processor than their worker's: each batch costs a wake-up across processors, and its
// packets' cache lines move. With steering each worker is alone on a processor, and a program on
// the group of sockets (SO_ATTACH_REUSEPORT_CBPF) names the worker of the processor on which the
// packet is. TCP connections are spread by the hash in either case: the processor of the first
// packet says little about a connection's later packets.
//
// Steering is right only if packets arrive on all these processors. Packets of this machine's own
// programs arrive on the sender's processor, packets from outside on those that the interface's
// queues interrupt. If one queue took all packets, one worker would do all the work.
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
  // Worker i is to run on processors[i]. Empty: the workers stay where the scheduler puts them, and
  // the kernel's hash spreads the queries.
  std::vector<int> processors;
  std::string why_not;  // for a person; empty when queries are steered
};

Steering ChooseSteering(size_t workers, std::span<const Endpoint> listen);

// Why packets may not come in on all of `processors`; empty if they do. `names` are the interfaces
// of this network namespace and `interfaces` the folder that tells of them: /sys/class/net.
std::string WhyPacketsGather(const std::filesystem::path& interfaces,
                             std::span<const std::string> names, std::span<const int> processors);

// What SteerByProcessor runs for each datagram: the place in the group, or one beyond any group.
// REQUIRES: `processors` ascend.
std::vector<sock_filter> SteeringProgram(std::span<const int> processors);

// For the group of all sockets that share this one's address and port. The i-th that was bound gets
// what comes in on processors[i]; what comes in on another, or for a socket that is not there (any
// more), is spread by the hash.
absl::Status SteerByProcessor(int fd, std::span<const int> processors);

// The calling thread only. Where it fails the thread runs on as before, which costs time only.
bool RunOnProcessor(int processor);

}  // namespace tern::resolver::io
