// Streams over an engine whose events a test makes, in one thread: for what needs a certain order
// of events, or memory that runs out at a certain allocation.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "resolver/io/service.h"
#include "resolver/io/stream_table.h"
#include "tests/fuzz/framing.h"
#include "tests/fuzz/hand_driven_engine.h"

namespace tern::resolver::io {

using Octets = std::vector<uint8_t>;

// Answers each query at once with what `answer` is then, and allocates nothing.
class AnsweringService final : public Service {
 public:
  void OnStreamMessage(const ReturnPath& path, std::span<const uint8_t> query) override {
    ++queries;
    if (on_query) on_query(query);
    if (answers) table->SendReply(path.stream, answer);
  }
  void OnStreamClosed(StreamId) override { ++closed; }
  void OnDatagrams(std::span<Datagram>) override {}
  void OnMessage(Message*) override {}
  void OnTurnEnd(bool) override {}
  void OnWake() override {}

  StreamTable* table = nullptr;
  bool answers = true;
  Octets answer;
  std::function<void(std::span<const uint8_t>)> on_query;
  int queries = 0;
  int closed = 0;
};

// Counts what it is told, and allocates nothing of its own.
class CountingSink final : public ExchangeSink {
 public:
  void OnReply(ExchangeId, std::span<const uint8_t> message) override {
    ++replies;
    if (on_reply) on_reply(message);
  }
  void OnExchangeFailed(ExchangeId, ExchangeFailure what) override {
    ++failures;
    failure = what;
  }

  std::function<void(std::span<const uint8_t>)> on_reply;
  int replies = 0;
  int failures = 0;
  ExchangeFailure failure{};
};

class DrivenStreams : public testing::Test {
 protected:
  // A client of the table, with the engine's name for its stream; kNone: it was refused.
  struct Client {
    OwnedFd fd;
    SocketId engine_id = SocketId::kNone;
  };

  // Arming takes memory when the heap of timers grows: it grows here, not while a test runs.
  DrivenStreams() {
    struct Unused final : Timer {
      void OnTimer() override {}
    } timers[4];
    for (Timer& timer : timers) environment_.ArmTimer(&timer, environment_.Now());
    for (Timer& timer : timers) environment_.DisarmTimer(&timer);
  }
  ~DrivenStreams() override { EXPECT_EQ(environment_.armed_timers(), 0u); }

  static Octets Framed(std::span<const uint8_t> message) {
    Octets framed;
    fuzz::AppendFramed(&framed, message);
    return framed;
  }
  SocketId NewestSocket() const {
    return engine_.sockets().empty() ? SocketId::kNone : engine_.sockets().rbegin()->first;
  }
  Client Connect(SocketId listener) {
    Client client{OwnedFd(listener_.Connect(1)), SocketId::kNone};
    const SocketId before = NewestSocket();
    engine_.GiveConnection(listener, listener_.Accept());
    if (NewestSocket() != before) client.engine_id = NewestSocket();
    return client;
  }
  // What arrives at `fd` while the engine tells the socket's owner that it can write.
  Octets ReadAll(int fd, SocketId id) {
    Octets arrived;
    for (int idle = 0; idle < 3;) {
      const size_t before = arrived.size();
      fuzz::ReadArrived(fd, 1 << 16, 20, &arrived);
      const bool wrote = engine_.GiveWritable(id);
      idle = wrote || arrived.size() != before ? 0 : idle + 1;
    }
    return arrived;
  }

  fuzz::LoopbackListener listener_;
  fuzz::HandDrivenEnvironment environment_;
  fuzz::HandDrivenEngine engine_;
};

}  // namespace tern::resolver::io
