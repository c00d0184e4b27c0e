#include "resolver/io/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "resolver/io/sockets.h"
#include "tests/resolver/io/record_layer.h"
#include "tests/support/allocation_count.h"

namespace tern::resolver::io {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Sequence(size_t octets) {
  Bytes bytes(octets);
  for (size_t i = 0; i < octets; ++i) bytes[i] = static_cast<uint8_t>(i * 31 + i / 251);
  return bytes;
}

class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    near_ = OwnedFd(ends[0]);
    far_ = OwnedFd(ends[1]);
    const int small = 1;  // as small as the kernel makes it
    setsockopt(near_.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }

  // What has arrived at the far end, at most `most` octets.
  Bytes Arrived(size_t most = 1 << 20) {
    Bytes bytes(most);
    const ssize_t octets = recv(far_.get(), bytes.data(), most, MSG_DONTWAIT);
    bytes.resize(octets > 0 ? static_cast<size_t>(octets) : 0);
    return bytes;
  }
  // Sends all through the channel while the far end reads; returns what the far end got.
  Bytes SendAll(Channel* channel, const Bytes& bytes) {
    Bytes arrived;
    size_t at = 0;
    for (int turn = 0; turn < 10'000; ++turn) {
      const Sent sent = channel->Send(std::span(bytes).subspan(at));
      EXPECT_EQ(sent.error, 0);
      EXPECT_FALSE(sent.wants_read);
      at += sent.octets;
      const Bytes piece = Arrived(997);
      arrived.insert(arrived.end(), piece.begin(), piece.end());
      if (sent.wants_write) continue;
      EXPECT_EQ(at, bytes.size());
      EXPECT_EQ(channel->unsent(), 0u);
      if (piece.empty()) break;
    }
    return arrived;
  }

  OwnedFd near_;
  OwnedFd far_;
};

TEST_F(ChannelTest, WithoutALayerOctetsPassAsTheyAreAndNothingIsAllocated) {
  Channel channel(near_.get());
  const Bytes bytes = Sequence(100);
  const size_t before = test::AllocationCount();
  const Sent sent = channel.Send(bytes);
  const Received received = channel.Receive(bytes);
  EXPECT_EQ(test::AllocationCount(), before);
  EXPECT_EQ(sent.octets, 100u);
  EXPECT_FALSE(sent.wants_write || sent.wants_read);
  EXPECT_EQ(Arrived(), bytes);
  EXPECT_EQ(received.octets.data(), bytes.data());
  EXPECT_EQ(received.octets.size(), bytes.size());
  EXPECT_EQ(received.state, Received::State::kOpen);
}

TEST_F(ChannelTest, AFullSocketWantsToBeWritableAndNothingIsLost) {
  Channel channel(near_.get());
  const Bytes bytes = Sequence(100'000);
  const Sent first = channel.Send(bytes);
  EXPECT_LT(first.octets, bytes.size());
  EXPECT_TRUE(first.wants_write);
  const Sent none = channel.Send(std::span(bytes).subspan(first.octets));
  EXPECT_EQ(none.octets, 0u);
  EXPECT_TRUE(none.wants_write);
  Bytes arrived = Arrived();
  const Bytes rest(bytes.begin() + static_cast<ptrdiff_t>(first.octets), bytes.end());
  const Bytes further = SendAll(&channel, rest);
  arrived.insert(arrived.end(), further.begin(), further.end());
  EXPECT_TRUE(arrived == bytes);
}

TEST_F(ChannelTest, ABrokenConnectionIsAnErrorAndNoSignal) {
  for (const bool layered : {false, true}) {
    Channel channel(near_.get(), layered ? std::make_unique<RecordLayer>(10) : nullptr);
    far_ = OwnedFd();
    EXPECT_EQ(channel.Send(Sequence(10)).error, EPIPE);
  }
}

TEST_F(ChannelTest, ThePeersEndIsTold) {
  for (const bool layered : {false, true}) {
    Channel channel(near_.get(), layered ? std::make_unique<RecordLayer>(10) : nullptr);
    const Received received = channel.Receive({});
    EXPECT_EQ(received.state, Received::State::kFinished);
    EXPECT_TRUE(received.octets.empty());
  }
}

TEST_F(ChannelTest, ThroughALayerOctetsArriveInOrderHoweverTheyAreCut) {
  const Bytes bytes = Sequence(30'000);
  for (const size_t piece : {1, 7, 100, 253}) {
    SCOPED_TRACE(piece);
    Channel channel(near_.get(), std::make_unique<RecordLayer>(piece));
    const Bytes sealed = SendAll(&channel, bytes);
    EXPECT_EQ(sealed.size(), bytes.size() + (bytes.size() + piece - 1) / piece);
    Channel peer(far_.get(), std::make_unique<RecordLayer>(piece));
    Bytes opened;
    for (size_t at = 0, cut = 1; at < sealed.size(); at += cut, cut = cut % 300 + 1) {
      const size_t octets = std::min(cut, sealed.size() - at);
      const Received received = peer.Receive(std::span(sealed).subspan(at, octets));
      EXPECT_EQ(received.state, Received::State::kOpen);
      opened.insert(opened.end(), received.octets.begin(), received.octets.end());
    }
    EXPECT_TRUE(opened == bytes);
  }
}

TEST_F(ChannelTest, ALayerIsAskedForMoreOnlyWhenAllItMadeHasLeft) {
  Channel channel(near_.get(), std::make_unique<RecordLayer>(100));
  const Bytes bytes = Sequence(100'000);
  const Sent sent = channel.Send(bytes);
  EXPECT_TRUE(sent.wants_write);
  EXPECT_GT(channel.unsent(), 0u);
  EXPECT_LE(channel.unsent(), 101u);
  EXPECT_EQ(channel.Send(std::span(bytes).subspan(sent.octets)).octets, 0u);
  EXPECT_LE(channel.unsent(), 101u);
}

TEST_F(ChannelTest, ALayerThatGreetsWantsToReadFirst) {
  Channel channel(near_.get(), std::make_unique<RecordLayer>(100, /*greets=*/true));
  const Bytes bytes = Sequence(20);
  const Sent greeting = channel.Send(bytes);
  EXPECT_EQ(greeting.octets, 0u);
  EXPECT_TRUE(greeting.wants_read);
  EXPECT_FALSE(greeting.wants_write);
  EXPECT_EQ(Arrived(), Bytes{RecordLayer::kHello});
  EXPECT_TRUE(channel.Receive(Bytes{RecordLayer::kHello}).octets.empty());
  const Sent sent = channel.Send(bytes);
  EXPECT_EQ(sent.octets, 20u);
  EXPECT_FALSE(sent.wants_read);
  EXPECT_EQ(Arrived().size(), 21u);
}

TEST_F(ChannelTest, WhatTheLayerRejectsIsTold) {
  Channel channel(near_.get(), std::make_unique<RecordLayer>(100));
  const Bytes bytes = {1, 7 ^ RecordLayer::kChange, RecordLayer::kBroken};
  const Received received = channel.Receive(bytes);
  EXPECT_EQ(received.state, Received::State::kBroken);
}

}  // namespace
}  // namespace tern::resolver::io
