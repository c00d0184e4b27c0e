// A few octets that one thread writes and any thread reads, without a lock. A reader that meets the
// writer reads again. The writer never waits and never notices readers.
//
// Each word is written with release and read with acquire. So whoever sees a word of a later
// content sees its version too, and knows that what it has read is mixed.
//
// Thread: one writes, any reads. Bound: the octets that were given at the start.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "wire/check.h"

namespace tern::resolver {

class PublishedRecord {
 public:
  explicit PublishedRecord(size_t octets_max)
      : octets_max_(octets_max),
        words_(std::make_unique<std::atomic<uint64_t>[]>(WordsOf(octets_max))) {}

  // REQUIRES: content.size() <= the octets that were given at the start. Content that is empty
  // reads as nothing.
  void Write(std::span<const uint8_t> content) {
    TERN_REQUIRE(content.size() <= octets_max_);
    const uint64_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);
    octets_.store(content.size(), std::memory_order_release);
    for (size_t at = 0, i = 0; at < content.size(); at += sizeof(uint64_t), ++i) {
      words_[i].store(WordAt(content, at), std::memory_order_release);
    }
    version_.store(version + 2, std::memory_order_release);
  }

  // Whether this is the content. For the thread that writes.
  bool Holds(std::span<const uint8_t> content) const {
    if (octets_.load(std::memory_order_relaxed) != content.size()) return false;
    for (size_t at = 0, i = 0; at < content.size(); at += sizeof(uint64_t), ++i) {
      if (words_[i].load(std::memory_order_relaxed) != WordAt(content, at)) return false;
    }
    return true;
  }

  // Nothing when it was never written, or is written time and again meanwhile. `with` is called
  // between the two looks at the version, to read what the same thread writes in the same moment.
  template <typename With>
  std::optional<std::string> Read(With with) const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const uint64_t version = version_.load(std::memory_order_acquire);
      if (version % 2 != 0) continue;
      const size_t octets = octets_.load(std::memory_order_acquire);
      if (octets == 0) return std::nullopt;
      std::string content(WordsOf(octets) * sizeof(uint64_t), '\0');
      for (size_t i = 0; i < WordsOf(octets); ++i) {
        const uint64_t word = words_[i].load(std::memory_order_acquire);
        std::memcpy(content.data() + i * sizeof word, &word, sizeof word);
      }
      with();
      if (version_.load(std::memory_order_relaxed) != version) continue;
      content.resize(octets);
      return content;
    }
    return std::nullopt;
  }
  std::optional<std::string> Read() const {
    return Read([] {});
  }

 private:
  static constexpr int kAttempts = 100;

  static uint64_t WordAt(std::span<const uint8_t> content, size_t at) {
    uint64_t word = 0;
    std::memcpy(&word, content.data() + at, std::min(sizeof word, content.size() - at));
    return word;
  }
  static size_t WordsOf(size_t octets) { return (octets + 7) / 8; }

  const size_t octets_max_;
  std::atomic<uint64_t> version_ = 0;  // odd while it is written
  std::atomic<uint64_t> octets_ = 0;
  std::unique_ptr<std::atomic<uint64_t>[]> words_;
};

}  // namespace tern::resolver
