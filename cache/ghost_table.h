// The tags of entries that were evicted before they were used. If such a name comes back soon, it
// is worth keeping after all.
//
// A word holds six marks. A mark is ten bits of a mixed tag. The newest mark is the lowest; a
// seventh pushes out the oldest. The other bits of the tag choose the word. The position of a mark
// tells roughly how long ago it was remembered. A mark may match another tag by chance (1 in 170).
// That only costs the room of one entry for a while.
//
// Invariant: of the range that Reserve() took, the first octets() are in use. The rest holds no
// memory.
//
// Thread: under the shard's lock. Memory: its own mapping, counted by the shard.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "wire/check.h"

namespace tern::cache {

class GhostTable {
 public:
  static constexpr size_t kMarksPerWord = 6;

  GhostTable() = default;
  ~GhostTable() {
    if (words_ != nullptr) munmap(words_, octets_max_);
  }
  GhostTable(const GhostTable&) = delete;
  GhostTable& operator=(const GhostTable&) = delete;

  // Takes addresses for a table that starts with `octets_min` (a multiple of the page) and doubles
  // at most `doublings` times. Without addresses it returns false, and there are never any ghosts.
  // REQUIRES: called once.
  bool Reserve(size_t octets_min, int doublings) {
    void* range = mmap(nullptr, octets_min << doublings, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return false;
    // Huge pages would map memory that nobody asked for.
    madvise(range, octets_min << doublings, MADV_NOHUGEPAGE);
    words_ = static_cast<uint64_t*>(range);
    octets_min_ = octets_min;
    octets_max_ = octets_min << doublings;
    return true;
  }

  size_t octets() const { return count_ * sizeof(uint64_t); }
  size_t octets_min() const { return octets_min_; }
  size_t octets_max() const { return octets_max_; }
  // For how many ghosts there is room.
  size_t marks() const { return count_ * kMarksPerWord; }

  // From nothing to the minimum, then to twice the size.
  // REQUIRES: octets() < octets_max().
  void Grow() {
    TERN_REQUIRE(octets() < octets_max());
    if (count_ == 0) {
      count_ = octets_min_ / sizeof(uint64_t);
      return;
    }
    // The names of a word are divided between two words. A mark does not tell where its name goes,
    // so both words get it.
    for (size_t i = count_ * 2; i-- > 0;) words_[i] = words_[i / 2];
    count_ *= 2;
  }
  // REQUIRES: octets() > octets_min().
  void Halve() {
    TERN_REQUIRE(octets() > octets_min());
    count_ /= 2;
    for (size_t i = 0; i < count_; ++i) words_[i] = NewestOf(words_[2 * i], words_[2 * i + 1]);
    madvise(words_ + count_, octets(), MADV_DONTNEED);
  }

  void Prefetch(uint32_t tag) const {
    if (count_ > 0) __builtin_prefetch(&words_[WordOf(Mix(tag))]);
  }
  void Remember(uint32_t tag) {
    if (count_ == 0) return;
    uint64_t& word = words_[WordOf(Mix(tag))];
    word = (word << kMarkBits | MarkOf(Mix(tag))) & kMarksMask;
  }
  // About how many others were remembered since the tag was. Nothing if it is not remembered any
  // more. Forgets the tag.
  std::optional<uint64_t> Recall(uint32_t tag) {
    if (count_ == 0) return std::nullopt;
    uint64_t& word = words_[WordOf(Mix(tag))];
    const uint64_t mark = MarkOf(Mix(tag));
    for (uint32_t i = 0; i < kMarksPerWord; ++i) {
      if ((word >> i * kMarkBits & kMarkMask) != mark) continue;
      word &= ~(kMarkMask << i * kMarkBits);
      return uint64_t{i} * count_;
    }
    return std::nullopt;
  }

 private:
  static constexpr uint32_t kMarkBits = 10;
  static constexpr uint64_t kMarkMask = (1 << kMarkBits) - 1;
  static constexpr uint64_t kMarksMask = (uint64_t{1} << kMarkBits * kMarksPerWord) - 1;

  // The keys of one name share the upper bits of their tags. This gives them different bits.
  static uint32_t Mix(uint32_t tag) { return tag * 0x85ebca6b; }
  // The high bits choose the word. The low bits are the mark; 0 is no mark.
  size_t WordOf(uint32_t mixed) const { return uint64_t{mixed} * count_ >> 32; }
  static uint64_t MarkOf(uint32_t mixed) {
    const uint64_t mark = mixed & kMarkMask;
    return mark == 0 ? 1 : mark;
  }
  // Takes three marks of each, and puts marks of the same age side by side.
  static uint64_t NewestOf(uint64_t a, uint64_t b) {
    uint64_t both = 0;
    for (uint32_t i = 0; i < kMarksPerWord / 2; ++i) {
      both |= (a >> i * kMarkBits & kMarkMask) << 2 * i * kMarkBits;
      both |= (b >> i * kMarkBits & kMarkMask) << (2 * i + 1) * kMarkBits;
    }
    return both;
  }

  uint64_t* words_ = nullptr;
  size_t count_ = 0;  // of words in use
  size_t octets_min_ = 0;
  size_t octets_max_ = 0;
};

}  // namespace tern::cache
