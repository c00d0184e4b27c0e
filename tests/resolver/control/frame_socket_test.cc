#include "resolver/control/frame_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "resolver/control/frame_control.h"
#include "wire/message.h"

namespace tern::resolver::control {
namespace {

using std::chrono::milliseconds;

class FrameSocketTest : public testing::Test {
 protected:
  FrameSocketTest() {
    char folder[] = "/tmp/tern-frames-XXXXXX";
    folder_ = mkdtemp(folder);
    socket_.emplace(path(), &counts_);
  }
  ~FrameSocketTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/reader"; }
  void Listen() {
    unlink(path().c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    listener_ = io::OwnedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener_.get(), 4), 0);
  }
  void Accept() {
    reader_ = io::OwnedFd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
    received_.clear();
  }
  void Turn() { socket_->Turn(now_); }
  // What the reader has received so far.
  const std::vector<uint8_t>& Receive() {
    uint8_t piece[65536];
    for (;;) {
      const ssize_t octets = recv(reader_.get(), piece, sizeof piece, 0);
      if (octets <= 0) return received_;
      received_.insert(received_.end(), piece, piece + octets);
    }
  }
  // The control frame that is next. nullopt: another one, or none.
  std::optional<FrameControl> TakeControl() {
    Receive();
    const FrameRead read = ReadFrameControl(received_);
    received_.erase(received_.begin(),
                    received_.begin() + static_cast<std::ptrdiff_t>(read.octets));
    return read.control;
  }
  // The content of the data frame that is next.
  std::string TakeFrame() {
    Receive();
    if (received_.size() < kFrameHeadOctets) return "none";
    const size_t octets = wire::LoadU32(received_.data());
    if (received_.size() < kFrameHeadOctets + octets) return "a part";
    const auto begin = received_.begin() + kFrameHeadOctets;
    std::string content(begin, begin + static_cast<std::ptrdiff_t>(octets));
    received_.erase(received_.begin(), begin + static_cast<std::ptrdiff_t>(octets));
    return content;
  }
  void Say(FrameControl control) {
    const auto frame = MakeFrameControl(control);
    ASSERT_EQ(send(reader_.get(), frame.data(), frame.size(), 0),
              static_cast<ssize_t>(frame.size()));
  }
  void Open() {
    Listen();
    Turn();
    Accept();
    Turn();
    ASSERT_EQ(TakeControl(), FrameControl::kReady);
    Say(FrameControl::kAccept);
    Turn();
    ASSERT_TRUE(socket_->IsOpen());
    ASSERT_EQ(TakeControl(), FrameControl::kStart);
  }
  void Put(std::string_view content) {
    socket_->Put({reinterpret_cast<const uint8_t*>(content.data()), content.size()});
  }
  uint64_t Lost(EventLoss why) const { return counts_.lost[static_cast<size_t>(why)]; }

  std::string folder_;
  OutputCounts counts_;
  FrameSocket::Clock::time_point now_{std::chrono::hours(1)};
  std::optional<FrameSocket> socket_;
  io::OwnedFd listener_;
  io::OwnedFd reader_;
  std::vector<uint8_t> received_;
};

TEST_F(FrameSocketTest, GreetsTheReaderAndSendsFrames) {
  Open();
  Put("one");
  Put("two");
  Turn();
  EXPECT_EQ(TakeFrame(), "one");
  EXPECT_EQ(TakeFrame(), "two");
  EXPECT_EQ(TakeFrame(), "none");
  EXPECT_EQ(counts_.written, 2u);
  EXPECT_EQ(Lost(EventLoss::kNoReader), 0u);
}

TEST_F(FrameSocketTest, WithoutAReaderFramesAreLostAndItIsLookedForEverLessOften) {
  Turn();
  Put("one");
  EXPECT_TRUE(socket_->IsAway());
  EXPECT_EQ(socket_->error(), ENOENT);
  EXPECT_EQ(Lost(EventLoss::kNoReader), 1u);
  Listen();
  now_ += FrameSocket::kAwayMin - milliseconds(1);
  Turn();
  EXPECT_TRUE(socket_->IsAway());
  listener_ = io::OwnedFd();  // it is gone again
  now_ += milliseconds(1);
  Turn();
  EXPECT_EQ(socket_->error(), ECONNREFUSED);
  Listen();
  now_ += 2 * FrameSocket::kAwayMin - milliseconds(1);
  Turn();
  EXPECT_TRUE(socket_->IsAway());
  now_ += milliseconds(1);
  Turn();
  EXPECT_FALSE(socket_->IsAway());
}

TEST_F(FrameSocketTest, AReaderThatComesBackGetsWhatComesThen) {
  Open();
  Put("one");
  Turn();
  EXPECT_EQ(TakeFrame(), "one");
  reader_ = io::OwnedFd();
  Turn();
  EXPECT_TRUE(socket_->IsAway());
  Put("lost");
  EXPECT_EQ(Lost(EventLoss::kNoReader), 1u);
  now_ += FrameSocket::kAwayMin;
  Open();
  Put("two");
  Turn();
  EXPECT_EQ(TakeFrame(), "two");
  EXPECT_EQ(counts_.written, 2u);
}

TEST_F(FrameSocketTest, AReaderThatIsTooSlowLosesFramesAndGetsWholeOnes) {
  Open();
  const std::string large(10'000, 'x');
  constexpr uint64_t kFrames = 500;
  for (uint64_t i = 0; i < kFrames; ++i) {
    Put(large);
    Turn();
  }
  const uint64_t lost = Lost(EventLoss::kSlowReader);
  EXPECT_GT(lost, 100u);
  EXPECT_LT(counts_.written, kFrames - lost + 1);
  uint64_t frames = 0;
  for (int i = 0; i < 1000; ++i) {
    Turn();
    while (TakeFrame() == large) ++frames;
  }
  EXPECT_EQ(frames, kFrames - lost);
  EXPECT_EQ(counts_.written, frames);
  EXPECT_FALSE(socket_->HasUnsent());
}

TEST_F(FrameSocketTest, WhatWasNotSentWhenTheReaderLeavesIsCounted) {
  Open();
  const std::string large(10'000, 'x');
  for (int i = 0; i < 90; ++i) Put(large);
  Turn();
  const uint64_t written = counts_.written;
  EXPECT_LT(written, 90u);
  reader_ = io::OwnedFd();
  Turn();
  EXPECT_TRUE(socket_->IsAway());
  EXPECT_EQ(counts_.written, written);
  EXPECT_EQ(Lost(EventLoss::kWriteFailed), 90 - written);
}

TEST_F(FrameSocketTest, WhoeverDoesNotGreetIsGivenUp) {
  Listen();
  Turn();
  Accept();
  Turn();
  EXPECT_FALSE(socket_->IsAway());
  now_ += FrameSocket::kGreetingMax;
  Turn();
  EXPECT_TRUE(socket_->IsAway());
  EXPECT_EQ(socket_->error(), ETIMEDOUT);
}

TEST_F(FrameSocketTest, AReaderMaySendAnything) {
  Listen();
  Turn();
  Accept();
  Turn();
  const std::string noise(100'000, '\x55');
  (void)send(reader_.get(), noise.data(), noise.size(), MSG_NOSIGNAL);
  Turn();
  const std::string zeroes(5'000, '\0');
  (void)send(reader_.get(), zeroes.data(), zeroes.size(), MSG_NOSIGNAL);
  Turn();
  EXPECT_FALSE(socket_->IsOpen());
  EXPECT_FALSE(socket_->IsAway());
  now_ += FrameSocket::kGreetingMax;
  Turn();
  EXPECT_TRUE(socket_->IsAway());
}

TEST_F(FrameSocketTest, TheEndWaitsForTheReaderToSayThatItHasReadAll) {
  Open();
  Put("one");
  Say(FrameControl::kFinish);
  const auto begin = FrameSocket::Clock::now();
  socket_->End(std::chrono::minutes(5));
  EXPECT_LT(FrameSocket::Clock::now() - begin, std::chrono::minutes(4));
  EXPECT_EQ(TakeFrame(), "one");
  EXPECT_EQ(TakeControl(), FrameControl::kStop);
}

TEST_F(FrameSocketTest, TheEndIsSaidAndAReaderThatStandsStillHoldsNothingUp) {
  Open();
  Put("one");
  const auto begin = FrameSocket::Clock::now();
  socket_->End(milliseconds(50));
  EXPECT_LT(FrameSocket::Clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(TakeFrame(), "one");
  EXPECT_EQ(TakeControl(), FrameControl::kStop);
  EXPECT_EQ(counts_.written, 1u);
}

TEST(FrameControlTest, ReadsWhatItMakesAndNothingElse) {
  for (const FrameControl control :
       {FrameControl::kReady, FrameControl::kAccept, FrameControl::kStart, FrameControl::kStop,
        FrameControl::kFinish}) {
    const auto frame = MakeFrameControl(control);
    for (size_t octets = 0; octets < frame.size(); ++octets) {
      EXPECT_EQ(ReadFrameControl(std::span(frame).first(octets)).octets, 0u);
    }
    const FrameRead read = ReadFrameControl(frame);
    EXPECT_EQ(read.octets, frame.size());
    EXPECT_EQ(read.control, control);
  }
  auto other = MakeFrameControl(FrameControl::kAccept);
  other.back() ^= 1;  // another content
  EXPECT_EQ(ReadFrameControl(other).octets, other.size());
  EXPECT_FALSE(ReadFrameControl(other).control);
  const std::vector<uint8_t> too_long = {0, 0, 0, 0, 0xff, 0, 0, 0};
  EXPECT_EQ(ReadFrameControl(too_long).octets, too_long.size());
}

}  // namespace
}  // namespace tern::resolver::control
