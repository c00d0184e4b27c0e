// Whether a DS names a DNSKEY: the digests 1, 2 and 4 (RFC 4034 section 5.1.4, RFC 4509, RFC 6605).
//
// Thread: the owner's; each worker has its own.
// Bound: 1 KiB.
#pragma once

#include <array>
#include <cstdint>

#include "resolver/crypto/openssl_objects.h"
#include "wire/dnssec_records.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::crypto {

enum class DigestResult : uint8_t {
  kEqual,
  kDifferent,
  kUnsupported,  // the digest type is not known, or the library does not have it
  kFailed,       // the library failed, as when memory is short
};

class DsDigester {
 public:
  // Throws std::bad_alloc when memory is short.
  DsDigester();
  DsDigester(const DsDigester&) = delete;
  DsDigester& operator=(const DsDigester&) = delete;

  bool Supports(wire::DigestType type) const { return Find(type) != nullptr; }

  // Whether the digest in `ds` is that of `dnskey` at `owner`. Key tag and algorithm are for the
  // caller to compare, and first: that costs less.
  [[nodiscard]] DigestResult Compare(const wire::DsView& ds, wire::NameView owner,
                                     const wire::DnskeyView& dnskey);

 private:
  // Null for a type that is not supported.
  evp_md_st* Find(wire::DigestType type) const;

  DigestContext context_;
  DigestMethod sha1_;
  DigestMethod sha256_;
  DigestMethod sha384_;
};

}  // namespace tern::resolver::crypto
