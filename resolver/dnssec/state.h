// What the validations of one worker share.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "resolver/base/dnssec_settings.h"
#include "resolver/base/environment.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/crypto/algorithm_set.h"
#include "resolver/crypto/signature.h"
#include "resolver/dnssec/trust_table.h"
#include "resolver/dnssec/verification_turn.h"
#include "resolver/dnssec/verified_signatures.h"
#include "resolver/dnssec/verify.h"
#include "wire/types.h"

namespace tern::resolver::dnssec {

inline constexpr size_t kInsecureZonesMax = 16384;

// The algorithms by which signatures are verified under the settings.
inline crypto::AlgorithmSet AlgorithmsOf(const ValidationSettings& settings) {
  crypto::AlgorithmSet algorithms = crypto::SupportedAlgorithms();
  if (settings.sha1) return algorithms;
  algorithms.Remove(wire::SecurityAlgorithm::kRsaSha1);
  algorithms.Remove(wire::SecurityAlgorithm::kRsaSha1Nsec3Sha1);
  return algorithms;
}

struct State {
  // Throws std::bad_alloc.
  State(Environment* environment, const ValidationSettings& settings)
      : signatures(AlgorithmsOf(settings)),
        verified({{environment->Random(), environment->Random()}},
                 {{environment->Random(), environment->Random()}}) {}

  Tools tools() { return {signatures, digests, hasher, verified, turn, octets}; }
  // After a change of the settings, such as the trust anchors.
  void Begin(const ValidationSettings& settings) {
    signatures.SetAlgorithms(AlgorithmsOf(settings));
    Forget();
  }
  // Forgets whose keys are good and which zones are unsigned. What the store says of them stays.
  void Forget() {
    trust.Clear();
    insecure_zones.Clear();
  }

  crypto::SignatureVerifier signatures;
  crypto::DsDigester digests;
  crypto::Nsec3Hasher hasher;
  VerifiedSignatures verified;
  VerificationTurn turn;
  TrustTable trust;
  // Zones that are proven to be unsigned. Keys are the store's hashes.
  ExpiringMarks insecure_zones{kInsecureZonesMax};
  std::vector<uint8_t> octets;
};

}  // namespace tern::resolver::dnssec
