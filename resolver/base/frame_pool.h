// Memory for coroutine frames: blocks of a few size classes, kept for reuse.
//
// In the steady state a resolution allocates nothing for its frames.
//
// Bound: as many blocks as were in use at one time. The Recursor's limit on jobs bounds that
// number.
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace tern::resolver {

class FramePool {
 public:
  FramePool() = default;
  ~FramePool() {
    for (Block*& head : free_) {
      while (head != nullptr) {
        Block* next = head->next;
        ::operator delete(head);
        head = next;
      }
    }
  }
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // Returns null when there is no memory. Each block starts with its pool and its size class, so
  // Release needs only the pointer.
  void* Allocate(size_t octets) noexcept {
    const size_t size_class = (octets + kGranule - 1) / kGranule;
    Block* block = nullptr;
    if (size_class < kClasses && free_[size_class] != nullptr) {
      block = free_[size_class];
      free_[size_class] = block->next;
    } else {
      block =
          static_cast<Block*>(::operator new(sizeof(Block) + size_class * kGranule, std::nothrow));
      if (block == nullptr) return nullptr;
    }
    block->pool = this;
    block->size_class = size_class;
    ++in_use_;
    return block + 1;
  }

  static void Release(void* memory) {
    Block* block = static_cast<Block*>(memory) - 1;
    FramePool* pool = block->pool;
    --pool->in_use_;
    if (block->size_class >= kClasses) {
      ::operator delete(block);
      return;
    }
    block->next = pool->free_[block->size_class];
    pool->free_[block->size_class] = block;
  }

  size_t in_use() const { return in_use_; }

 private:
  static constexpr size_t kGranule = 256;
  // Clang makes one frame of 57 KiB of a resolution and all that it waits for.
  static constexpr size_t kClasses = 256;

  struct alignas(16) Block {
    union {
      FramePool* pool;
      Block* next;
    };
    size_t size_class;
  };

  Block* free_[kClasses] = {};
  size_t in_use_ = 0;
};

}  // namespace tern::resolver
