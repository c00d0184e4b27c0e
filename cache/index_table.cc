#include "cache/index_table.h"

#include <sys/mman.h>

#include <new>

namespace tern::cache {
namespace {

int EmptySlots(const IndexTable::Bucket& bucket, IndexTable::Slot const** empty) {
  int n = 0;
  for (const IndexTable::Slot& slot : bucket.slots) {
    if (slot.load(std::memory_order_relaxed) != 0) continue;
    if (n++ == 0) *empty = &slot;
  }
  return n;
}

}  // namespace

IndexTable* IndexTable::Map(size_t octets) {
  void* memory = mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  // Fresh pages are zero: every slot is empty.
  return new (memory) IndexTable(static_cast<uint32_t>(octets / sizeof(Bucket) - 1));
}

void IndexTable::Unmap(IndexTable* table) {
  const size_t octets = table->octets();
  munmap(table, octets);
}

IndexTable::Slot* IndexTable::FindValue(uint64_t value) {
  return FindSlot(TagOf(value), [value](const Slot& slot) {
    return slot.load(std::memory_order_relaxed) == value;
  });
}

IndexTable::Slot* IndexTable::FindRoom(uint32_t tag) {
  Bucket& first = First(tag);
  Bucket& second = Second(tag);
  const Slot* in_first = nullptr;
  const Slot* in_second = nullptr;
  const int empty_in_first = EmptySlots(first, &in_first);
  const int empty_in_second = EmptySlots(second, &in_second);
  if (empty_in_first + empty_in_second > 0) {
    return const_cast<Slot*>(empty_in_second > empty_in_first ? in_second : in_first);
  }
  Slot* room = MoveOne(first);
  return room != nullptr ? room : MoveOne(second);
}

IndexTable::Slot* IndexTable::MoveOne(Bucket& bucket) {
  for (Slot& slot : bucket.slots) {
    const uint64_t value = slot.load(std::memory_order_relaxed);
    const uint32_t tag = TagOf(value);
    Bucket& other = Second(tag);
    if (&First(tag) != &bucket || &other == &bucket) continue;
    const Slot* empty = nullptr;
    if (EmptySlots(other, &empty) == 0) continue;
    const_cast<Slot*>(empty)->store(value, std::memory_order_release);
    slot.store(0, std::memory_order_release);
    ++moves;
    return &slot;
  }
  return nullptr;
}

}  // namespace tern::cache
