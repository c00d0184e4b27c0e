// Unpredictable bits from OpenSSL's generator. They are fetched 4 KiB at a time, so a draw costs a
// load and a store: about 2 ns. A call of RAND_bytes costs about 200 ns, whatever the amount.
//
// Thread: the owner's; each worker has its own.
// Invariants: a word is given out once. It is wiped from the buffer at that moment.
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

  // Ends the process when the system has no randomness. IDs and ports that can be guessed are worse
  // than no resolver.
  void Refill();

  std::array<uint64_t, kWords> words_ = {};
  size_t next_ = kWords;
};

}  // namespace tern::resolver::crypto
