// What the tests of both kinds of exchanges share: a worker that runs, and servers of the loopback.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

#include "tests/resolver/io/recording_sink.h"
#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {

template <Transport kTransport>
class UpstreamFixture : public BothEngines {
 protected:
  // Null after a failed expectation. A sink of an exchange that is left open is declared before it.
  std::unique_ptr<RunningWorker> MakeRunning(WorkerOptions options = {}) {
    auto running = Make(std::move(options));
    if (running != nullptr) running->Start();
    return running;
  }
  static PlainSocket Server(const char* address = "127.0.0.1:0") {
    const Endpoint endpoint = AddressOf(address);
    constexpr bool kStream = kTransport == Transport::kTcp;
    PlainSocket server(endpoint.address.IsIpv4() ? AF_INET : AF_INET6,
                       kStream ? SOCK_STREAM : SOCK_DGRAM);
    EXPECT_TRUE(server.Bind(endpoint));
    EXPECT_TRUE(!kStream || server.Listen());
    return server;
  }
  // Nothing listens at its address. While it lives, nobody else gets its port: no other test, and
  // no exchange of our own. It takes datagrams from itself only.
  static PlainSocket Nobody() {
    PlainSocket holder(AF_INET, kTransport == Transport::kTcp ? SOCK_STREAM : SOCK_DGRAM);
    EXPECT_TRUE(holder.Bind(Loopback()));
    EXPECT_TRUE(kTransport == Transport::kTcp || holder.Connect(holder.local()));
    return holder;
  }
  static ExchangeId Start(RunningWorker* running, const Endpoint& server, const Bytes& query,
                          ExchangeSink* sink) {
    return StartOn(running, server, kTransport, query, sink);
  }
  // On the worker's thread.
  static ExchangeId StartThere(RunningWorker* running, const Endpoint& server, const Bytes& query,
                               ExchangeSink* sink) {
    return running->worker()->StartExchange(server, kTransport, query, sink);
  }
};

}  // namespace tern::resolver::io
