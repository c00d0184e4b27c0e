// How the keys of a trust anchor's zone follow a roll (RFC 5011 section 4): which keys are anchors
// now, which wait, and which are no anchors any more.
//
// Thread: any. Values. Bound: kAnchorKeysMax keys of a zone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "wire/name.h"

namespace tern::resolver::dnssec {

// Each state but Start, in which nothing is known of a key.
enum class KeyState : uint8_t {
  kAddPending,  // seen, but not for long enough: an attacker may have put it there
  kValid,       // an anchor
  kMissing,     // an anchor that the zone has not shown lately
  kRevoked,     // its owner has revoked it
  kRemoved,     // revoked for a long time
};
inline constexpr size_t kKeyStates = 5;
const char* NameOf(KeyState state);

// RFC 5011 sections 2.4.1 and 4.
inline constexpr int64_t kAddHoldDownSeconds = 30 * int64_t{86400};
inline constexpr int64_t kRemoveHoldDownSeconds = 30 * int64_t{86400};
// The root has had three in sixteen years.
inline constexpr size_t kAnchorKeysMax = 16;

struct AnchorKey {
  std::vector<uint8_t> dnskey;  // RDATA without the REVOKE flag
  KeyState state = KeyState::kAddPending;
  int64_t since = 0;  // Unix time at which the state began

  bool IsAnchor() const { return state == KeyState::kValid || state == KeyState::kMissing; }
  bool IsOver() const { return state == KeyState::kRevoked || state == KeyState::kRemoved; }
  uint16_t tag() const;
  friend bool operator==(const AnchorKey&, const AnchorKey&) = default;
};

struct AnchorZone {
  wire::Name zone;
  std::vector<AnchorKey> keys;

  friend bool operator==(const AnchorZone&, const AnchorZone&) = default;
};

// What a check has seen in the DNSKEY RRset of the zone.
struct SeenKeys {
  // A valid anchor signed the RRset. Otherwise it says nothing but what is revoked.
  bool is_anchored = false;
  // The keys with the SEP flag that are not revoked.
  std::vector<std::vector<uint8_t>> entry_points;
  // Keys with the REVOKE flag that signed the RRset themselves. Here the flag is off.
  std::vector<std::vector<uint8_t>> revoked;
  uint32_t original_ttl = 0;  // seconds, as the zone signed it
};

// Brings the keys to `now`, in seconds since 1970. `configured`: those of the seen keys that the
// configuration names. They need not wait. True when a state has changed.
bool Advance(const SeenKeys& seen, std::span<const std::vector<uint8_t>> configured, int64_t now,
             std::vector<AnchorKey>* keys);

}  // namespace tern::resolver::dnssec
