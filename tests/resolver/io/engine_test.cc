#include "resolver/io/engine.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "resolver/io/epoll_engine.h"
#include "resolver/io/ring_engine.h"

namespace tern::resolver::io {
namespace {

// Reads for as long as there is something, and counts the pieces.
class GreedyReader final : public SocketOwner {
 public:
  explicit GreedyReader(Engine* engine) : engine_(engine) {}

  bool Start(int fd) {
    id_ = engine_->Add(fd, SocketKind::kStream, this);
    if (id_ == SocketId::kNone) return false;
    engine_->Receive(id_);
    return true;
  }
  void OnBytes(std::span<const uint8_t>) override {
    ++pieces;
    engine_->Receive(id_);
  }
  void OnSocketError(int) override { failed = true; }

  int pieces = 0;
  bool failed = false;

 private:
  Engine* const engine_;
  SocketId id_ = SocketId::kNone;
};

// Counts what it is told.
class CountingOwner final : public SocketOwner {
 public:
  void OnBytes(std::span<const uint8_t>) override { ++told; }
  void OnWritable() override { ++told; }
  void OnSocketError(int) override { ++told; }

  int told = 0;
};

class EngineTest : public testing::TestWithParam<const char*> {
 protected:
  static constexpr size_t kSockets = 512;

  void SetUp() override {
    EngineLimits limits;
    limits.sockets = kSockets;
    wakeup_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT_GE(wakeup_, 0);
    if (GetParam() == std::string("ring")) {
      auto ring = RingEngine::Create(limits, wakeup_);
      if (!ring.ok()) GTEST_SKIP() << ring.status().message();
      engine_ = *std::move(ring);
    } else {
      auto epoll = EpollEngine::Create(limits, wakeup_);
      ASSERT_TRUE(epoll.ok()) << epoll.status().message();
      engine_ = *std::move(epoll);
    }
    ASSERT_TRUE(engine_->Start().ok());
  }
  void TearDown() override {
    engine_.reset();
    for (int peer : peers_) close(peer);
    close(wakeup_);
  }

  // One end with `octets` waiting to be read; the other end stays open, in peers_.
  int FilledStream(size_t octets) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    peers_.push_back(ends[1]);
    const std::string bytes(octets, 'x');
    EXPECT_EQ(send(ends[1], bytes.data(), octets, 0), static_cast<ssize_t>(octets));
    return ends[0];
  }

  // Whether the other end is closed.
  static bool IsHungUp(int peer) {
    pollfd poll_fd{peer, POLLIN, 0};
    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLHUP) != 0;
  }

  int wakeup_ = -1;
  std::unique_ptr<Engine> engine_;
  std::vector<int> peers_;
};
INSTANTIATE_TEST_SUITE_P(Engines, EngineTest, testing::Values("ring", "epoll"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(EngineTest, StreamsThatNeverPauseKeepNoneWaiting) {
  // More than there are buffers, each with more to read than one of them holds.
  constexpr size_t kStreams = 400;
  std::vector<std::unique_ptr<GreedyReader>> readers;
  for (size_t i = 0; i < kStreams; ++i) {
    const int fd = FilledStream(64 << 10);
    ASSERT_GE(fd, 0);
    readers.push_back(std::make_unique<GreedyReader>(engine_.get()));
    ASSERT_TRUE(readers.back()->Start(fd));
  }
  const auto fewer = [](const auto& a, const auto& b) { return a->pieces < b->pieces; };
  for (int turn = 0; turn < 1000; ++turn) {
    engine_->Wait(Duration(0));
    engine_->Deliver(nullptr);  // there are no sockets of a service
    const auto [least, most] = std::minmax_element(readers.begin(), readers.end(), fewer);
    ASSERT_LE((*most)->pieces, (*least)->pieces + 1);
    if ((*least)->pieces >= 3) break;
  }
  for (const auto& reader : readers) {
    EXPECT_FALSE(reader->failed);
    EXPECT_GE(reader->pieces, 3);
  }
}

TEST_P(EngineTest, HoldsAsManySocketsAsItsLimitAndAnyOneThatIsRemovedMakesPlace) {
  CountingOwner owner;
  std::vector<SocketId> ids;
  for (size_t i = 0; i < kSockets; ++i) {
    ids.push_back(engine_->Add(FilledStream(1), SocketKind::kStream, &owner));
    ASSERT_NE(ids.back(), SocketId::kNone) << i;
  }
  const int fd = FilledStream(1);
  EXPECT_EQ(engine_->Add(fd, SocketKind::kStream, &owner), SocketId::kNone);
  engine_->Remove(ids[7]);
  EXPECT_NE(engine_->Add(fd, SocketKind::kStream, &owner), SocketId::kNone);
}

TEST_P(EngineTest, ARemovedSocketsIdDoesNotReachTheNextInItsPlace) {
  CountingOwner old_owner;
  CountingOwner owner;
  const SocketId old_id = engine_->Add(FilledStream(1), SocketKind::kStream, &old_owner);
  engine_->Receive(old_id);
  engine_->WaitWritable(old_id);
  engine_->Remove(old_id);
  const SocketId id = engine_->Add(FilledStream(1), SocketKind::kStream, &owner);
  ASSERT_NE(id, SocketId::kNone);
  EXPECT_NE(id, old_id);
  engine_->Receive(old_id);
  engine_->WaitWritable(old_id);
  engine_->Remove(old_id);
  EXPECT_NE(engine_->Send(old_id, std::array<uint8_t, 1>{}), 0);
  for (int turn = 0; turn < 5; ++turn) {
    engine_->Wait(Duration(0));
    engine_->Deliver(nullptr);
  }
  EXPECT_EQ(old_owner.told, 0);
  EXPECT_EQ(owner.told, 0) << "was not asked for";
  engine_->Receive(id);
  for (int turn = 0; turn < 5; ++turn) {
    engine_->Wait(Duration(0));
    engine_->Deliver(nullptr);
  }
  EXPECT_EQ(owner.told, 1);
}

TEST_P(EngineTest, SocketsThatComeAndGoInOneTurnAreAllClosed) {
  CountingOwner owner;
  for (size_t i = 0; i < kSockets + kSockets / 2; ++i) {
    const SocketId id = engine_->Add(FilledStream(1), SocketKind::kStream, &owner);
    ASSERT_NE(id, SocketId::kNone) << i;
    engine_->Receive(id);
    engine_->Remove(id);
  }
  for (int turn = 0; turn < 3; ++turn) {
    engine_->Wait(Duration(0));
    engine_->Deliver(nullptr);
  }
  for (size_t i = 0; i < peers_.size(); ++i) EXPECT_TRUE(IsHungUp(peers_[i])) << i;
  EXPECT_EQ(owner.told, 0);
}

}  // namespace
}  // namespace tern::resolver::io
