// An ExchangeSink that keeps what it was told, and calls that start and end exchanges on a worker's
// thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "tests/resolver/io/running_worker.h"

namespace tern::resolver::io {

// Written on the worker's thread, read by the test's.
class RecordingSink final : public ExchangeSink {
 public:
  void OnReply(ExchangeId id, std::span<const uint8_t> message) override {
    {
      std::lock_guard lock(mutex_);
      replies_.emplace_back(message.begin(), message.end());
    }
    if (on_reply) on_reply(id, message);
  }
  void OnExchangeFailed(ExchangeId, ExchangeFailure failure) override {
    std::lock_guard lock(mutex_);
    failures_.push_back(failure);
  }

  uint64_t Group() const override { return group; }

  int replies() const {
    std::lock_guard lock(mutex_);
    return static_cast<int>(replies_.size());
  }
  int failures() const {
    std::lock_guard lock(mutex_);
    return static_cast<int>(failures_.size());
  }
  Bytes reply(size_t index) const {
    std::lock_guard lock(mutex_);
    return index < replies_.size() ? replies_[index] : Bytes{};
  }
  ExchangeFailure failure() const {
    std::lock_guard lock(mutex_);
    return failures_.at(0);
  }

  // Set on the worker's thread or before it can be called.
  std::function<void(ExchangeId, std::span<const uint8_t>)> on_reply;
  uint64_t group = 0;  // set before an exchange starts

 private:
  mutable std::mutex mutex_;
  std::vector<Bytes> replies_;
  std::vector<ExchangeFailure> failures_;
};

inline ExchangeId StartOn(RunningWorker* running, const Endpoint& server, Transport transport,
                          const Bytes& query, ExchangeSink* sink) {
  ExchangeId id = ExchangeId::kNone;
  running->OnThread([&] { id = running->worker()->StartExchange(server, transport, query, sink); });
  return id;
}

inline void EndOn(RunningWorker* running, ExchangeId id) {
  running->OnThread([&] { running->worker()->EndExchange(id); });
}

}  // namespace tern::resolver::io
