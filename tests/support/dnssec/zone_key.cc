#include "tests/support/dnssec/zone_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <map>
#include <string_view>
#include <utility>

#include "tests/support/dnssec/octets.h"
#include "tests/support/dnssec/rrsig.h"
#include "wire/check.h"

namespace tern::sim {
namespace {

template <auto kFree>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Number = std::unique_ptr<BIGNUM, FreedBy<BN_clear_free>>;
using NumberRoom = std::unique_ptr<BN_CTX, FreedBy<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, FreedBy<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreedBy<EC_POINT_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;

Octets Digest(const EVP_MD* kind, std::span<const uint8_t> octets) {
  Octets digest(EVP_MAX_MD_SIZE);
  unsigned int size = 0;
  TERN_REQUIRE(EVP_Digest(octets.data(), octets.size(), digest.data(), &size, kind, nullptr) == 1);
  digest.resize(size);
  return digest;
}

// Octets that look like chance and depend on all arguments.
Octets Derive(std::string_view purpose, uint8_t algorithm, uint64_t seed, uint32_t round) {
  Octets octets(purpose.begin(), purpose.end());
  octets.push_back(algorithm);
  PutU32(static_cast<uint32_t>(seed >> 32), &octets);
  PutU32(static_cast<uint32_t>(seed), &octets);
  PutU32(round, &octets);
  return Digest(EVP_sha512(), octets);
}

Number NumberFrom(std::span<const uint8_t> octets) {
  return Number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

Octets OctetsFrom(const BIGNUM* number, size_t size) {
  Octets octets(size);
  TERN_REQUIRE(BN_bn2binpad(number, octets.data(), static_cast<int>(size)) ==
               static_cast<int>(size));
  return octets;
}

const EVP_MD* DigestOfAlgorithm(uint8_t algorithm) {
  switch (algorithm) {
    case kRsaSha1:
    case kRsaSha1Nsec3:
      return EVP_sha1();
    case kRsaSha256:
    case kEcdsaP256:
      return EVP_sha256();
    case kEcdsaP384:
      return EVP_sha384();
    case kRsaSha512:
      return EVP_sha512();
  }
  TERN_REQUIRE(false);
  return nullptr;
}

}  // namespace

class ZoneKey::Secret {
 public:
  virtual ~Secret() = default;
  const Octets& public_key() const { return public_key_; }
  virtual Octets Sign(std::span<const uint8_t> octets) const = 0;

 protected:
  Octets public_key_;
};

// PKCS #1 v1.5, computed with the numbers themselves. So a library's policy against SHA-1 does not
// matter.
class ZoneKey::RsaSecret : public Secret {
 public:
  RsaSecret(uint8_t algorithm, uint64_t seed) : algorithm_(algorithm) {
    NumberRoom room(BN_CTX_new());
    const Number exponent(BN_new()), one(BN_new()), order(BN_new());
    BN_set_word(exponent.get(), kExponent);
    BN_one(one.get());
    Number p = Prime(seed, 0, room.get());
    Number q = Prime(seed, 1, room.get());
    modulus_.reset(BN_new());
    BN_mul(modulus_.get(), p.get(), q.get(), room.get());
    BN_sub(p.get(), p.get(), one.get());
    BN_sub(q.get(), q.get(), one.get());
    BN_mul(order.get(), p.get(), q.get(), room.get());
    secret_.reset(BN_mod_inverse(nullptr, exponent.get(), order.get(), room.get()));
    TERN_REQUIRE(secret_ != nullptr);
    public_key_ = {3, 1, 0, 1};  // RFC 3110 section 2
    PutOctets(OctetsFrom(modulus_.get(), kModulusOctets), &public_key_);
  }

  Octets Sign(std::span<const uint8_t> octets) const override {
    const EVP_MD* kind = DigestOfAlgorithm(algorithm_);
    // The identifier of the digest (RFC 8017 section 9.2).
    Octets info = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    if (kind == EVP_sha512()) {
      info[1] = 0x51;
      info[14] = 0x03;
      info[18] = 0x40;
    } else if (kind == EVP_sha1()) {
      info = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
              0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
    }
    PutOctets(Digest(kind, octets), &info);
    Octets padded(kModulusOctets, 0xff);
    padded[0] = 0;
    padded[1] = 1;
    padded[kModulusOctets - info.size() - 1] = 0;
    std::copy(info.begin(), info.end(), padded.end() - static_cast<ptrdiff_t>(info.size()));
    NumberRoom room(BN_CTX_new());
    const Number message = NumberFrom(padded);
    const Number signature(BN_new());
    BN_mod_exp(signature.get(), message.get(), secret_.get(), modulus_.get(), room.get());
    return OctetsFrom(signature.get(), kModulusOctets);
  }

 private:
  static constexpr BN_ULONG kExponent = 65537;
  static constexpr size_t kModulusOctets = 128;

  Number Prime(uint64_t seed, uint32_t which, BN_CTX* room) const {
    Octets octets = Derive("prime", algorithm_, seed, which);
    octets.front() |= 0xc0;
    octets.back() |= 1;
    Number prime = NumberFrom(octets);
    // The exponent must have an inverse.
    while (BN_check_prime(prime.get(), room, nullptr) != 1 ||
           BN_mod_word(prime.get(), kExponent) == 1) {
      BN_add_word(prime.get(), 2);
    }
    return prime;
  }

  uint8_t algorithm_;
  Number modulus_;
  Number secret_;
};

// ECDSA whose nonces come from key and message, because the library draws them by chance.
class ZoneKey::EcdsaSecret : public Secret {
 public:
  EcdsaSecret(uint8_t algorithm, uint64_t seed)
      : algorithm_(algorithm),
        size_(algorithm == kEcdsaP256 ? 32 : 48),
        group_(EC_GROUP_new_by_curve_name(algorithm == kEcdsaP256 ? NID_X9_62_prime256v1
                                                                  : NID_secp384r1)) {
    secret_ = Scalar(Derive("scalar", algorithm, seed, 0));
    NumberRoom room(BN_CTX_new());
    const Number x(BN_new()), y(BN_new());
    const Point point(EC_POINT_new(group_.get()));
    TERN_REQUIRE(
        EC_POINT_mul(group_.get(), point.get(), secret_.get(), nullptr, nullptr, room.get()) == 1);
    EC_POINT_get_affine_coordinates(group_.get(), point.get(), x.get(), y.get(), room.get());
    public_key_ = OctetsFrom(x.get(), size_);  // RFC 6605 section 4
    PutOctets(OctetsFrom(y.get(), size_), &public_key_);
  }

  Octets Sign(std::span<const uint8_t> octets) const override {
    const BIGNUM* order = EC_GROUP_get0_order(group_.get());
    const Octets digest = Digest(DigestOfAlgorithm(algorithm_), octets);
    Octets nonce_from = OctetsFrom(secret_.get(), size_);
    PutOctets(digest, &nonce_from);
    const Number nonce = Scalar(Digest(EVP_sha512(), nonce_from));

    NumberRoom room(BN_CTX_new());
    const Number r(BN_new()), s(BN_new());
    const Point point(EC_POINT_new(group_.get()));
    EC_POINT_mul(group_.get(), point.get(), nonce.get(), nullptr, nullptr, room.get());
    EC_POINT_get_affine_coordinates(group_.get(), point.get(), r.get(), nullptr, room.get());
    BN_nnmod(r.get(), r.get(), order, room.get());
    // s = (digest + r * secret) / nonce
    const Number message = NumberFrom(digest);
    const Number inverse(BN_mod_inverse(nullptr, nonce.get(), order, room.get()));
    BN_mod_mul(s.get(), r.get(), secret_.get(), order, room.get());
    BN_mod_add(s.get(), s.get(), message.get(), order, room.get());
    BN_mod_mul(s.get(), s.get(), inverse.get(), order, room.get());
    Octets signature = OctetsFrom(r.get(), size_);
    PutOctets(OctetsFrom(s.get(), size_), &signature);
    return signature;
  }

 private:
  Number Scalar(const Octets& octets) const {
    NumberRoom room(BN_CTX_new());
    Number scalar = NumberFrom(octets);
    BN_nnmod(scalar.get(), scalar.get(), EC_GROUP_get0_order(group_.get()), room.get());
    return scalar;
  }

  uint8_t algorithm_;
  size_t size_;  // of a number, in octets
  Group group_;
  Number secret_;
};

class ZoneKey::EdwardsSecret : public Secret {
 public:
  EdwardsSecret(uint8_t algorithm, uint64_t seed) {
    const Octets octets = Derive("edwards", algorithm, seed, 0);
    const bool is_25519 = algorithm == kEd25519;
    key_.reset(EVP_PKEY_new_raw_private_key(is_25519 ? EVP_PKEY_ED25519 : EVP_PKEY_ED448, nullptr,
                                            octets.data(), is_25519 ? 32 : 57));
    TERN_REQUIRE(key_ != nullptr);
    public_key_.resize(64);  // RFC 8080 section 3
    size_t size = public_key_.size();
    TERN_REQUIRE(EVP_PKEY_get_raw_public_key(key_.get(), public_key_.data(), &size) == 1);
    public_key_.resize(size);
  }

  Octets Sign(std::span<const uint8_t> octets) const override {
    const DigestContext context(EVP_MD_CTX_new());
    Octets signature(128);
    size_t size = signature.size();
    TERN_REQUIRE(
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
        EVP_DigestSign(context.get(), signature.data(), &size, octets.data(), octets.size()) == 1);
    signature.resize(size);
    return signature;
  }

 private:
  Key key_;
};

std::shared_ptr<const ZoneKey::Secret> ZoneKey::MakeSecret(uint8_t algorithm, uint64_t seed) {
  static std::map<std::pair<uint8_t, uint64_t>, std::shared_ptr<const Secret>> made;
  std::shared_ptr<const Secret>& secret = made[{algorithm, seed}];
  if (secret != nullptr) return secret;
  switch (algorithm) {
    case kRsaSha1:
    case kRsaSha1Nsec3:
    case kRsaSha256:
    case kRsaSha512:
      secret = std::make_shared<RsaSecret>(algorithm, seed);
      break;
    case kEcdsaP256:
    case kEcdsaP384:
      secret = std::make_shared<EcdsaSecret>(algorithm, seed);
      break;
    case kEd25519:
    case kEd448:
      secret = std::make_shared<EdwardsSecret>(algorithm, seed);
      break;
    default:
      TERN_REQUIRE(false);
  }
  return secret;
}

ZoneKey::ZoneKey(uint8_t algorithm, uint64_t seed, uint16_t flags)
    : algorithm_(algorithm), flags_(flags), secret_(MakeSecret(algorithm, seed)) {}

ZoneKey ZoneKey::WithTag(uint8_t algorithm, uint64_t seed, uint16_t tag) {
  while (true) {
    ZoneKey key(algorithm, seed++, 0);
    // The flags are the first number of the sum. The carry makes the sum one greater at times.
    const uint16_t wanted = static_cast<uint16_t>(tag - key.Tag());
    for (const uint16_t flags : {wanted, static_cast<uint16_t>(wanted - 1)}) {
      if ((flags & kZoneKeyFlag) == 0 || (flags & kRevokedFlag) != 0) continue;
      key.set_flags(flags);
      if (key.Tag() == tag) return key;
    }
  }
}

Octets ZoneKey::Dnskey() const {
  Octets rdata;
  PutU16(flags_, &rdata);
  rdata.push_back(3);  // the protocol (RFC 4034 section 2.1.2)
  rdata.push_back(algorithm_);
  PutOctets(secret_->public_key(), &rdata);
  return rdata;
}

uint16_t ZoneKey::Tag() const { return KeyTagOf(Dnskey()); }

Octets ZoneKey::Ds(wire::NameView owner, uint8_t digest) const {
  Octets rdata;
  PutU16(Tag(), &rdata);
  rdata.push_back(algorithm_);
  rdata.push_back(digest);
  const Octets hashed = DsDigestOf(owner, Dnskey(), digest);
  TERN_REQUIRE(!hashed.empty());
  PutOctets(hashed, &rdata);
  return rdata;
}

Octets ZoneKey::Sign(std::span<const uint8_t> octets) const { return secret_->Sign(octets); }

Octets DsDigestOf(wire::NameView owner, const Octets& dnskey, uint8_t digest) {
  const EVP_MD* kind = digest == kSha1Digest     ? EVP_sha1()
                       : digest == kSha256Digest ? EVP_sha256()
                       : digest == kSha384Digest ? EVP_sha384()
                                                 : nullptr;
  if (kind == nullptr) return {};
  Octets octets;
  PutCanonicalName(owner, &octets);
  PutOctets(dnskey, &octets);
  return Digest(kind, octets);
}

Octets Nsec3HashOf(wire::NameView name, uint16_t iterations, std::span<const uint8_t> salt) {
  Octets octets;
  PutCanonicalName(name, &octets);
  for (int i = 0; i <= iterations; ++i) {
    PutOctets(salt, &octets);
    octets = Digest(EVP_sha1(), octets);
  }
  return octets;
}

}  // namespace tern::sim
