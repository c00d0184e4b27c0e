// Signatures that were verified a while ago, so that the same octets are not verified again: the
// SOA and the NSEC records of a zone come with many denials. Signatures that were not good are
// remembered too. So a validation that lets clients go first does nothing twice.
//
// A place has 127 bits of a keyed hash over the signed octets, the signature and the key. Nobody
// outside knows the hash's keys, so nobody can make octets that meet another signature's place.
//
// Thread: one worker's.
// Bound: kPlaces places of 16 octets; a new signature replaces an old one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "resolver/base/siphash.h"

namespace tern::resolver::dnssec {

class VerifiedSignatures {
 public:
  static constexpr size_t kPlaces = 8192;

  struct Digest {
    uint64_t words[2] = {};
  };

  // The keys are secret and random.
  VerifiedSignatures(const SipKey& first, const SipKey& second)
      : keys_{first, second}, places_(kPlaces) {}

  Digest DigestOf(std::span<const uint8_t> octets, std::span<const uint8_t> signature,
                  std::span<const uint8_t> dnskey) const {
    Digest digest;
    for (size_t i = 0; i < 2; ++i) {
      // A hash of hashes: each part has an end of its own.
      std::array<uint8_t, 24> parts;
      size_t at = 0;
      for (const std::span<const uint8_t> part : {octets, signature, dnskey}) {
        const uint64_t hash = SipHash(keys_[i], part);
        for (size_t octet = 0; octet < 8; ++octet) {
          parts[at++] = static_cast<uint8_t>(hash >> (8 * octet));
        }
      }
      digest.words[i] = SipHash(keys_[i], parts);
    }
    return digest;
  }
  // Whether the signature was good. Nothing when that is not known.
  std::optional<bool> Find(const Digest& digest) const {
    const Digest& place = places_[digest.words[0] % kPlaces];
    const bool is_there = place.words[0] == digest.words[0] &&
                          (place.words[1] | kGood) == (digest.words[1] | kGood) &&
                          place.words[1] != 0;
    return is_there ? std::optional((place.words[1] & kGood) != 0) : std::nullopt;
  }
  void Put(const Digest& digest, bool good) {
    places_[digest.words[0] % kPlaces] = {
        {digest.words[0], good ? digest.words[1] | kGood : digest.words[1] & ~kGood}};
  }

 private:
  static constexpr uint64_t kGood = 1;  // in the second word

  SipKey keys_[2];
  std::vector<Digest> places_;
};

}  // namespace tern::resolver::dnssec
