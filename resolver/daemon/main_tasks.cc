#include "resolver/daemon/main_tasks.h"

#include <algorithm>
#include <new>

namespace tern::resolver::daemon {

absl::Status MainTasks::Run(std::function<void()> task, std::chrono::milliseconds time_max) {
  const auto entry = std::make_shared<Entry>();
  entry->task = std::move(task);
  std::unique_lock lock(lock_);
  if (is_closed_) return absl::UnavailableError("ternd is stopping");
  if (waiting_.size() >= kTasksMax) return absl::UnavailableError("ternd is busy");
  waiting_.push_back(entry);
  wake_();
  changed_.wait_for(lock, time_max, [&] { return entry->is_done || is_closed_; });
  if (entry->is_done) {
    return entry->failed ? absl::ResourceExhaustedError("out of memory") : absl::OkStatus();
  }
  const auto place = std::find(waiting_.begin(), waiting_.end(), entry);
  if (place == waiting_.end()) {
    return absl::DeadlineExceededError("ternd has begun, and is not ready yet");
  }
  waiting_.erase(place);
  return is_closed_ ? absl::UnavailableError("ternd is stopping")
                    : absl::DeadlineExceededError("ternd is busy; nothing was done");
}

void MainTasks::DoAll() {
  std::unique_lock lock(lock_);
  while (!waiting_.empty()) {
    const std::shared_ptr<Entry> entry = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    bool failed = false;
    try {
      entry->task();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    lock.lock();
    entry->is_done = true;
    entry->failed = failed;
    changed_.notify_all();
  }
}

void MainTasks::Close() {
  {
    const std::lock_guard guard(lock_);
    is_closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace tern::resolver::daemon
