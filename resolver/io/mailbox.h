// Messages from other threads to one worker: a lock-free stack that the receiver takes whole and
// turns round, so that each sender's messages arrive in the order in which they were sent. A post
// costs one compare-and-swap. The wake-up (a system call) is made only when the receiver said that
// it is about to sleep.
//
// Thread: any thread may call Post and Wake, and a signal handler may call Wake. All other calls
// are the receiver's.
// Invariants: between PrepareSleep() and Awake() every post wakes. PrepareSleep and Post each write
// their own word before they read the other's (both sequentially consistent), so that no message is
// overslept.
// Bound: none of its own; senders bound what they have under way.
#pragma once

#include <atomic>

#include "absl/status/statusor.h"
#include "resolver/io/service.h"

namespace tern::resolver::io {

class Mailbox {
 public:
  static absl::StatusOr<int> CreateWakeup();  // an eventfd

  // Owns `wakeup_fd`.
  explicit Mailbox(int wakeup_fd) : wakeup_fd_(wakeup_fd) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();  // frees what was never received

  // Any thread. Takes ownership.
  void Post(Message* message);
  // Any thread, signal handlers too: the receiver's wait ends, or its next one does at once.
  void Wake();

  // False: there are messages, do not sleep.
  bool PrepareSleep();
  void Awake() { asleep_.store(false, std::memory_order_relaxed); }
  // Hands over everything posted so far; ownership comes along.
  template <typename Receiver>
  void Drain(Receiver&& receive) {
    Message* message = TakeAll();
    while (message != nullptr) {
      Message* next = message->next_;
      message->next_ = nullptr;
      receive(message);
      message = next;
    }
  }
  // Becomes readable with each wake-up; need not be read.
  int wakeup_fd() const { return wakeup_fd_; }

 private:
  Message* TakeAll();  // oldest first

  const int wakeup_fd_;
  alignas(64) std::atomic<Message*> newest_{nullptr};
  std::atomic<bool> asleep_{false};
};

}  // namespace tern::resolver::io
