#include "tests/support/dnssec/verify_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>

#include "tests/support/dnssec/zone_key.h"

namespace tern::sim {
namespace {

constexpr size_t kDnskeyFixedOctets = 4;

template <auto kFree>
struct ReleasedBy {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using PublicKey = std::unique_ptr<EVP_PKEY, ReleasedBy<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, ReleasedBy<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, ReleasedBy<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, ReleasedBy<OSSL_PARAM_free>>;
using BigNumber = std::unique_ptr<BIGNUM, ReleasedBy<BN_free>>;
using VerifyContext = std::unique_ptr<EVP_MD_CTX, ReleasedBy<EVP_MD_CTX_free>>;

BigNumber ReadNumberOctets(std::span<const uint8_t> octets) {
  return BigNumber(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

PublicKey FromParameters(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return PublicKey(key);
}

// RFC 3110 section 2.
PublicKey ReadRsaKey(std::span<const uint8_t> octets) {
  if (octets.empty()) return nullptr;
  size_t exponent_octets = octets[0];
  size_t at = 1;
  if (exponent_octets == 0) {
    if (octets.size() < 3) return nullptr;
    exponent_octets = static_cast<size_t>(octets[1] << 8 | octets[2]);
    at = 3;
  }
  if (exponent_octets == 0 || octets.size() <= at + exponent_octets) return nullptr;
  const BigNumber exponent = ReadNumberOctets(octets.subspan(at, exponent_octets));
  const BigNumber modulus = ReadNumberOctets(octets.subspan(at + exponent_octets));
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return FromParameters("RSA", builder.get());
}

// RFC 6605 section 4.
PublicKey ReadEcdsaKey(const char* group, size_t size, std::span<const uint8_t> octets) {
  if (octets.size() != 2 * size) return nullptr;
  Octets point = {4};  // uncompressed
  point.insert(point.end(), octets.begin(), octets.end());
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return FromParameters("EC", builder.get());
}

// OpenSSL wants the two numbers in DER.
Octets EcdsaSignature(size_t size, const Octets& signature) {
  if (signature.size() != 2 * size) return {};
  ECDSA_SIG* const numbers = ECDSA_SIG_new();
  ECDSA_SIG_set0(numbers, ReadNumberOctets(std::span(signature).first(size)).release(),
                 ReadNumberOctets(std::span(signature).subspan(size)).release());
  Octets der(static_cast<size_t>(i2d_ECDSA_SIG(numbers, nullptr)));
  uint8_t* end = der.data();
  i2d_ECDSA_SIG(numbers, &end);
  ECDSA_SIG_free(numbers);
  return der;
}

}  // namespace

bool VerifiesSignature(const Octets& dnskey, const Rrsig& rrsig,
                       const std::vector<PlainRecord>& rrset) {
  if (dnskey.size() < kDnskeyFixedOctets || rrset.empty() ||
      SignedLabels(rrset.front().owner) < rrsig.labels) {
    return false;
  }
  const std::span<const uint8_t> public_octets = std::span(dnskey).subspan(kDnskeyFixedOctets);
  PublicKey key;
  const EVP_MD* digest = nullptr;
  Octets signature = rrsig.signature;
  switch (dnskey[3]) {
    case kRsaSha1:
    case kRsaSha1Nsec3:
      digest = EVP_sha1();
      key = ReadRsaKey(public_octets);
      break;
    case kRsaSha256:
      digest = EVP_sha256();
      key = ReadRsaKey(public_octets);
      break;
    case kRsaSha512:
      digest = EVP_sha512();
      key = ReadRsaKey(public_octets);
      break;
    case kEcdsaP256:
      digest = EVP_sha256();
      key = ReadEcdsaKey("P-256", 32, public_octets);
      signature = EcdsaSignature(32, signature);
      break;
    case kEcdsaP384:
      digest = EVP_sha384();
      key = ReadEcdsaKey("P-384", 48, public_octets);
      signature = EcdsaSignature(48, signature);
      break;
    case kEd25519:
    case kEd448:
      key.reset(
          EVP_PKEY_new_raw_public_key(dnskey[3] == kEd25519 ? EVP_PKEY_ED25519 : EVP_PKEY_ED448,
                                      nullptr, public_octets.data(), public_octets.size()));
      break;
    default:
      return false;
  }
  if (key == nullptr || signature.empty()) return false;
  const Octets octets = SignedOctets(rrsig, rrset);
  const VerifyContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), octets.data(),
                          octets.size()) == 1;
}

}  // namespace tern::sim
