// The options of a worker. Everything has a default. The limits are for one worker, not for the
// process.
//
// Thread: any; values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/time.h"

namespace tern::resolver::io {

enum class EngineChoice : uint8_t {
  // The environment variable TERN_IO_ENGINE chooses (ring, epoll). Without it the ring is used, and
  // epoll if the kernel refuses the ring.
  kAuto,
  kRing,
  kEpoll,
};

struct StreamLimits {
  // 1024 idle streams take some 4 MB of kernel memory. dnsperf or the forwarders of a site never
  // open more. Beyond that, the longest idle stream is closed.
  size_t streams = 1024;
  // Enough for the clients behind a NAT, a busy forwarder, or the hundred connections of a load
  // generator. Yet 8 hostile addresses are needed to fill a worker, and then the longest idle
  // stream is closed. For IPv6 the limit counts per /64.
  size_t streams_per_client = 128;
  // RFC 7766 section 6.2.3 wants "a few seconds". Under pressure the time shrinks.
  Duration idle = std::chrono::seconds(10);
  Duration idle_under_pressure = std::chrono::seconds(1);
  // A stream with a query that waits for its answer is not idle. No answer takes longer than
  // resolution.budget.total_timeout can be.
  Duration answer_deadline = std::chrono::minutes(2) + std::chrono::seconds(5);
  // From the first octet of a message to its last. An honest client sends a message in one segment.
  Duration message_deadline = std::chrono::seconds(4);
  // From the first unsent octet until all is sent.
  Duration send_deadline = std::chrono::seconds(20);
  // Queries of one stream that wait for their answers. At this number the stream is not read.
  size_t unanswered = 128;
  // Unsent octets of one stream. At this number the stream is not read.
  size_t unsent_octets = 128 << 10;
  // Partial messages and unsent answers of all streams together, with the unused capacity of their
  // buffers.
  size_t buffered_octets = 32 << 20;
};

struct UpstreamLimits {
  size_t udp_exchanges = 4096;
  size_t tcp_exchanges = 256;
};

class Listeners;

struct WorkerOptions {
  // The sockets of all workers; used by Worker::Create only. Without them, the worker opens its own
  // on the addresses of `listen`.
  const Listeners* listeners = nullptr;
  std::vector<Endpoint> listen;
  EngineChoice engine = EngineChoice::kAuto;
  StreamLimits streams;
  UpstreamLimits upstream;
  // Source addresses of upstream queries, drawn at random for each query from those of the server's
  // family. Without one, the kernel chooses.
  std::vector<IpAddress> outgoing;
  // The number of workers that share the process's file descriptors. Limits are lowered to fit.
  size_t workers = 1;
  // In ascending order. Worker i gets the UDP queries that arrive at the i-th processor
  // (steering.h). It is bound to that processor. When the kernel forbids that, the worker is mostly
  // woken there. When the list is empty, the kernel decides.
  std::vector<int> processors;
};

}  // namespace tern::resolver::io
