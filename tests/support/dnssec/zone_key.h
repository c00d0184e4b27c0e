// Keys that sign the zones of tests. Equal algorithms and seeds give equal keys, and equal octets
// get equal signatures, so a simulation stays reproducible. Keys that were made once are remembered
// by the process. RSA keys are short (1024 bits) so that they are made fast.
//
// Thread: one. Bound: the keys that the tests of one process use.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "tests/sim/plain_message.h"
#include "wire/name.h"

namespace tern::sim {

inline constexpr uint8_t kRsaSha1 = 5;
inline constexpr uint8_t kRsaSha1Nsec3 = 7;
inline constexpr uint8_t kRsaSha256 = 8;
inline constexpr uint8_t kRsaSha512 = 10;
inline constexpr uint8_t kEcdsaP256 = 13;
inline constexpr uint8_t kEcdsaP384 = 14;
inline constexpr uint8_t kEd25519 = 15;
inline constexpr uint8_t kEd448 = 16;

inline constexpr uint16_t kZoneKeyFlag = 0x0100;     // RFC 4034 section 2.1.1
inline constexpr uint16_t kRevokedFlag = 0x0080;     // RFC 5011 section 2.1
inline constexpr uint16_t kEntryPointFlag = 0x0001;  // a key that the parent's DS points to

inline constexpr uint8_t kSha1Digest = 1;
inline constexpr uint8_t kSha256Digest = 2;
inline constexpr uint8_t kSha384Digest = 4;

class ZoneKey {
 public:
  // REQUIRES: one of the algorithms above.
  ZoneKey(uint8_t algorithm, uint64_t seed, uint16_t flags);
  // The first key from this seed on whose tag can become `tag` by flags that have no meaning (RFC
  // 4034 section 2.1.1). So keys of every algorithm can have equal tags, and all of them work.
  static ZoneKey WithTag(uint8_t algorithm, uint64_t seed, uint16_t tag);

  uint8_t algorithm() const { return algorithm_; }
  uint16_t flags() const { return flags_; }
  void set_flags(uint16_t flags) { flags_ = flags; }
  Octets Dnskey() const;  // RDATA
  uint16_t Tag() const;
  // RDATA of a DS record for this key (RFC 4034 section 5.1, RFC 4509, RFC 6605).
  // REQUIRES: digest type 1, 2 or 4.
  Octets Ds(wire::NameView owner, uint8_t digest) const;
  Octets Sign(std::span<const uint8_t> octets) const;

 private:
  class Secret;
  class RsaSecret;
  class EcdsaSecret;
  class EdwardsSecret;
  static std::shared_ptr<const Secret> MakeSecret(uint8_t algorithm, uint64_t seed);

  uint8_t algorithm_;
  uint16_t flags_;
  std::shared_ptr<const Secret> secret_;
};

// The digest of a DS record's key: owner and DNSKEY RDATA. Empty for another digest type.
Octets DsDigestOf(wire::NameView owner, const Octets& dnskey, uint8_t digest);

// The hash of a name (RFC 5155 section 5), 20 octets.
Octets Nsec3HashOf(wire::NameView name, uint16_t iterations, std::span<const uint8_t> salt);

}  // namespace tern::sim
