#include "resolver/io/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace tern::resolver::io {

absl::StatusOr<int> Mailbox::CreateWakeup() {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "cannot make an eventfd");
  return fd;
}

Mailbox::~Mailbox() {
  Drain([](Message* message) { std::unique_ptr<Message> freed(message); });
  close(wakeup_fd_);
}

void Mailbox::Post(Message* message) {
  Message* newest = newest_.load(std::memory_order_relaxed);
  do {
    message->next_ = newest;
  } while (!newest_.compare_exchange_weak(newest, message, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
  // Because of the exchange, only one sender of a burst wakes the receiver.
  if (asleep_.load(std::memory_order_seq_cst) &&
      asleep_.exchange(false, std::memory_order_seq_cst)) {
    Wake();
  }
}

void Mailbox::Wake() {
  const int saved_errno = errno;  // in a signal handler it belongs to the interrupted code
  const uint64_t one = 1;
  // This fails only when the counter is at its maximum. Then the receiver is awake already.
  [[maybe_unused]] const ssize_t written = write(wakeup_fd_, &one, sizeof(one));
  errno = saved_errno;
}

bool Mailbox::PrepareSleep() {
  asleep_.store(true, std::memory_order_seq_cst);
  if (newest_.load(std::memory_order_seq_cst) == nullptr) return true;
  Awake();
  return false;
}

Message* Mailbox::TakeAll() {
  if (newest_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  Message* newest = newest_.exchange(nullptr, std::memory_order_acquire);
  Message* oldest = nullptr;
  while (newest != nullptr) {
    Message* next = newest->next_;
    newest->next_ = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

}  // namespace tern::resolver::io
