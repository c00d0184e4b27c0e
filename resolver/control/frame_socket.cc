#include "resolver/control/frame_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "resolver/control/frame_control.h"

namespace tern::resolver::control {
namespace {

constexpr size_t kFramePieceOctets = 4096;
constexpr size_t kInOctetsMax = 1024;

}  // namespace

void FrameSocket::SetAway(int error, Clock::time_point now) {
  if (state_ == State::kOpen) away_ = kAwayMin;
  counts_.Lose(EventLoss::kWriteFailed, frame_ends_.size());
  frame_ends_.clear();
  out_.clear();
  in_.clear();
  sent_ = 0;
  socket_ = io::OwnedFd();
  state_ = State::kAway;
  error_ = error;
  next_ = now + away_;
  away_ = std::min(2 * away_, kAwayMax);
}

void FrameSocket::Connect(Clock::time_point now) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path_.data(), std::min(path_.size(), sizeof to.sun_path - 1));
  socket_ = io::OwnedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket_.get() < 0 ||
      connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    SetAway(errno, now);
    return;
  }
  state_ = State::kGreeting;
  next_ = now + kGreetingMax;
  is_finished_ = false;
  Append(MakeFrameControl(FrameControl::kReady));
}

void FrameSocket::OnControl(std::span<const uint8_t> octets) {
  in_.insert(in_.end(), octets.begin(), octets.end());
  for (;;) {
    const FrameRead read = ReadFrameControl(in_);
    if (read.octets == 0) return;
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(read.octets));
    if (read.control == FrameControl::kFinish) is_finished_ = true;
    if (read.control != FrameControl::kAccept || state_ != State::kGreeting) continue;
    Append(MakeFrameControl(FrameControl::kStart));
    state_ = State::kOpen;
    error_ = 0;
    away_ = kAwayMin;
  }
}

bool FrameSocket::Read() {
  std::array<uint8_t, kFramePieceOctets> piece;
  for (;;) {
    const ssize_t octets = recv(socket_.get(), piece.data(), piece.size(), 0);
    if (octets < 0 && errno == EINTR) continue;
    if (octets < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (octets == 0) {
      errno = 0;
      return false;
    }
    OnControl({piece.data(), static_cast<size_t>(octets)});
    if (in_.size() > kInOctetsMax) in_.clear();
  }
}

bool FrameSocket::Send() {
  while (HasUnsent()) {
    const ssize_t octets =
        send(socket_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (octets < 0 && errno == EINTR) continue;
    if (octets < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (octets <= 0) break;
    sent_ += static_cast<size_t>(octets);
    stream_sent_ += static_cast<uint64_t>(octets);
  }
  while (!frame_ends_.empty() && frame_ends_.front() <= stream_sent_) {
    frame_ends_.pop_front();
    ++counts_.written;
  }
  if (sent_ >= out_.size() / 2) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
  return true;
}

void FrameSocket::Put(std::span<const uint8_t> frame) {
  if (!IsOpen()) {
    counts_.Lose(EventLoss::kNoReader);
    return;
  }
  const size_t unsent = out_.size() - sent_;
  if (unsent + kFrameHeadOctets + frame.size() > kBufferOctets) {
    counts_.Lose(EventLoss::kSlowReader);
    return;
  }
  frame_ends_.push_back(stream_sent_ + unsent + kFrameHeadOctets + frame.size());
  AppendFrame(frame, &out_);
}

void FrameSocket::Turn(Clock::time_point now) {
  if (state_ == State::kAway && now >= next_) Connect(now);
  if (state_ == State::kAway) return;
  if (!Read() || !Send()) {
    SetAway(errno, now);
  } else if (state_ == State::kGreeting && now >= next_) {
    SetAway(ETIMEDOUT, now);
  }
}

void FrameSocket::End(std::chrono::milliseconds time_max) {
  if (!IsOpen()) return;
  const Clock::time_point end = Clock::now() + time_max;
  Append(MakeFrameControl(FrameControl::kStop));
  while (Send() && !is_finished_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) break;
    pollfd wait = {.fd = socket_.get(),
                   .events = static_cast<short>(POLLIN | (HasUnsent() ? POLLOUT : 0)),
                   .revents = 0};
    if (poll(&wait, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) break;
    if (!Read()) break;
  }
  SetAway(0, Clock::now());
}

}  // namespace tern::resolver::control
