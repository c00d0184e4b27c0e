// Tasks that other threads give the main thread, and wait for.
//
// Thread: Run and Close may be called by any thread, DoAll by the main thread.
// Bound: kTasksMax tasks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

namespace tern::resolver::daemon {

inline constexpr size_t kTasksMax = 4;

class MainTasks {
 public:
  // `wake` makes the main thread call DoAll soon.
  explicit MainTasks(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Waits until the main thread has done the task, for `time_max` at most. When the main thread has
  // not begun by then, the task is taken back. When it has begun, it goes on after an error, so the
  // task must own what it uses.
  absl::Status Run(std::function<void()> task, std::chrono::milliseconds time_max);

  // Does what waits. When a task throws std::bad_alloc, its Run returns an error.
  void DoAll();

  // Ends all waiting. From now on Run does nothing.
  void Close();

 private:
  struct Entry {
    std::function<void()> task;
    bool is_done = false;
    bool failed = false;
  };

  const std::function<void()> wake_;
  std::mutex lock_;
  std::condition_variable changed_;
  bool is_closed_ = false;
  std::deque<std::shared_ptr<Entry>> waiting_;
};

}  // namespace tern::resolver::daemon
