#include "resolver/crypto/signature.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "resolver/crypto/known_signatures.h"
#include "resolver/crypto/rsa_key_octets.h"
#include "tests/resolver/crypto/signed_zone.h"
#include "wire/text_encoding.h"

namespace tern::resolver::crypto {
namespace {

using test::AddressCase;
using test::kAlgorithmNumbers;
using test::Octets;
using test::SignedCase;
using test::SignedZone;
using test::VectorPath;
using wire::SecurityAlgorithm;

SignatureResult Verify(SignatureVerifier& verifier, const SignedCase& one) {
  PublicKey key = verifier.MakeKey(one.Dnskey());
  return verifier.Verify(key, one.octets, one.Rrsig().signature);
}

// `dnskey` with the same flags and algorithm and another public key.
wire::DnskeyView WithKey(wire::DnskeyView dnskey, const Octets& public_key) {
  dnskey.public_key = public_key;
  return dnskey;
}

Octets Key(const SignedCase& one) {
  const std::span<const uint8_t> key = one.Dnskey().public_key;
  return Octets(key.begin(), key.end());
}

TEST(SupportedAlgorithmsTest, AreAllOfThemHere) {
  EXPECT_EQ(SupportedAlgorithms(), KnownAlgorithms());
  int count = 0;
  for (int number = 0; number < 256; ++number) {
    count += KnownAlgorithms().Contains(static_cast<SecurityAlgorithm>(number)) ? 1 : 0;
  }
  EXPECT_EQ(count, 8);
  EXPECT_EQ(KnownSignatures().size(), 8u);
}

TEST(AlgorithmSetTest, RemovesOneWithoutTheOthers) {
  AlgorithmSet algorithms = KnownAlgorithms();
  algorithms.Remove(SecurityAlgorithm::kRsaSha1Nsec3Sha1);
  EXPECT_FALSE(algorithms.Contains(SecurityAlgorithm::kRsaSha1Nsec3Sha1));
  EXPECT_TRUE(algorithms.Contains(SecurityAlgorithm::kRsaSha1));
  algorithms.Remove(SecurityAlgorithm::kRsaSha1Nsec3Sha1);
  EXPECT_FALSE(algorithms.Contains(SecurityAlgorithm::kRsaSha1Nsec3Sha1));
  const AlgorithmSet before = algorithms;
  algorithms.Add(static_cast<SecurityAlgorithm>(200));
  EXPECT_EQ(algorithms, before);
  EXPECT_FALSE(algorithms.Contains(static_cast<SecurityAlgorithm>(200)));
}

// BIND, ldns and Knot signed the same names with each algorithm.
TEST(SignatureVerifierTest, VerifiesEverySignatureOfOtherPrograms) {
  SignatureVerifier verifier;
  for (const int number : kAlgorithmNumbers) {
    for (const char* signer : {"bind", "ldns", "knot"}) {
      const std::string file = "few_" + std::to_string(number) + "_" + signer + ".zone";
      const SignedZone zone(VectorPath(file));
      const std::vector<SignedCase> cases = zone.Cases();
      EXPECT_GE(cases.size(), 8u) << file;
      EXPECT_EQ(cases.size(), zone.RrsigCount()) << file;
      for (const SignedCase& one : cases) {
        EXPECT_EQ(static_cast<int>(one.Dnskey().algorithm), number);
        EXPECT_EQ(Verify(verifier, one), SignatureResult::kValid)
            << file << " " << static_cast<int>(one.type);
      }
    }
  }
}

// The zone has the types whose names are lowered, and some whose names are not.
TEST(SignatureVerifierTest, VerifiesEveryTypesCanonicalForm) {
  SignatureVerifier verifier;
  for (const char* file : {"types_13_bind.zone", "types_13_ldns.zone", "types_13_knot.zone"}) {
    const SignedZone zone(VectorPath(file));
    const std::vector<SignedCase> cases = zone.Cases();
    EXPECT_GE(cases.size(), 29u) << file;
    EXPECT_EQ(cases.size(), zone.RrsigCount()) << file;
    for (const SignedCase& one : cases) {
      EXPECT_EQ(Verify(verifier, one), SignatureResult::kValid)
          << file << " " << static_cast<int>(one.type);
    }
  }
}

TEST(SignatureVerifierTest, VerifiesWhatAWildcardMade) {  // RFC 4035 section 5.3.2
  SignatureVerifier verifier;
  const SignedZone zone(VectorPath("few_13_bind.zone"));
  int count = 0;
  for (const SignedCase& one : zone.Cases()) {
    if (one.type != wire::RRType::kTXT) continue;
    ++count;
    wire::Name asked = one.owner;
    asked = asked.view().Parent();
    ASSERT_TRUE(asked.Prepend("Deep") && asked.Prepend("NAME"));
    SignedCase expanded = one;
    expanded.octets = zone.SignedBy(asked, one.Rrsig(), one.owner);
    EXPECT_EQ(Verify(verifier, expanded), SignatureResult::kValid);
    EXPECT_EQ(expanded.octets, one.octets);
  }
  EXPECT_EQ(count, 1);
}

// Signatures of the octets `Tern` with a zero octet in front of a number, before a small octet or a
// large one, and with two zero octets. Another program signed until such numbers came.
struct EcdsaVector {
  SecurityAlgorithm algorithm;
  const char* public_key;
  const char* signature;
};
constexpr const char* kShortNumbersP256Key =
    "a7NAhdmWh9yYxLSaVxaSPevg92IZGhl7ulEW+Gxa8gU0CC8bhZ+PDK/cH5LBUw3HUQaK58KVk5zPKq9wZMcgLQ==";
constexpr const char* kShortNumbersP384Key =
    "amvbADFWObo2vke0KoVYCXHnHxPwHv+UzYlsN6lBfAo8+z5o8Lu28Cy70vFLIYImuRLLK0l9SO3TQTwz6/1Ve/4m"
    "73FUmN8jYcURR/eAozZUsRLymkqWeKDnGQ34StmO";
constexpr EcdsaVector kShortNumbers[] = {
    {SecurityAlgorithm::kEcdsaP256Sha256, kShortNumbersP256Key,
     "AJvjKKhlWWA+L9sXpr/aCavbEAAT53wCmLOT1xcd/FG22k4BRZRmgHwPhczfRlCdxlBk5Y1kqeLos/kzdrGkhQ=="},
    {SecurityAlgorithm::kEcdsaP256Sha256, kShortNumbersP256Key,
     "T/Aaj9cyc0xMhMdxkN0dMcyr672YXYqnVsKUKp0RvrkAJWWck3D/X+lcyCqK3h9sa3u9skAI9IQopffIFLuT0A=="},
    {SecurityAlgorithm::kEcdsaP256Sha256, kShortNumbersP256Key,
     "AA8tK9Zq4OdLrTVdsy8k1NE0a5VcGiWQwtSMhvorzg3jHzjCImekI5L4pQ6C7yeTj6bDsVaGyi9swNMtadh8Dg=="},
    {SecurityAlgorithm::kEcdsaP256Sha256, kShortNumbersP256Key,
     "5gOijPWCljZRsduJnRBgGinF3Pf3k3bf06HPqgComckAALIAM+ImGr4GnfVo4bC5SMD0/C4rDtNlYZG9hxqJQg=="},
    {SecurityAlgorithm::kEcdsaP384Sha384, kShortNumbersP384Key,
     "AHgcSfsyOrb/O8bGQ7kKPvEW8vDHuUSwnBjON8SDmU8+YDXLnte+DyUWO1vUWxHA0DH8i7ozHzsbFPgo2qlIfDIB"
     "7kqQGazaAFYZEs8XC8P5oli9rejBPl3570LGWO0J"},
    {SecurityAlgorithm::kEcdsaP384Sha384, kShortNumbersP384Key,
     "m8kse2ufxPS6jb4qnE4gLkVclGWwatwVtTK+AkH/xelijUVgLc6Cg1cZ7O88qQcJADEj7D2vgDHsOxpyMCoMb4TV"
     "jtWU6LW3fSVNDKs8jknOI0Jb2Aikicf8DfD2xcUD"},
    {SecurityAlgorithm::kEcdsaP384Sha384, kShortNumbersP384Key,
     "AL8IUF5wOcNQIzEjJE0tmXdslijFaw3RWAjuQBdIqf06u/Jc9cR1j+MbXPxRYOOPtNrslg+lQtY2Ee+eqV+bz0Pz"
     "Omwvlrr9Mi7dxBR3FeB0KH7M+Jq6M9cFS9UMH5DP"},
    {SecurityAlgorithm::kEcdsaP384Sha384, kShortNumbersP384Key,
     "Am7GWqYyFd4PsP6MmSb5Lhm5SjZs34SH47Pehjc+8nSDOj9XBSJnp2RsqOXpfET8AAD2zIRtCfI2a/gzhdknEmVu"
     "/F6D8hN6jQr2VpgrZEI/7ZwVvpSILaj64nwqkuap"},
};

TEST(SignatureVerifierTest, VerifiesEcdsaNumbersWithZerosInFront) {
  SignatureVerifier verifier;
  for (const EcdsaVector& vector : kShortNumbers) {
    const std::string public_key = wire::FromBase64(vector.public_key).value_or("");
    const std::string signature = wire::FromBase64(vector.signature).value_or("");
    wire::DnskeyView dnskey;
    dnskey.algorithm = vector.algorithm;
    dnskey.public_key = wire::AsOctets(public_key);
    PublicKey key = verifier.MakeKey(dnskey);
    EXPECT_EQ(verifier.Verify(key, wire::AsOctets("Tern"), wire::AsOctets(signature)),
              SignatureResult::kValid)
        << vector.signature;
  }
}

TEST(SignatureVerifierTest, RefusesOneFlippedBitAnywhere) {
  SignatureVerifier verifier;
  for (const int number : kAlgorithmNumbers) {
    const SignedCase sound = AddressCase(number);
    ASSERT_FALSE(sound.octets.empty()) << number;
    PublicKey key = verifier.MakeKey(sound.Dnskey());
    Octets signature(sound.Rrsig().signature.begin(), sound.Rrsig().signature.end());
    for (size_t bit = 0; bit < signature.size() * 8; bit += bit % 8 == 0 ? 7 : 1) {
      signature[bit / 8] = static_cast<uint8_t>(signature[bit / 8] ^ 1 << bit % 8);
      EXPECT_EQ(verifier.Verify(key, sound.octets, signature), SignatureResult::kInvalid)
          << number << " " << bit;
      signature[bit / 8] = static_cast<uint8_t>(signature[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t at = 0; at < sound.octets.size(); ++at) {
      Octets octets = sound.octets;
      octets[at] ^= 0x20;
      EXPECT_EQ(verifier.Verify(key, octets, signature), SignatureResult::kInvalid)
          << number << " " << at;
    }
    EXPECT_EQ(verifier.Verify(key, sound.octets, signature), SignatureResult::kValid);
  }
}

TEST(SignatureVerifierTest, RefusesSignaturesOfAnotherSize) {
  SignatureVerifier verifier;
  for (const int number : kAlgorithmNumbers) {
    const SignedCase sound = AddressCase(number);
    PublicKey key = verifier.MakeKey(sound.Dnskey());
    Octets signature(sound.Rrsig().signature.begin(), sound.Rrsig().signature.end());
    for (size_t size = 0; size < signature.size(); ++size) {
      const Octets cut(signature.begin(), signature.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(verifier.Verify(key, sound.octets, cut), SignatureResult::kInvalid)
          << number << " " << size;
    }
    for (const uint8_t octet : {0, 1}) {
      Octets longer = signature;
      longer.push_back(octet);
      EXPECT_EQ(verifier.Verify(key, sound.octets, longer), SignatureResult::kInvalid) << number;
      longer = signature;
      longer.insert(longer.begin(), octet);
      EXPECT_EQ(verifier.Verify(key, sound.octets, longer), SignatureResult::kInvalid) << number;
    }
    for (const uint8_t octet : {0x00, 0xff}) {
      const Octets constant(signature.size(), octet);
      EXPECT_EQ(verifier.Verify(key, sound.octets, constant), SignatureResult::kInvalid) << number;
    }
  }
}

TEST(SignatureVerifierTest, RefusesAnotherKeyAndAnotherAlgorithm) {
  SignatureVerifier verifier;
  for (const int number : kAlgorithmNumbers) {
    const SignedCase sound = AddressCase(number);
    for (const int other_number : kAlgorithmNumbers) {
      // The zone that ldns signed has other keys.
      const std::string file = "few_" + std::to_string(other_number) + "_ldns.zone";
      SignedCase other = SignedZone(VectorPath(file)).Cases().front();
      PublicKey key = verifier.MakeKey(other.Dnskey());
      ASSERT_EQ(key.state(), SignatureResult::kValid);
      EXPECT_EQ(verifier.Verify(key, sound.octets, sound.Rrsig().signature),
                SignatureResult::kInvalid)
          << number << " " << other_number;
    }
  }
  // The same key with another digest.
  const SignedCase sound = AddressCase(8);
  wire::DnskeyView dnskey = sound.Dnskey();
  dnskey.algorithm = SecurityAlgorithm::kRsaSha512;
  PublicKey key = verifier.MakeKey(dnskey);
  EXPECT_EQ(verifier.Verify(key, sound.octets, sound.Rrsig().signature), SignatureResult::kInvalid);
}

TEST(SignatureVerifierTest, RefusesKeysOfAnotherSize) {
  SignatureVerifier verifier;
  for (const int number : {13, 14, 15, 16}) {
    const SignedCase sound = AddressCase(number);
    Octets octets = Key(sound);
    for (size_t size = 0; size < octets.size(); ++size) {
      const Octets cut(octets.begin(), octets.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(verifier.MakeKey(WithKey(sound.Dnskey(), cut)).state(), SignatureResult::kBadKey);
    }
    octets.push_back(0);
    PublicKey key = verifier.MakeKey(WithKey(sound.Dnskey(), octets));
    EXPECT_EQ(key.state(), SignatureResult::kBadKey);
    EXPECT_EQ(verifier.Verify(key, sound.octets, sound.Rrsig().signature),
              SignatureResult::kBadKey);
  }
}

TEST(SignatureVerifierTest, RefusesPointsThatAreNotOnTheCurve) {
  SignatureVerifier verifier;
  for (const int number : {13, 14}) {
    const SignedCase sound = AddressCase(number);
    Octets octets = Key(sound);
    octets.back() ^= 1;
    EXPECT_EQ(verifier.MakeKey(WithKey(sound.Dnskey(), octets)).state(), SignatureResult::kBadKey);
    EXPECT_EQ(verifier.MakeKey(WithKey(sound.Dnskey(), Octets(octets.size(), 0))).state(),
              SignatureResult::kBadKey);
    EXPECT_EQ(verifier.MakeKey(WithKey(sound.Dnskey(), Octets(octets.size(), 0xff))).state(),
              SignatureResult::kBadKey);
  }
}

TEST(SignatureVerifierTest, RefusesMalformedRsaKeys) {
  SignatureVerifier verifier;
  for (const int number : {5, 7, 8, 10}) {
    const SignedCase sound = AddressCase(number);
    const Octets octets = Key(sound);
    for (size_t size = 0; size < 4 + kRsaModulusOctetsMin; ++size) {
      const Octets cut(octets.begin(), octets.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_EQ(verifier.MakeKey(WithKey(sound.Dnskey(), cut)).state(), SignatureResult::kBadKey)
          << size;
    }
    Octets even = octets;
    even.back() &= 0xfe;
    EXPECT_EQ(verifier.MakeKey(WithKey(sound.Dnskey(), even)).state(), SignatureResult::kBadKey);
  }
}

// RFC 5702 section 2.2: 1024 bits at least with SHA-512. With the others 512.
TEST(SignatureVerifierTest, RefusesShortRsaKeys) {
  SignatureVerifier verifier;
  const Octets short_key = [] {
    Octets octets = {3, 1, 0, 1};
    octets.resize(octets.size() + 1023 / 8, 0xff);
    return octets;
  }();
  wire::DnskeyView dnskey;
  dnskey.algorithm = SecurityAlgorithm::kRsaSha512;
  EXPECT_EQ(verifier.MakeKey(WithKey(dnskey, short_key)).state(), SignatureResult::kBadKey);
  dnskey.algorithm = SecurityAlgorithm::kRsaSha256;
  EXPECT_EQ(verifier.MakeKey(WithKey(dnskey, short_key)).state(), SignatureResult::kValid);
}

TEST(SignatureVerifierTest, ReadsOverZerosInFrontOfRsaNumbers) {
  SignatureVerifier verifier;
  const SignedCase sound = AddressCase(8);
  const Octets octets = Key(sound);
  ASSERT_EQ(octets[0], 3);  // the exponent is 65537
  Octets padded = {0, 0, 5, 0, 0, 1, 0, 1, 0, 0};
  padded.insert(padded.end(), octets.begin() + 4, octets.end());
  PublicKey key = verifier.MakeKey(WithKey(sound.Dnskey(), padded));
  EXPECT_EQ(verifier.Verify(key, sound.octets, sound.Rrsig().signature), SignatureResult::kValid);
}

TEST(SignatureVerifierTest, HasNoOtherAlgorithmsThanItWasGiven) {
  AlgorithmSet algorithms = SupportedAlgorithms();
  algorithms.Remove(SecurityAlgorithm::kRsaSha1);
  SignatureVerifier verifier(algorithms);
  EXPECT_EQ(Verify(verifier, AddressCase(5)), SignatureResult::kUnsupported);
  EXPECT_EQ(Verify(verifier, AddressCase(7)), SignatureResult::kValid);
  for (const int number : {0, 1, 3, 6, 9, 12, 17, 23, 45, 200, 253, 255}) {
    wire::DnskeyView dnskey;
    dnskey.algorithm = static_cast<SecurityAlgorithm>(number);
    EXPECT_EQ(verifier.MakeKey(dnskey).state(), SignatureResult::kUnsupported) << number;
  }
}

TEST(VerificationCostTest, IsThatOfTheAlgorithmAndOfItsKey) {
  const auto cost = [](wire::SecurityAlgorithm algorithm, const std::vector<uint8_t>& key) {
    wire::DnskeyView dnskey;
    dnskey.algorithm = algorithm;
    dnskey.public_key = key;
    return VerificationCost(dnskey);
  };
  EXPECT_EQ(cost(wire::SecurityAlgorithm::kEcdsaP256Sha256, {}), 1);
  EXPECT_EQ(cost(wire::SecurityAlgorithm::kEcdsaP384Sha384, {}), 11);
  EXPECT_EQ(cost(wire::SecurityAlgorithm::kEd25519, {}), 2);
  EXPECT_EQ(cost(wire::SecurityAlgorithm::kEd448, {}), 4);
  for (const size_t exponent : {size_t{3}, size_t{8}}) {
    for (const size_t modulus : {size_t{256}, size_t{512}}) {
      std::vector<uint8_t> key = {static_cast<uint8_t>(exponent)};
      key.resize(1 + exponent + modulus, 0xff);
      EXPECT_EQ(cost(wire::SecurityAlgorithm::kRsaSha256, key),
                (modulus > 256 ? 2 : 1) * (exponent > 3 ? 3 : 1));
    }
  }
}

TEST(PublicKeyTest, MovesAndStaysUsable) {
  SignatureVerifier verifier;
  for (const int number : kAlgorithmNumbers) {
    const SignedCase sound = AddressCase(number);
    PublicKey first = verifier.MakeKey(sound.Dnskey());
    PublicKey second;
    EXPECT_EQ(second.state(), SignatureResult::kBadKey);
    EXPECT_EQ(verifier.Verify(second, sound.octets, sound.Rrsig().signature),
              SignatureResult::kBadKey);
    second = std::move(first);
    EXPECT_EQ(static_cast<int>(second.algorithm()), number);
    // A refused signature does not spoil the key for the next one.
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(verifier.Verify(second, sound.octets, sound.Rrsig().signature),
                SignatureResult::kValid);
      EXPECT_EQ(verifier.Verify(second, Octets{1}, sound.Rrsig().signature),
                SignatureResult::kInvalid);
    }
  }
}

// A key does not belong to the verifier that made it.
TEST(PublicKeyTest, OutlivesItsVerifier) {
  const SignedCase sound = AddressCase(13);
  PublicKey key;
  {
    SignatureVerifier maker;
    key = maker.MakeKey(sound.Dnskey());
  }
  SignatureVerifier verifier;
  EXPECT_EQ(verifier.Verify(key, sound.octets, sound.Rrsig().signature), SignatureResult::kValid);
}

}  // namespace
}  // namespace tern::resolver::crypto
