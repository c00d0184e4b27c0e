#include "resolver/crypto/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <span>

namespace tern::resolver::crypto {

DsDigester::DsDigester()
    : context_(MakeDigestContext()),
      sha1_(FetchDigest("SHA1")),
      sha256_(FetchDigest("SHA256")),
      sha384_(FetchDigest("SHA384")) {}

evp_md_st* DsDigester::Find(wire::DigestType type) const {
  switch (type) {
    case wire::DigestType::kSha1:
      return sha1_.get();
    case wire::DigestType::kSha256:
      return sha256_.get();
    case wire::DigestType::kSha384:
      return sha384_.get();
    case wire::DigestType::kGost:
      break;
  }
  return nullptr;
}

DigestResult DsDigester::Compare(const wire::DsView& ds, wire::NameView owner,
                                 const wire::DnskeyView& dnskey) {
  const EVP_MD* const method = Find(ds.digest_type);
  if (method == nullptr) return DigestResult::kUnsupported;
  wire::Name canonical(owner);
  canonical.Lower();
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestInit_ex2(context_.get(), method, nullptr) != 1 ||
      EVP_DigestUpdate(context_.get(), canonical.data(), canonical.size()) != 1 ||
      EVP_DigestUpdate(context_.get(), dnskey.rdata.data(), dnskey.rdata.size()) != 1 ||
      EVP_DigestFinal_ex(context_.get(), digest, &size) != 1) {
    ForgetLibraryErrors();
    return DigestResult::kFailed;
  }
  const std::span<const uint8_t> computed(digest, size);
  return std::ranges::equal(computed, ds.digest) ? DigestResult::kEqual : DigestResult::kDifferent;
}

}  // namespace tern::resolver::crypto
