// Frames to a reader that listens at a Unix socket. It never waits: what the reader does not take
// lies in a buffer, and what finds no room there is lost and counted.
//
// - Both sides agree on the content first: READY, ACCEPT, START (Frame Streams, bidirectional).
// - A reader that is away is looked for again, at first after kAwayMin, then after ever longer
//   times up to kAwayMax. Until then frames are lost.
// - What was sent when a connection breaks may have been read or not. It counts as written.
//
// Thread: the writer's. Bound: kBufferOctets.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "resolver/control/event_counts.h"
#include "resolver/io/sockets.h"

namespace tern::resolver::control {

class FrameSocket {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr size_t kBufferOctets = size_t{1} << 20;
  static constexpr std::chrono::milliseconds kAwayMin{100};
  static constexpr std::chrono::milliseconds kAwayMax{5000};
  // A reader that says nothing for so long when it is greeted is given up.
  static constexpr std::chrono::milliseconds kGreetingMax{3000};

  // `counts` outlives the object.
  FrameSocket(std::string path, OutputCounts* counts) : path_(std::move(path)), counts_(*counts) {}

  const std::string& path() const { return path_; }
  bool IsOpen() const { return state_ == State::kOpen; }
  bool IsAway() const { return state_ == State::kAway; }
  // Why there is no reader: errno, or 0 for one that does not speak as it should.
  int error() const { return error_; }
  bool HasUnsent() const { return sent_ < out_.size(); }

  // Takes a frame, or loses it. Throws std::bad_alloc.
  void Put(std::span<const uint8_t> frame);
  // Connects if it is time to, reads and sends what can be read and sent. Throws std::bad_alloc.
  void Turn(Clock::time_point now);
  // Says that the stream ends, and gives the reader `time_max` to read all of it.
  void End(std::chrono::milliseconds time_max);

 private:
  enum class State : uint8_t {
    kAway,
    kGreeting,
    kOpen,
  };

  void Connect(Clock::time_point now);
  // False when the reader is gone.
  bool Read();
  bool Send();
  void OnControl(std::span<const uint8_t> octets);
  void SetAway(int error, Clock::time_point now);
  void Append(std::span<const uint8_t> octets) {
    out_.insert(out_.end(), octets.begin(), octets.end());
  }

  const std::string path_;
  OutputCounts& counts_;
  State state_ = State::kAway;
  io::OwnedFd socket_;
  int error_ = 0;
  Clock::time_point next_;  // kAway: when it looks for a reader; kGreeting: when it gives up
  std::chrono::milliseconds away_ = kAwayMin;
  bool is_finished_ = false;  // the reader has said FINISH
  std::vector<uint8_t> in_;
  std::vector<uint8_t> out_;
  size_t sent_ = 0;  // of out_
  // Of the whole stream, and where the frames end that were not sent as a whole.
  uint64_t stream_sent_ = 0;
  std::deque<uint64_t> frame_ends_;
};

}  // namespace tern::resolver::control
