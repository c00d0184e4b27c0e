#include "resolver/crypto/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>

namespace tern::resolver::crypto {

RandomGenerator::~RandomGenerator() { OPENSSL_cleanse(words_.data(), sizeof(words_)); }

void RandomGenerator::Refill() {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(words_.data()), sizeof(words_)) != 1) {
    std::fputs("ternd: the system's random generator failed\n", stderr);
    std::abort();
  }
  next_ = 0;
}

}  // namespace tern::resolver::crypto
