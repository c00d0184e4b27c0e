// The settings of DNSSEC validation: plain values.
//
// Thread: any may read a snapshot; nobody writes one after it was made.
#pragma once

#include <cstdint>
#include <vector>

#include "resolver/base/negative_anchors.h"
#include "wire/name.h"

namespace tern::resolver {

enum class Validation : uint8_t {
  kOn,   // signatures are checked, and what fails is not answered
  kLog,  // they are checked, and what fails is counted and told, but answered all the same
  kOff,  // they are neither asked for nor checked
};

// What is trusted without a proof: the keys of one zone (RFC 4033 section 2).
struct TrustAnchor {
  wire::Name zone;
  std::vector<std::vector<uint8_t>> ds;       // RDATA of DS records
  std::vector<std::vector<uint8_t>> dnskeys;  // RDATA of DNSKEY records

  friend bool operator==(const TrustAnchor&, const TrustAnchor&) = default;
};

struct ValidationSettings {
  Validation validation = Validation::kOff;
  bool error_reporting = false;  // failures are reported to agents of zones (RFC 9567)
  std::vector<TrustAnchor> anchors;
  NegativeAnchors negative_anchors;  // those in force
  // The clock is plainly wrong. Signatures are checked, their dates are not, and nothing counts as
  // secure.
  bool time_unsure = false;
  bool aggressive = true;  // ranges of signed zones answer (RFC 8198)
  bool sha1 = true;        // signatures by RSA with SHA-1 are verified (RFC 9905)

  bool IsOn() const { return validation != Validation::kOff; }
  friend bool operator==(const ValidationSettings&, const ValidationSettings&) = default;
};

// The anchors of the root, as IANA publishes them: its keys of 2017 and of 2024.
TrustAnchor RootAnchor();

}  // namespace tern::resolver
