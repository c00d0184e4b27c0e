// Messages from other threads to one worker. The mailbox is a lock-free stack. The receiver takes
// the whole stack and reverses it, so the messages of a sender arrive in the order in which they
// were sent. A post costs one compare-and-swap. It makes a system call to wake the receiver only
// when the receiver has announced that it will sleep.
//
// Thread: any thread may call Post and Wake. A signal handler may call Wake. All other calls are
// the receiver's.
// Invariant: between PrepareSleep() and Awake() every post wakes the receiver. PrepareSleep and
// Post each write their own word before they read the other's, both sequentially consistent. So no
// message waits while the receiver sleeps.
// Bound: none here; senders bound their messages under way.
#pragma once

#include <atomic>

#include "absl/status/statusor.h"
#include "resolver/io/service.h"

namespace tern::resolver::io {

class Mailbox {
 public:
  static absl::StatusOr<int> CreateWakeup();  // an eventfd

  // Takes ownership of `wakeup_fd`.
  explicit Mailbox(int wakeup_fd) : wakeup_fd_(wakeup_fd) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();  // frees messages that were never received

  // Any thread may call it. Takes ownership of the message.
  void Post(Message* message);
  // Ends the receiver's wait, or its next one at once. Any thread and any signal handler may call
  // it.
  void Wake();

  // Announces sleep. Returns false when there are messages; then the receiver must not sleep.
  bool PrepareSleep();
  void Awake() { asleep_.store(false, std::memory_order_relaxed); }
  // Passes every message that was posted so far to `receive`, with its ownership.
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
  // Becomes readable with each wake-up. It need not be read.
  int wakeup_fd() const { return wakeup_fd_; }

 private:
  Message* TakeAll();  // oldest first

  const int wakeup_fd_;
  alignas(64) std::atomic<Message*> newest_{nullptr};
  std::atomic<bool> asleep_{false};
};

}  // namespace tern::resolver::io
