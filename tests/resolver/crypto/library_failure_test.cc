// What happens when OpenSSL's memory runs out, at every single allocation.
#include <gtest/gtest.h>

#include <new>

#include "resolver/crypto/digest.h"
#include "resolver/crypto/nsec3_hash.h"
#include "resolver/crypto/signature.h"
#include "tests/resolver/crypto/signed_zone.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::crypto {
namespace {

using test::AddressCase;
using test::kAlgorithmNumbers;
using test::Octets;
using test::SignedCase;

thread_local int allocations_left = -1;  // none fails below zero
thread_local int failed_allocations = 0;

bool IsRefused() {
  if (allocations_left < 0) return false;
  if (allocations_left > 0) {
    --allocations_left;
    return false;
  }
  ++failed_allocations;
  return true;
}

class LibraryFailureTest : public testing::Test {
 protected:
  void SetUp() override { refuse_openssl_allocations = IsRefused; }
  void TearDown() override { refuse_openssl_allocations = nullptr; }
};

// Calls run() with all but the first 0, 1, 2, ... allocations failing, until none fails any more.
// Returns how many there were.
template <typename Run>
int FailEachAllocation(Run run) {
  for (int kept = 0;; ++kept) {
    failed_allocations = 0;
    allocations_left = kept;
    run();
    allocations_left = -1;
    if (failed_allocations == 0) return kept;
  }
}

TEST_F(LibraryFailureTest, IsNeverAnInvalidSignatureOrABadKey) {
  SignatureVerifier verifier;
  for (const int number : kAlgorithmNumbers) {
    const SignedCase sound = AddressCase(number);
    PublicKey kept = verifier.MakeKey(sound.Dnskey());
    int failed = 0;
    FailEachAllocation([&] {
      const SignatureResult result = verifier.Verify(kept, sound.octets, sound.Rrsig().signature);
      EXPECT_TRUE(result == SignatureResult::kValid || result == SignatureResult::kFailed)
          << number << static_cast<int>(result);
      failed += result == SignatureResult::kFailed ? 1 : 0;
    });
    EXPECT_GT(FailEachAllocation([&] {
                PublicKey key = verifier.MakeKey(sound.Dnskey());
                EXPECT_TRUE(key.state() == SignatureResult::kValid ||
                            key.state() == SignatureResult::kFailed)
                    << number << static_cast<int>(key.state());
                failed += key.state() == SignatureResult::kFailed ? 1 : 0;
              }),
              0);
    EXPECT_GT(failed, 0) << number;
    EXPECT_EQ(verifier.Verify(kept, sound.octets, sound.Rrsig().signature),
              SignatureResult::kValid);
  }
}

template <typename Type>
void ExpectBadAllocAtEachAllocation() {
  int thrown = 0;
  const int allocations = FailEachAllocation([&] {
    try {
      Type made;
    } catch (const std::bad_alloc&) {
      ++thrown;
    }
  });
  EXPECT_GT(allocations, 0);
  EXPECT_GT(thrown, 0);
}

TEST_F(LibraryFailureTest, ThrowsWhereTheStartNeedsMemory) {
  SupportedAlgorithms();
  ExpectBadAllocAtEachAllocation<SignatureVerifier>();
  ExpectBadAllocAtEachAllocation<DsDigester>();
  ExpectBadAllocAtEachAllocation<Nsec3Hasher>();
}

}  // namespace
}  // namespace tern::resolver::crypto
