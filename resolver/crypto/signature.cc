#include "resolver/crypto/signature.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <string>

#include "resolver/crypto/known_signatures.h"
#include "resolver/crypto/rsa_key_octets.h"
#include "wire/check.h"
#include "wire/text_encoding.h"

namespace tern::resolver::crypto {
namespace {

using wire::SecurityAlgorithm;

enum class Family : uint8_t { kRsa, kEcdsa, kEddsa };

// Places in what a verifier has looked up.
enum Digest : uint8_t { kSha1, kSha256, kSha384, kSha512, kNoDigest };
constexpr std::array<const char*, 4> kDigestNames = {"SHA1", "SHA256", "SHA384", "SHA512"};
enum Maker : uint8_t { kRsaMaker, kEd25519Maker, kEd448Maker };
constexpr std::array<const char*, 3> kMakerNames = {"RSA", "ED25519", "ED448"};
enum Curve : uint8_t { kP256, kP384 };
constexpr std::array<const char*, 2> kCurveNames = {"P-256", "P-384"};

constexpr size_t kCoordinateOctetsMax = 48;  // P-384

// The library refused something. Perhaps it only failed.
SignatureResult Refused(SignatureResult unless_failed) {
  return HasLibraryFailed() ? SignatureResult::kFailed : unless_failed;
}

// REQUIRES: errors were forgotten before `object` was made.
template <typename Object>
void ThrowIfFailed(const Object& object) {
  if (object == nullptr && HasLibraryFailed()) throw std::bad_alloc();
}

KeyContext MakeMaker(const char* name) {
  ForgetLibraryErrors();
  KeyContext maker(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr));
  if (maker != nullptr && EVP_PKEY_fromdata_init(maker.get()) != 1) maker = nullptr;
  ThrowIfFailed(maker);
  return maker;
}

KeyObject MakeFrom(EVP_PKEY_CTX* maker, int selection, OSSL_PARAM* fields) {
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(maker, &key, selection, fields) != 1) return nullptr;
  return KeyObject(key);
}

// A key without a point.
KeyObject MakeCurve(const char* name) {
  const KeyContext maker = MakeMaker("EC");
  if (maker == nullptr) return nullptr;
  char group[8] = {};
  std::strncpy(group, name, sizeof group - 1);
  OSSL_PARAM fields[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                         OSSL_PARAM_construct_end()};
  KeyObject curve = MakeFrom(maker.get(), EVP_PKEY_KEY_PARAMETERS, fields);
  ThrowIfFailed(curve);
  return curve;
}

// One number of a key. The library wants it in the machine's byte order.
class NativeNumber {
 public:
  explicit NativeNumber(std::span<const uint8_t> big_endian) : size_(big_endian.size()) {
    TERN_REQUIRE(size_ <= sizeof octets_);
    if constexpr (std::endian::native == std::endian::big) {
      std::ranges::copy(big_endian, octets_);
    } else {
      std::ranges::reverse_copy(big_endian, octets_);
    }
  }
  OSSL_PARAM Field(const char* name) { return OSSL_PARAM_construct_BN(name, octets_, size_); }

 private:
  uint8_t octets_[kRsaModulusOctetsMax];
  size_t size_;
};

// Writes a positive number as DER's INTEGER and returns its end.
uint8_t* PutInteger(std::span<const uint8_t> big_endian, uint8_t* out) {
  while (big_endian.size() > 1 && big_endian[0] == 0) big_endian = big_endian.subspan(1);
  const bool would_be_negative = (big_endian[0] & 0x80) != 0;
  *out++ = 0x02;
  *out++ = static_cast<uint8_t>(big_endian.size() + (would_be_negative ? 1 : 0));
  if (would_be_negative) *out++ = 0;
  return std::ranges::copy(big_endian, out).out;
}

// RFC 6605 section 4 has two numbers side by side; the library wants DER's SEQUENCE of them.
class DerSignature {
 public:
  explicit DerSignature(std::span<const uint8_t> halves) {
    const size_t half = halves.size() / 2;
    TERN_REQUIRE(half >= 1 && half <= kCoordinateOctetsMax);
    uint8_t* end = PutInteger(halves.first(half), octets_ + 2);
    end = PutInteger(halves.subspan(half), end);
    size_ = static_cast<size_t>(end - octets_);
    octets_[0] = 0x30;
    octets_[1] = static_cast<uint8_t>(size_ - 2);  // at most 102
  }
  std::span<const uint8_t> octets() const { return {octets_, size_}; }

 private:
  uint8_t octets_[2 + 2 * (3 + kCoordinateOctetsMax)];
  size_t size_;
};

}  // namespace

struct SignatureVerifier::Method {
  SecurityAlgorithm algorithm;
  Family family;
  Digest digest;
  uint8_t place;              // a Maker or a Curve
  uint8_t key_octets;         // 0 if not fixed
  uint16_t signature_octets;  // 0 if it depends on the key
  uint16_t rsa_modulus_octets_min;
};

const SignatureVerifier::Method* SignatureVerifier::FindMethod(SecurityAlgorithm algorithm) {
  using enum SecurityAlgorithm;
  static constexpr Method kMethods[] = {
      {kRsaSha1, Family::kRsa, kSha1, kRsaMaker, 0, 0, kRsaModulusOctetsMin},
      {kRsaSha1Nsec3Sha1, Family::kRsa, kSha1, kRsaMaker, 0, 0, kRsaModulusOctetsMin},
      {kRsaSha256, Family::kRsa, kSha256, kRsaMaker, 0, 0, kRsaModulusOctetsMin},
      {kRsaSha512, Family::kRsa, kSha512, kRsaMaker, 0, 0, 1024 / 8},  // RFC 5702 section 2.2
      {kEcdsaP256Sha256, Family::kEcdsa, kSha256, kP256, 64, 64, 0},
      {kEcdsaP384Sha384, Family::kEcdsa, kSha384, kP384, 96, 96, 0},
      {kEd25519, Family::kEddsa, kNoDigest, kEd25519Maker, 32, 64, 0},
      {kEd448, Family::kEddsa, kNoDigest, kEd448Maker, 57, 114, 0},
  };
  for (const Method& method : kMethods) {
    if (method.algorithm == algorithm) return &method;
  }
  return nullptr;
}

AlgorithmSet KnownAlgorithms() {
  using enum SecurityAlgorithm;
  AlgorithmSet known;
  for (const SecurityAlgorithm algorithm : {kRsaSha1, kRsaSha1Nsec3Sha1, kRsaSha256, kRsaSha512,
                                            kEcdsaP256Sha256, kEcdsaP384Sha384, kEd25519, kEd448}) {
    known.Add(algorithm);
  }
  return known;
}

namespace {

int RsaCost(std::span<const uint8_t> public_key) {
  const std::optional<RsaKeyOctets> numbers = ReadRsaKey(public_key);
  if (!numbers) return 1;
  const int of_modulus = numbers->modulus.size() > kRsaModulusOctetsMax / 2 ? 2 : 1;
  const int of_exponent = numbers->exponent.size() > 3 ? 3 : 1;
  return of_modulus * of_exponent;
}

}  // namespace

int VerificationCost(const wire::DnskeyView& dnskey) {
  switch (dnskey.algorithm) {
    case SecurityAlgorithm::kRsaSha1:
    case SecurityAlgorithm::kRsaSha1Nsec3Sha1:
    case SecurityAlgorithm::kRsaSha256:
    case SecurityAlgorithm::kRsaSha512:
      return RsaCost(dnskey.public_key);
    case SecurityAlgorithm::kEcdsaP384Sha384:
      return 11;
    case SecurityAlgorithm::kEd25519:
      return 2;
    case SecurityAlgorithm::kEd448:
      return 4;
    default:
      return 1;
  }
}

namespace {

// REQUIRES: `known` is sound.
bool Verifies(SignatureVerifier& verifier, const KnownSignature& known) {
  const std::optional<std::string> public_key = wire::FromBase64(known.public_key);
  const std::optional<std::string> signature = wire::FromBase64(known.signature);
  TERN_REQUIRE(public_key && signature);
  wire::DnskeyView dnskey;
  dnskey.algorithm = known.algorithm;
  dnskey.public_key = wire::AsOctets(*public_key);
  PublicKey key = verifier.MakeKey(dnskey);
  const SignatureResult result =
      verifier.Verify(key, wire::AsOctets(kKnownOctets), wire::AsOctets(*signature));
  if (result == SignatureResult::kFailed) throw std::bad_alloc();
  return result == SignatureResult::kValid;
}

}  // namespace

AlgorithmSet SupportedAlgorithms() {
  static const AlgorithmSet kSupported = [] {
    SignatureVerifier verifier(KnownAlgorithms());
    AlgorithmSet supported;
    for (const KnownSignature& known : KnownSignatures()) {
      if (Verifies(verifier, known)) supported.Add(known.algorithm);
    }
    return supported;
  }();
  return kSupported;
}

SignatureVerifier::SignatureVerifier(AlgorithmSet algorithms)
    : algorithms_(algorithms), digest_context_(MakeDigestContext()) {
  for (size_t i = 0; i < digests_.size(); ++i) digests_[i] = FetchDigest(kDigestNames[i]);
  for (size_t i = 0; i < makers_.size(); ++i) makers_[i] = MakeMaker(kMakerNames[i]);
  for (size_t i = 0; i < curves_.size(); ++i) curves_[i] = MakeCurve(kCurveNames[i]);
}

PublicKey SignatureVerifier::MakeKey(const wire::DnskeyView& dnskey) {
  PublicKey key;
  key.algorithm_ = dnskey.algorithm;
  const Method* method = FindMethod(dnskey.algorithm);
  if (method == nullptr || !algorithms_.Contains(dnskey.algorithm)) {
    key.state_ = SignatureResult::kUnsupported;
    return key;
  }
  if (method->key_octets != 0 && dnskey.public_key.size() != method->key_octets) return key;
  ForgetLibraryErrors();
  key.signature_octets_ = method->signature_octets;
  switch (method->family) {
    case Family::kRsa:
      key.state_ = MakeRsa(*method, dnskey.public_key, &key);
      break;
    case Family::kEcdsa:
      key.state_ = MakeEcdsa(*method, dnskey.public_key, &key);
      break;
    case Family::kEddsa:
      key.state_ = MakeEddsa(*method, dnskey.public_key, &key);
      break;
  }
  return key;
}

SignatureResult SignatureVerifier::MakeRsa(const Method& method, std::span<const uint8_t> octets,
                                           PublicKey* key) {
  EVP_PKEY_CTX* maker = makers_[method.place].get();
  const EVP_MD* digest = digests_[method.digest].get();
  if (maker == nullptr || digest == nullptr) return SignatureResult::kUnsupported;
  const std::optional<RsaKeyOctets> numbers = ReadRsaKey(octets);
  if (!numbers || numbers->modulus.size() < method.rsa_modulus_octets_min) {
    return SignatureResult::kBadKey;
  }
  NativeNumber modulus(numbers->modulus);
  NativeNumber exponent(numbers->exponent);
  OSSL_PARAM fields[] = {modulus.Field(OSSL_PKEY_PARAM_RSA_N),
                         exponent.Field(OSSL_PKEY_PARAM_RSA_E), OSSL_PARAM_construct_end()};
  key->key_ = MakeFrom(maker, EVP_PKEY_PUBLIC_KEY, fields);
  if (key->key_ == nullptr) return Refused(SignatureResult::kBadKey);
  key->signature_octets_ = static_cast<uint16_t>(numbers->modulus.size());
  key->context_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key->key_.get(), nullptr));
  if (key->context_ == nullptr || EVP_PKEY_verify_init(key->context_.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(key->context_.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_CTX_set_signature_md(key->context_.get(), digest) != 1) {
    return Refused(SignatureResult::kUnsupported);
  }
  return SignatureResult::kValid;
}

SignatureResult SignatureVerifier::MakeEcdsa(const Method& method, std::span<const uint8_t> octets,
                                             PublicKey* key) {
  EVP_PKEY* curve = curves_[method.place].get();
  if (curve == nullptr || digests_[method.digest] == nullptr) return SignatureResult::kUnsupported;
  uint8_t point[1 + 2 * kCoordinateOctetsMax] = {
      0x04};  // both coordinates follow (SEC 1 section 2.3)
  std::ranges::copy(octets, point + 1);
  key->key_.reset(EVP_PKEY_dup(curve));
  if (key->key_ == nullptr) return SignatureResult::kFailed;
  // Also looks whether the point is on the curve.
  if (EVP_PKEY_set1_encoded_public_key(key->key_.get(), point, 1 + octets.size()) != 1) {
    return Refused(SignatureResult::kBadKey);
  }
  key->context_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key->key_.get(), nullptr));
  if (key->context_ == nullptr || EVP_PKEY_verify_init(key->context_.get()) != 1) {
    return Refused(SignatureResult::kUnsupported);
  }
  return SignatureResult::kValid;
}

SignatureResult SignatureVerifier::MakeEddsa(const Method& method, std::span<const uint8_t> octets,
                                             PublicKey* key) {
  EVP_PKEY_CTX* maker = makers_[method.place].get();
  if (maker == nullptr) return SignatureResult::kUnsupported;
  uint8_t copy[57];
  std::ranges::copy(octets, copy);
  OSSL_PARAM fields[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, octets.size()),
      OSSL_PARAM_construct_end()};
  key->key_ = MakeFrom(maker, EVP_PKEY_PUBLIC_KEY, fields);
  if (key->key_ == nullptr) return Refused(SignatureResult::kBadKey);
  key->eddsa_context_.reset(EVP_MD_CTX_new());
  if (key->eddsa_context_ == nullptr) return SignatureResult::kFailed;
  return SignatureResult::kValid;
}

SignatureResult SignatureVerifier::Verify(PublicKey& key, std::span<const uint8_t> octets,
                                          std::span<const uint8_t> signature) {
  if (key.state_ != SignatureResult::kValid) return key.state_;
  if (signature.size() != key.signature_octets_) return SignatureResult::kInvalid;
  const Method& method = *FindMethod(key.algorithm_);
  ForgetLibraryErrors();
  int verified;
  if (method.family == Family::kEddsa) {
    EVP_MD_CTX* context = key.eddsa_context_.get();
    if (EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key.key_.get()) != 1) {
      return SignatureResult::kFailed;
    }
    verified =
        EVP_DigestVerify(context, signature.data(), signature.size(), octets.data(), octets.size());
  } else {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestInit_ex2(digest_context_.get(), digests_[method.digest].get(), nullptr) != 1 ||
        EVP_DigestUpdate(digest_context_.get(), octets.data(), octets.size()) != 1 ||
        EVP_DigestFinal_ex(digest_context_.get(), digest, &size) != 1) {
      return SignatureResult::kFailed;
    }
    std::optional<DerSignature> der;
    if (method.family == Family::kEcdsa) signature = der.emplace(signature).octets();
    verified =
        EVP_PKEY_verify(key.context_.get(), signature.data(), signature.size(), digest, size);
  }
  return verified == 1 ? SignatureResult::kValid : Refused(SignatureResult::kInvalid);
}

}  // namespace tern::resolver::crypto
