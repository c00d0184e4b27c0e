// The way of a stream's octets to and from its socket.
//
// A channel without a layer carries them as they are: Send is one system call, Receive hands back
// what it was given, and neither allocates or calls a virtual function. A layer changes the octets
// on their way (encryption). It never touches the socket, so it can work on memory alone.
//
// A stream gives the channel everything that its socket received, and sends through the channel
// only. After each call it looks at the outcome, and at unsent().
//
// Thread: the worker's.
// Invariants:
// 1. Octets that Send has taken leave in their order, before any that it takes later.
// 2. After a failure the channel is used no more.
// Bound: nothing without a layer. A layer states its own; it is asked to take more octets only when
// all that it made of earlier ones has left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace tern::resolver::io {

// What came out of a channel, or of its layer, for the stream.
struct Received {
  enum class State : uint8_t {
    kOpen,
    kFinished,  // the peer sends no more; it may still read
    kBroken,    // the peer broke the layer's rules, or the layer has no memory
  };
  std::span<const uint8_t> octets;  // valid until the channel is used again
  State state = State::kOpen;
};

struct Sent {
  size_t octets = 0;         // of those that were given: the channel has taken so many
  int error = 0;             // an errno: the connection is broken
  bool wants_write = false;  // send on when the socket is writable
  bool wants_read = false;   // send on when the socket has received something
};

// Between a stream's octets and its socket's. For one connection.
class ChannelLayer {
 public:
  virtual ~ChannelLayer() = default;

  // Takes some of the stream's octets, perhaps none, and returns how many. What it makes of them is
  // added to unsent().
  virtual size_t Take(std::span<const uint8_t> octets) = 0;
  // What the socket received; never empty. May add to unsent().
  virtual Received Receive(std::span<const uint8_t> octets) = 0;
  // What waits for the socket.
  virtual std::span<const uint8_t> unsent() const = 0;
  // The first `octets` of unsent() have left.
  virtual void Forget(size_t octets) = 0;
};

// Makes the layer of a connection; null when there is no memory for it. An empty function: the
// connections have no layer.
using MakeLayer = std::function<std::unique_ptr<ChannelLayer>()>;

class Channel {
 public:
  // The socket stays the caller's, and is non-blocking. Without a layer the octets go as they are.
  explicit Channel(int fd = -1, std::unique_ptr<ChannelLayer> layer = nullptr)
      : fd_(fd), layer_(std::move(layer)) {}

  // Sends without waiting. With no octets it sends what the layer still holds.
  Sent Send(std::span<const uint8_t> octets) {
    return layer_ == nullptr ? SendPlain(octets) : SendThroughLayer(octets);
  }
  // What the socket received; empty when the peer has finished sending.
  Received Receive(std::span<const uint8_t> octets) {
    if (octets.empty()) return {{}, Received::State::kFinished};
    return layer_ == nullptr ? Received{octets, Received::State::kOpen} : layer_->Receive(octets);
  }
  // Octets that wait in the layer for the socket.
  size_t unsent() const { return layer_ == nullptr ? 0 : layer_->unsent().size(); }

 private:
  Sent SendPlain(std::span<const uint8_t> octets);
  Sent SendThroughLayer(std::span<const uint8_t> octets);

  int fd_;
  std::unique_ptr<ChannelLayer> layer_;
};

}  // namespace tern::resolver::io
