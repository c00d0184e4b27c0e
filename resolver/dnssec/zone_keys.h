// The keys of one zone, as its DNSKEY RRset has them.
//
// Thread: one at a time. A public key is parsed when a signature needs it, and kept.
// Bound: kKeysMax keys.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cache/entry.h"
#include "resolver/crypto/signature.h"
#include "wire/dnssec_records.h"

namespace tern::resolver::dnssec {

// Zones have two to six. Others are not looked at.
inline constexpr size_t kKeysMax = 32;
// Keys of one tag and algorithm that are tried for a signature. Two of one tag are chance, and more
// are an attack.
inline constexpr int kKeysOfOneTagMax = 2;

class ZoneKey {
 public:
  // REQUIRES: ReadDnskey reads it.
  explicit ZoneKey(std::span<const uint8_t> rdata)
      : rdata_(rdata.begin(), rdata.end()), tag_(view().KeyTag()) {}

  wire::DnskeyView view() const { return *wire::ReadDnskey(rdata_); }
  uint16_t tag() const { return tag_; }
  // The memory that it takes at most, once the library has made its own form of the key.
  size_t octets_max() const;
  // Whether the signature is by this key over `octets`.
  crypto::SignatureResult Verify(crypto::SignatureVerifier& verifier,
                                 std::span<const uint8_t> octets,
                                 std::span<const uint8_t> signature);

 private:
  std::vector<uint8_t> rdata_;
  uint16_t tag_;
  std::optional<crypto::PublicKey> key_;
};

class ZoneKeys {
 public:
  ZoneKeys() = default;
  // REQUIRES: `dnskeys` is an RRset of that type. Records that cannot be read are left out. Throws
  // std::bad_alloc.
  explicit ZoneKeys(cache::EntryView dnskeys);

  std::span<ZoneKey> keys() { return keys_; }
  bool empty() const { return keys_.empty(); }
  void Add(std::span<const uint8_t> rdata);
  // The memory that they take at most.
  size_t octets_max() const;

 private:
  std::vector<ZoneKey> keys_;
};

}  // namespace tern::resolver::dnssec
