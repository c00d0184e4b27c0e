// What a worker is told when it is made. Everything has a default. The bounds are for one worker,
// not for the process.
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
  // As the environment variable TERN_IO_ENGINE says (ring, epoll). Without it the ring, and epoll
  // if the kernel refuses the ring.
  kAuto,
  kRing,
  kEpoll,
};

struct StreamLimits {
  // 1024 streams take some 4 MB of kernel memory at rest and are more than dnsperf or a site's
  // forwarders ever open; beyond that the longest idle gives way.
  size_t streams = 1024;
  // Room for a NAT's clients, a busy forwarder or a load generator's hundred connections, yet 8
  // hostile addresses are needed to fill a worker, and then the longest idle gives way. IPv6: per
  // /64.
  size_t streams_per_client = 128;
  // RFC 7766 section 6.2.3 wants "a few seconds"; under pressure it shrinks.
  Duration idle = std::chrono::seconds(10);
  Duration idle_under_pressure = std::chrono::seconds(1);
  // From a message's first octet to its last. An honest client sends it in one segment.
  Duration message_deadline = std::chrono::seconds(4);
  // From the first unsent octet until all is sent.
  Duration send_deadline = std::chrono::seconds(20);
  // Queries of one stream that wait for their answers; the stream is not read meanwhile.
  size_t unanswered = 128;
  // Unsent octets of one stream from which on it is not read.
  size_t unsent_octets = 128 << 10;
  // All streams' partial messages and unsent answers together, with the memory kept for more.
  size_t buffered_octets = 32 << 20;
};

struct UpstreamLimits {
  size_t udp_exchanges = 4096;
  size_t tcp_exchanges = 256;
};

struct WorkerOptions {
  std::vector<Endpoint> listen;  // UDP and TCP on each
  EngineChoice engine = EngineChoice::kAuto;
  StreamLimits streams;
  UpstreamLimits upstream;
  // Source addresses of upstream queries, drawn at random per family; none: the kernel chooses.
  std::vector<IpAddress> outgoing;
  // How many workers share the process's file descriptors; limits are lowered to fit.
  size_t workers = 1;
  // Ascending; worker i runs on the i-th alone and gets the UDP queries that come in there
  // (steering.h). Workers must be created in the order of their indexes. Empty: as the kernel
  // likes.
  std::vector<int> processors;
};

}  // namespace tern::resolver::io
