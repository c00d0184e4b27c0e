// The tags of entries that were evicted before anybody used them: one that comes back after all is
// worth keeping.
//
// Sixteen bits of a tag are kept, in lines of 32, oldest first out of each line; a line is chosen
// by other bits. A false memory (1 in 2000) costs an entry some undeserved time, no more.
//
// Thread: under the shard's lock. Memory: its own mapping, counted by the shard.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tern::cache {

class GhostTable {
 public:
  GhostTable() = default;
  ~GhostTable() { Unmap(); }
  GhostTable(const GhostTable&) = delete;
  GhostTable& operator=(const GhostTable&) = delete;

  static constexpr size_t kOctetsPerTag = 2;

  size_t octets() const { return lines_ * sizeof(Line); }

  // Starts anew with `octets` (a multiple of the page). False, and empty, without memory.
  bool Map(size_t octets) {
    Unmap();
    void* memory =
        mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    table_ = static_cast<Line*>(memory);
    lines_ = static_cast<uint32_t>(octets / sizeof(Line));
    return true;
  }
  void Unmap() {
    if (lines_ > 0) munmap(table_, octets());
    table_ = nullptr;
    lines_ = 0;
  }

  void Prefetch(uint32_t tag) {
    if (lines_ > 0) __builtin_prefetch(&LineOf(tag));
  }
  void Remember(uint32_t tag) {
    if (lines_ == 0) return;
    Line& line = LineOf(tag);
    std::memmove(line.marks + 1, line.marks, sizeof line.marks - sizeof line.marks[0]);
    line.marks[0] = MarkOf(tag);
  }
  // Whether the tag is remembered; forgets it.
  bool Recall(uint32_t tag) {
    if (lines_ == 0) return false;
    Line& line = LineOf(tag);
    const uint16_t mark = MarkOf(tag);
    for (uint16_t& kept : line.marks) {
      if (kept != mark) continue;
      kept = 0;
      return true;
    }
    return false;
  }

 private:
  struct alignas(64) Line {
    uint16_t marks[32];  // newest first; 0: none
  };

  // The high bits choose the line, the low ones are the mark.
  Line& LineOf(uint32_t tag) { return table_[uint64_t{tag} * lines_ >> 32]; }
  static uint16_t MarkOf(uint32_t tag) {
    const uint16_t mark = static_cast<uint16_t>(tag);
    return mark == 0 ? 1 : mark;
  }

  Line* table_ = nullptr;
  uint32_t lines_ = 0;
};

}  // namespace tern::cache
