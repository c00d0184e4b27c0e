// Unpredictable bits from OpenSSL's generator, bought 4 KiB at a time so that a draw costs a load
// and a store (about 2 ns; RAND_bytes alone is about 200 ns whatever it is asked for).
//
// Thread: one owner's (a worker each).
// Invariants: a word is handed out once, and is wiped from the buffer as it goes.
// Bound: 4 KiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tern::resolver::crypto {

class RandomGenerator {
 public:
  RandomGenerator() = default;
  RandomGenerator(const RandomGenerator&) = delete;
  RandomGenerator& operator=(const RandomGenerator&) = delete;
  ~RandomGenerator();

  uint64_t Next() {
    if (next_ == kWords) Refill();
    const uint64_t word = words_[next_];
    words_[next_++] = 0;
    return word;
  }

 private:
  static constexpr size_t kWords = 512;

  // Ends the process when the system gives no randomness: ids and ports that can be guessed are
  // worse than no resolver.
  void Refill();

  std::array<uint64_t, kWords> words_ = {};
  size_t next_ = kWords;
};

}  // namespace tern::resolver::crypto
