// What the validations of one worker share.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/crypto/signature.h"
#include "resolver/dnssec/trust_table.h"
#include "resolver/dnssec/verification_turn.h"
#include "resolver/dnssec/verified_signatures.h"
#include "resolver/dnssec/verify.h"

namespace tern::resolver::dnssec {

inline constexpr size_t kInsecureZonesMax = 16384;

struct State {
  // Throws std::bad_alloc.
  explicit State(Environment* environment)
      : verified({{environment->Random(), environment->Random()}},
                 {{environment->Random(), environment->Random()}}) {}

  Tools tools() { return {signatures, digests, hasher, verified, turn, octets}; }
  // After a change of the trust anchors.
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
