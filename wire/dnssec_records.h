// The records of DNSSEC, read in place: DNSKEY, DS, RRSIG (RFC 4034), NSEC, NSEC3 and NSEC3PARAM
// (RFC 5155).
//
// Each Read... takes whole uncompressed RDATA, as CopyRdata makes it, and checks every length. It
// gives nothing for octets that do not have the shape of their type, so it succeeds exactly when
// IsValidRdata does. What the numbers mean is not checked here: an algorithm may be unknown, a
// digest or a key may have the wrong size.
//
// Thread: any. Values that borrow the RDATA.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/name.h"
#include "wire/type_bitmap.h"
#include "wire/types.h"

namespace tern::wire {

inline constexpr uint8_t kDnskeyProtocol = 3;  // the only one: RFC 4034 section 2.1.2

struct DnskeyView {
  uint16_t flags = 0;
  uint8_t protocol = 0;
  SecurityAlgorithm algorithm = {};
  std::span<const uint8_t> public_key = {};
  std::span<const uint8_t> rdata = {};  // all of it

  bool IsZoneKey() const { return (flags & 0x0100) != 0; }     // RFC 4034 section 2.1.1
  bool IsRevoked() const { return (flags & 0x0080) != 0; }     // RFC 5011 section 3
  bool IsEntryPoint() const { return (flags & 0x0001) != 0; }  // SEP: RFC 4034 section 2.1.1
  // RFC 4034 appendix B; algorithm 1, which has another rule, is not supported anywhere. The tag
  // counts the flags too, so a key gets another tag when it is revoked.
  uint16_t KeyTag() const;
};
std::optional<DnskeyView> ReadDnskey(std::span<const uint8_t> rdata);

struct DsView {
  uint16_t key_tag = 0;
  SecurityAlgorithm algorithm = {};
  DigestType digest_type = {};
  std::span<const uint8_t> digest = {};
};
// CDS has the same form (RFC 7344 section 3.1).
std::optional<DsView> ReadDs(std::span<const uint8_t> rdata);

// Seconds from one moment to another on a clock of 32 bits that wraps around (RFC 1982). Negative
// when `to` is earlier. RFC 1982 leaves open which of two moments 2^31 seconds apart is earlier;
// here `to` is.
constexpr int32_t SerialSeconds(uint32_t from, uint32_t to) {
  return static_cast<int32_t>(to - from);
}

struct RrsigView {
  RRType type_covered = RRType::kNone;
  SecurityAlgorithm algorithm = {};
  uint8_t labels = 0;  // of the owner, without the root label and without an asterisk at the left
  uint32_t original_ttl = 0;
  uint32_t expiration = 0;  // seconds since 1970, modulo 2^32
  uint32_t inception = 0;
  uint16_t key_tag = 0;
  NameView signer = {};
  std::span<const uint8_t> signature = {};
  std::span<const uint8_t> rdata = {};  // all of it

  // The RDATA up to the signer's name, which has always the same size.
  static constexpr size_t kFixedOctets = 18;
  std::span<const uint8_t> fixed_fields() const { return rdata.first(kFixedOctets); }
  // `now` must be neither before the inception nor after the expiration (RFC 4035 section 5.3.1).
  // If one of these is negative, the signature is not valid at `now`.
  int32_t SecondsSinceInception(uint32_t now) const { return SerialSeconds(inception, now); }
  int32_t SecondsToExpiration(uint32_t now) const { return SerialSeconds(now, expiration); }
  // How long the signature is valid. Negative when it expires before its inception.
  int32_t SecondsOfValidity() const { return SerialSeconds(inception, expiration); }
};
std::optional<RrsigView> ReadRrsig(std::span<const uint8_t> rdata);

struct NsecView {
  NameView next = {};
  TypeBitmap types;
};
std::optional<NsecView> ReadNsec(std::span<const uint8_t> rdata);

inline constexpr uint8_t kNsec3HashSha1 = 1;  // the only hash algorithm: RFC 5155 section 11

struct Nsec3View {
  uint8_t hash_algorithm = 0;
  uint8_t flags = 0;
  uint16_t iterations = 0;
  std::span<const uint8_t> salt = {};
  std::span<const uint8_t> next_hash = {};  // at least one octet
  TypeBitmap types;

  bool IsOptOut() const { return (flags & 0x01) != 0; }          // RFC 5155 section 3.1.2.1
  bool HasUnknownFlags() const { return (flags & ~0x01) != 0; }  // such a record is ignored: 8.2
};
std::optional<Nsec3View> ReadNsec3(std::span<const uint8_t> rdata);

struct Nsec3ParamView {
  uint8_t hash_algorithm = 0;
  uint8_t flags = 0;
  uint16_t iterations = 0;
  std::span<const uint8_t> salt = {};
};
std::optional<Nsec3ParamView> ReadNsec3Param(std::span<const uint8_t> rdata);

}  // namespace tern::wire
