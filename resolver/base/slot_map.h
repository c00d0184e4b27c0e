// A table of objects that others name by an id instead of a pointer. When the object of an id is
// gone, the id finds nothing, even when another object has taken its memory.
//
// An id is a 64-bit number and never 0:
//
//   tag (kTagBits) | slot + 1 (32 - kTagBits) | generation (32)
//
// All ids of a map have the same tag. Two maps with different tags can share one type of id.
//
// Thread: the owner's.
// Invariants:
// 1. A slot's generation is odd while the slot holds an object. It grows with Make, Renew and Free.
//    An id is used again only after 2^31 objects in its slot.
// 2. An object never moves.
// Bound: `most` objects. Memory is taken in chunks of kChunkSlots when it is needed, and is kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "wire/check.h"

namespace tern::resolver {

// Id is an `enum class` over uint64_t in which 0 means none. T's constructor gets the id as its
// first argument. T need not be complete where the map is declared.
template <typename T, typename Id, int kTagBits = 0>
class SlotMap {
 public:
  static constexpr size_t kChunkSlots = 64;
  static constexpr int kTagShift = 64 - kTagBits;
  static constexpr uint64_t kSlotsMax = (uint64_t{1} << (32 - kTagBits)) - 1;

  // Allocates the table of chunks. Throws std::bad_alloc when there is no memory.
  // REQUIRES: most <= kSlotsMax, and `tag` fits into kTagBits.
  explicit SlotMap(size_t most, uint64_t tag = 0) : most_(most), tag_(tag) {
    TERN_REQUIRE(most <= kSlotsMax);
    TERN_REQUIRE(kTagBits == 0 ? tag == 0 : tag >> (kTagBits % 64) == 0);
    chunks_.reserve((most + kChunkSlots - 1) / kChunkSlots);
  }
  SlotMap(const SlotMap&) = delete;
  SlotMap& operator=(const SlotMap&) = delete;
  ~SlotMap() {
    ForEach([](T& object) { Destroy(&object); });
  }

  // Makes T(id, arguments...) in the slot that was freed last. Returns null when there are `most`
  // objects already, or when the machine has no memory for more.
  template <typename... Arguments>
  T* Make(Arguments&&... arguments) {
    if (free_ == kNone && !Grow()) return nullptr;
    const uint32_t index = free_;
    Slot& slot = at(index);
    T* object = ::new (static_cast<void*>(&slot.object))
        T(IdOf(index, slot.generation + 1), std::forward<Arguments>(arguments)...);
    free_ = slot.next_free;
    ++slot.generation;
    ++size_;
    return object;
  }

  // Null when no object has this id, or no longer has it.
  T* Find(Id id) const {
    Slot* slot = SlotOf(id);
    return slot == nullptr ? nullptr : &slot->object;
  }

  // Gives the object a new id. The old id finds nothing from now on.
  // REQUIRES: Find(id) is not null.
  Id Renew(Id id) {
    Slot* slot = SlotOf(id);
    TERN_REQUIRE(slot != nullptr);
    slot->generation += 2;
    return IdOf(IndexOf(id), slot->generation);
  }

  // Destroys the object.
  // REQUIRES: Find(id) is not null.
  void Free(Id id) {
    Slot* slot = SlotOf(id);
    TERN_REQUIRE(slot != nullptr);
    ++slot->generation;
    Destroy(&slot->object);
    slot->next_free = free_;
    free_ = IndexOf(id);
    TERN_DCHECK(size_ != 0);
    --size_;
  }

  // The visitor may free the object that it is called with, and no other.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (const auto& chunk : chunks_) {
      for (size_t i = 0; i < kChunkSlots; ++i) {
        if (IsTaken(chunk[i].generation)) visit(chunk[i].object);
      }
    }
  }

  size_t size() const { return size_; }
  size_t most() const { return most_; }
  static constexpr uint64_t TagOf(Id id) {
    return kTagBits == 0 ? 0 : static_cast<uint64_t>(id) >> (kTagShift % 64);
  }

 private:
  static constexpr uint32_t kNone = 0xffffffff;

  struct Slot {
    Slot() {}
    ~Slot() {}
    uint32_t generation = 0;
    uint32_t next_free = kNone;
    union {
      T object;  // while the generation is odd
    };
  };

  static bool IsTaken(uint32_t generation) { return generation % 2 != 0; }
  Slot& at(uint32_t index) const { return chunks_[index / kChunkSlots][index % kChunkSlots]; }
  static void Destroy(T* object) { object->~T(); }

  Id IdOf(uint32_t index, uint32_t generation) const {
    const uint64_t tag = kTagBits == 0 ? 0 : tag_ << (kTagShift % 64);
    return static_cast<Id>(tag | (uint64_t{index} + 1) << 32 | generation);
  }
  static uint32_t IndexOf(Id id) {
    return static_cast<uint32_t>((static_cast<uint64_t>(id) >> 32 & kSlotsMax) - 1);
  }
  Slot* SlotOf(Id id) const {
    const uint32_t index = IndexOf(id);
    const auto generation = static_cast<uint32_t>(id);
    if (index >= chunks_.size() * kChunkSlots || TagOf(id) != tag_) return nullptr;
    Slot& slot = at(index);
    return slot.generation == generation && IsTaken(generation) ? &slot : nullptr;
  }

  bool Grow() {
    const size_t first = chunks_.size() * kChunkSlots;
    if (first >= most_) return false;
    std::unique_ptr<Slot[]> chunk(new (std::nothrow) Slot[kChunkSlots]);
    if (chunk == nullptr) return false;
    chunks_.push_back(std::move(chunk));  // the constructor reserved the memory for this
    for (size_t index = std::min(first + kChunkSlots, most_); index > first; --index) {
      at(static_cast<uint32_t>(index - 1)).next_free = free_;
      free_ = static_cast<uint32_t>(index - 1);
    }
    return true;
  }

  const size_t most_;
  const uint64_t tag_;
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  uint32_t free_ = kNone;  // the slot to take next
  size_t size_ = 0;
};

}  // namespace tern::resolver
