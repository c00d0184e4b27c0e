// SipHash-2-4 (Aumasson and Bernstein, 2012): a pseudo-random function of a key of 128 bits and a
// short message. What DNS cookies are made with (RFC 9018 section 4.4).
//
// Written here because OpenSSL's costs more than an answer from the cache: a query with a cookie
// needs two hashes of 20 octets, each some 36 ns here and 90 there of a busy processor (EVP_MAC
// with a context that is kept and its key set once), and each worker would need a context.
//
// Thread: any; pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tern::resolver {

struct SipKey {
  uint64_t words[2] = {};

  static SipKey FromOctets(const std::array<uint8_t, 16>& octets);
};

// As octets the result is written from its lowest octet on.
uint64_t SipHash(const SipKey& key, std::span<const uint8_t> message);

}  // namespace tern::resolver
