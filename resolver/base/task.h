// Task<T>: a coroutine that starts when it is awaited. When it ends, it resumes the coroutine that
// awaits it.
//
// - The first parameter of a task gives the memory of its frame: an object with `FramePool&
//   frames()`.
// - When there is no memory, for the frame or inside the task, the result is T{}. So T{} must mean
//   a failure.
// - No other exception may leave a task.
//
// Thread: one worker's. A Task owns its frame. Destroying it ends a suspended coroutine.
#pragma once

#include <coroutine>
#include <cstddef>
#include <new>
#include <utility>

#include "resolver/base/frame_pool.h"
#include "wire/check.h"

namespace tern::resolver {

template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    // The compiler passes the parameters of the coroutine. The first one has the pool.
    template <typename Owner, typename... Rest>
    static void* operator new(size_t octets, Owner& owner, Rest&&...) noexcept {
      return owner.frames().Allocate(octets);
    }
    static void operator delete(void* memory, size_t) { FramePool::Release(memory); }

    static Task get_return_object_on_allocation_failure() { return Task(); }
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct ResumeAwaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation;
      }
      void await_resume() noexcept {}
    };
    ResumeAwaiter final_suspend() noexcept { return {}; }
    void return_value(T value) { result = std::move(value); }
    void unhandled_exception() {
      try {
        throw;
      } catch (const std::bad_alloc&) {
        result = T{};
      }
    }

    T result{};
    std::coroutine_handle<> continuation = std::noop_coroutine();
  };

  Task() = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { Reset(); }

  // False when there was no memory for the frame.
  bool made() const { return static_cast<bool>(handle_); }
  // Runs the outermost task until its first suspension.
  // REQUIRES: made(), and not started.
  void Start() {
    TERN_REQUIRE(made() && !handle_.done());
    handle_.resume();
  }
  bool done() const { return !handle_ || handle_.done(); }
  // Frees the frame.
  // REQUIRES: the coroutine is suspended or done.
  void Reset() {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }

  bool await_ready() const noexcept { return !handle_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_ ? std::move(handle_.promise().result) : T{}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

}  // namespace tern::resolver
