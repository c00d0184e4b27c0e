// A ChannelLayer for tests that cuts and changes what passes, as encryption does: octets travel in
// records of a length octet and at most `piece` changed octets; a record that came in part waits
// for its rest. A layer that greets sends a hello first, and takes nothing before its peer's hello.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "resolver/io/channel.h"

namespace tern::resolver::io {

class RecordLayer final : public ChannelLayer {
 public:
  static constexpr uint8_t kHello = 0xff;   // in place of a length
  static constexpr uint8_t kBroken = 0xfe;  // likewise: breaks the receiver
  static constexpr uint8_t kChange = 0xa5;

  explicit RecordLayer(size_t piece, bool greets = false) : piece_(piece), greets_(greets) {}

  size_t Take(std::span<const uint8_t> octets) override {
    if (greets_ && !greeted_) {
      greeted_ = true;
      unsent_.push_back(kHello);
    }
    if (greets_ && !was_greeted_) return 0;
    const size_t taken = std::min(octets.size(), piece_);
    if (taken == 0) return 0;
    unsent_.push_back(static_cast<uint8_t>(taken));
    for (const uint8_t octet : octets.first(taken)) unsent_.push_back(octet ^ kChange);
    return taken;
  }
  Received Receive(std::span<const uint8_t> octets) override {
    received_.insert(received_.end(), octets.begin(), octets.end());
    plain_.clear();
    size_t at = 0;
    for (; at < received_.size(); ++at) {
      const size_t length = received_[at];
      if (length == kBroken) return {plain_, Received::State::kBroken};
      if (length == kHello) {
        was_greeted_ = true;
        continue;
      }
      if (received_.size() - at - 1 < length) break;
      for (size_t i = 1; i <= length; ++i) plain_.push_back(received_[at + i] ^ kChange);
      at += length;
    }
    received_.erase(received_.begin(), received_.begin() + static_cast<ptrdiff_t>(at));
    return {plain_, Received::State::kOpen};
  }
  std::span<const uint8_t> unsent() const override { return unsent_; }
  void Forget(size_t octets) override {
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<ptrdiff_t>(octets));
  }

 private:
  const size_t piece_;
  const bool greets_;
  bool greeted_ = false;
  bool was_greeted_ = false;
  std::vector<uint8_t> unsent_;
  std::vector<uint8_t> received_;  // a record in part
  std::vector<uint8_t> plain_;
};

}  // namespace tern::resolver::io
