// Carries a stream's octets to and from its socket.
//
// A channel without a layer does not change the octets. Send is one system call, and Receive
// returns its argument. Neither allocates or calls a virtual function. A layer changes the octets
// on their way (encryption). It never touches the socket, so it works on memory alone.
//
// A stream passes to the channel everything that its socket received, and sends only through the
// channel. After each call it checks the outcome and unsent().
//
// Thread: the worker's.
// Invariants:
// 1. Octets leave in the order in which Send took them.
// 2. The channel is not used after a failure.
// Bound: nothing without a layer. A layer states its own bound. It is asked to take more octets
// only when all its earlier output has left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace tern::resolver::io {

// What a channel or its layer has received for the stream.
struct Received {
  enum class State : uint8_t {
    kOpen,
    kFinished,  // the peer has finished sending; it may still read
    kBroken,    // the peer broke the layer's rules, or the layer has no memory
  };
  std::span<const uint8_t> octets;  // valid until the channel is used again
  State state = State::kOpen;
};

struct Sent {
  size_t octets = 0;         // the channel has taken this many of the given octets
  int error = 0;             // an errno; not 0 means that the connection is broken
  bool wants_write = false;  // call Send again when the socket is writable
  bool wants_read = false;   // call Send again when the socket has received data
};

// The layer between the stream's octets and the socket's octets, for one connection.
class ChannelLayer {
 public:
  virtual ~ChannelLayer() = default;

  // Takes some of the stream's octets, perhaps none, and returns the number. Adds its output to
  // unsent().
  virtual size_t Take(std::span<const uint8_t> octets) = 0;
  // Handles what the socket received. May add to unsent().
  // REQUIRES: `octets` is not empty.
  virtual Received Receive(std::span<const uint8_t> octets) = 0;
  // The output that waits for the socket.
  virtual std::span<const uint8_t> unsent() const = 0;
  // Removes the first `octets` of unsent(), because they have left.
  virtual void Forget(size_t octets) = 0;
};

// Makes the layer of a connection. Returns null when there is no memory. An empty function means
// that connections have no layer.
using MakeLayer = std::function<std::unique_ptr<ChannelLayer>()>;

class Channel {
 public:
  // The caller keeps the socket, which is non-blocking. Without a layer the octets are not changed.
  explicit Channel(int fd = -1, std::unique_ptr<ChannelLayer> layer = nullptr)
      : fd_(fd), layer_(std::move(layer)) {}

  // Sends without waiting. When `octets` is empty, it sends what the layer still holds.
  Sent Send(std::span<const uint8_t> octets) {
    return layer_ == nullptr ? SendPlain(octets) : SendThroughLayer(octets);
  }
  // Handles what the socket received. `octets` is empty when the peer has finished sending.
  Received Receive(std::span<const uint8_t> octets) {
    if (octets.empty()) return {{}, Received::State::kFinished};
    return layer_ == nullptr ? Received{octets, Received::State::kOpen} : layer_->Receive(octets);
  }
  // The number of octets in the layer that wait for the socket.
  size_t unsent() const { return layer_ == nullptr ? 0 : layer_->unsent().size(); }

 private:
  Sent SendPlain(std::span<const uint8_t> octets);
  Sent SendThroughLayer(std::span<const uint8_t> octets);

  int fd_;
  std::unique_ptr<ChannelLayer> layer_;
};

}  // namespace tern::resolver::io
