// Verifies signatures of DNSSEC with OpenSSL: RSA (RFC 3110, RFC 5702), ECDSA (RFC 6605) and EdDSA
// (RFC 8080).
//
// A SignatureVerifier has looked up all that it needs, so nothing is looked up by name later. A
// PublicKey holds the library's form of a key, so a caller who keeps it pays for the making once.
// README.md in this folder has the costs.
//
// Thread: the owner's; each worker has its own verifier and its own keys.
// Bound: a verifier 5 KiB; a PublicKey 3 KiB, and 5 KiB with the largest RSA key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/crypto/algorithm_set.h"
#include "resolver/crypto/openssl_objects.h"
#include "wire/dnssec_records.h"
#include "wire/types.h"

namespace tern::resolver::crypto {

enum class SignatureResult : uint8_t {
  kValid,
  kInvalid,
  kBadKey,       // the octets of the key are no key of its algorithm
  kUnsupported,  // the verifier does not have the algorithm
  kFailed,  // the library failed, as when memory is short; says nothing about key and signature
};

// 5, 7, 8, 10, 13, 14, 15 and 16: what this code can verify if the library allows it.
AlgorithmSet KnownAlgorithms();

// Those of KnownAlgorithms that the library verifies. Each was tried with a known signature. A
// system's policy may forbid some; RHEL 9 forbids signatures with SHA-1. The first call in a
// process tries them all, which takes some milliseconds. Throws std::bad_alloc when memory is
// short.
AlgorithmSet SupportedAlgorithms();

// What one verification with the key costs, in verifications with a key of P-256: rounded up, and
// with the making of the key. 1 for an algorithm that is not known.
int VerificationCost(const wire::DnskeyView& dnskey);

class PublicKey {
 public:
  PublicKey() = default;  // kBadKey

  // Whether it can verify: kValid, or why it cannot.
  SignatureResult state() const { return state_; }
  wire::SecurityAlgorithm algorithm() const { return algorithm_; }

 private:
  friend class SignatureVerifier;

  SignatureResult state_ = SignatureResult::kBadKey;
  wire::SecurityAlgorithm algorithm_ = {};
  uint16_t signature_octets_ = 0;
  KeyObject key_;
  KeyContext context_;           // of RSA and ECDSA
  DigestContext eddsa_context_;  // of EdDSA
};

class SignatureVerifier {
 public:
  // Has no other algorithms than `algorithms`.
  // Throws std::bad_alloc when memory is short.
  explicit SignatureVerifier(AlgorithmSet algorithms = SupportedAlgorithms());
  SignatureVerifier(const SignatureVerifier&) = delete;
  SignatureVerifier& operator=(const SignatureVerifier&) = delete;

  const AlgorithmSet& algorithms() const { return algorithms_; }
  // For keys that are made from now on.
  void SetAlgorithms(AlgorithmSet algorithms) { algorithms_ = algorithms; }

  // The key in the DNSKEY's public key field. Flags and protocol are for the caller to check.
  PublicKey MakeKey(const wire::DnskeyView& dnskey);

  // Whether `signature` is the key's signature of `octets`.
  [[nodiscard]] SignatureResult Verify(PublicKey& key, std::span<const uint8_t> octets,
                                       std::span<const uint8_t> signature);

 private:
  struct Method;

  static const Method* FindMethod(wire::SecurityAlgorithm algorithm);
  // Each sets the parts of `key` that its algorithm needs.
  SignatureResult MakeRsa(const Method& method, std::span<const uint8_t> octets, PublicKey* key);
  SignatureResult MakeEcdsa(const Method& method, std::span<const uint8_t> octets, PublicKey* key);
  SignatureResult MakeEddsa(const Method& method, std::span<const uint8_t> octets, PublicKey* key);

  AlgorithmSet algorithms_;
  DigestContext digest_context_;
  // What the library does not have is null.
  std::array<DigestMethod, 4> digests_;  // by Digest
  std::array<KeyContext, 3> makers_;     // of RSA, Ed25519 and Ed448, by Family
  std::array<KeyObject, 2> curves_;      // of ECDSA: to copy a curve costs less than to make it
};

}  // namespace tern::resolver::crypto
