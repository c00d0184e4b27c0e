// Several workers verify at once, each with objects of its own, as the room demands. They share
// only OpenSSL and what it has looked up. In .ci/run ThreadSanitizer watches.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "resolver/crypto/digest.h"
#include "resolver/crypto/nsec3_hash.h"
#include "resolver/crypto/signature.h"
#include "tests/resolver/crypto/signed_zone.h"

namespace tern::resolver::crypto {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 20;

// One worker's work. Adds what did not come out as it should.
void VerifyAll(const std::vector<test::SignedCase>& cases, std::atomic<int>* wrong) {
  SignatureVerifier verifier;  // the first of all threads tries the algorithms
  Nsec3Hasher hasher;
  DsDigester digester;
  std::vector<PublicKey> keys;
  for (const test::SignedCase& one : cases) keys.push_back(verifier.MakeKey(one.Dnskey()));
  const auto hash = hasher.Hash(cases[0].owner, {}, 3);
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < cases.size(); ++i) {
      const wire::RrsigView rrsig = cases[i].Rrsig();
      const test::Octets others(cases[i].octets.begin(), cases[i].octets.end() - 1);
      *wrong +=
          verifier.Verify(keys[i], cases[i].octets, rrsig.signature) == SignatureResult::kValid ? 0
                                                                                                : 1;
      *wrong +=
          verifier.Verify(keys[i], others, rrsig.signature) == SignatureResult::kInvalid ? 0 : 1;
      wire::DsView ds;
      ds.digest_type = wire::DigestType::kSha256;
      *wrong += digester.Compare(ds, cases[i].owner, cases[i].Dnskey()) == DigestResult::kDifferent
                    ? 0
                    : 1;
    }
    *wrong += hash.has_value() && hasher.Hash(cases[0].owner, {}, 3) == hash ? 0 : 1;
  }
}

TEST(SeveralThreadsTest, VerifyAtOnceWithVerifiersOfTheirOwn) {
  std::vector<test::SignedCase> cases;
  for (const int number : test::kAlgorithmNumbers) cases.push_back(test::AddressCase(number));
  std::atomic<int> wrong = 0;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      VerifyAll(cases, &wrong);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// A key may move to another thread, for example with a zone that another worker takes over.
TEST(SeveralThreadsTest, AKeyMayMoveToAnotherThread) {
  const test::SignedCase sound = test::AddressCase(13);
  PublicKey key;
  std::thread([&] { key = SignatureVerifier().MakeKey(sound.Dnskey()); }).join();
  SignatureVerifier verifier;
  EXPECT_EQ(verifier.Verify(key, sound.octets, sound.Rrsig().signature), SignatureResult::kValid);
}

}  // namespace
}  // namespace tern::resolver::crypto
