// One signature of each algorithm, with which SupportedAlgorithms tries the library.
//
// Thread: any. Constants.
#pragma once

#include <span>
#include <string_view>

#include "wire/types.h"

namespace tern::resolver::crypto {

struct KnownSignature {
  wire::SecurityAlgorithm algorithm;
  std::string_view public_key;  // base64, as in a DNSKEY
  std::string_view signature;   // base64, as in an RRSIG
};

inline constexpr std::string_view kKnownOctets = "Tern";  // what all of them sign

std::span<const KnownSignature> KnownSignatures();

}  // namespace tern::resolver::crypto
