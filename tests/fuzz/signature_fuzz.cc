// Keys, signatures and digests from the input, for every algorithm. Whatever they are, the library
// must not fail, and nothing is verified but by a key that could be made.
//
// The input is a tape: the algorithm, the key's size and octets, the signature's, then what is
// signed.
#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/crypto/digest.h"
#include "resolver/crypto/nsec3_hash.h"
#include "resolver/crypto/rsa_key_octets.h"
#include "resolver/crypto/signature.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/tape.h"

namespace tern::resolver::crypto {
namespace {

bool IsRsa(wire::SecurityAlgorithm algorithm) {
  using enum wire::SecurityAlgorithm;
  return algorithm == kRsaSha1 || algorithm == kRsaSha1Nsec3Sha1 || algorithm == kRsaSha256 ||
         algorithm == kRsaSha512;
}

void CheckKey(const wire::DnskeyView& dnskey, std::span<const uint8_t> octets,
              std::span<const uint8_t> signature) {
  static SignatureVerifier verifier;
  PublicKey key = verifier.MakeKey(dnskey);
  const SignatureResult made = key.state();
  TERN_FUZZ_PROPERTY(made != SignatureResult::kFailed && made != SignatureResult::kInvalid);
  TERN_FUZZ_PROPERTY((made == SignatureResult::kUnsupported) !=
                     verifier.algorithms().Contains(dnskey.algorithm));
  if (made == SignatureResult::kValid && IsRsa(dnskey.algorithm)) {
    TERN_FUZZ_PROPERTY(ReadRsaKey(dnskey.public_key).has_value());
  }
  const SignatureResult first = verifier.Verify(key, octets, signature);
  TERN_FUZZ_PROPERTY(first != SignatureResult::kFailed);
  TERN_FUZZ_PROPERTY(made == SignatureResult::kValid || first == made);
  TERN_FUZZ_PROPERTY(verifier.Verify(key, octets, signature) == first);
}

void CheckDigests(const wire::DnskeyView& dnskey, std::span<const uint8_t> octets, uint8_t type) {
  static DsDigester digester;
  wire::DsView ds;
  ds.digest_type = static_cast<wire::DigestType>(type);
  ds.digest = octets;
  const DigestResult result = digester.Compare(ds, wire::NameView(), dnskey);
  TERN_FUZZ_PROPERTY(result != DigestResult::kFailed);
  TERN_FUZZ_PROPERTY((result == DigestResult::kUnsupported) != digester.Supports(ds.digest_type));
}

void CheckHash(std::span<const uint8_t> octets, std::span<const uint8_t> salt) {
  static Nsec3Hasher hasher;
  const auto name = wire::NameView::FromWire(octets);
  if (!name || salt.size() > 255) return;
  const auto hash = hasher.Hash(*name, salt, octets[0] % 4);
  TERN_FUZZ_PROPERTY(hash.has_value());
  const auto label = ToNsec3Label(*hash);
  TERN_FUZZ_PROPERTY(FromNsec3Label({label.data(), label.size()}) == hash);
}

}  // namespace
}  // namespace tern::resolver::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using namespace tern::resolver::crypto;
  tern::fuzz::Tape tape({octets, size});
  tern::wire::DnskeyView dnskey;
  const uint8_t number = tape.Octet();
  dnskey.algorithm = static_cast<tern::wire::SecurityAlgorithm>(number);
  const auto take_counted = [&tape] {
    const size_t high = tape.Octet();
    return tape.Octets(high * 256 + tape.Octet());
  };
  dnskey.public_key = take_counted();
  dnskey.rdata = dnskey.public_key;
  const std::span<const uint8_t> signature = take_counted();
  const std::span<const uint8_t> rest = tape.Octets(size);
  CheckKey(dnskey, rest, signature);
  CheckDigests(dnskey, signature, number);
  CheckHash(rest, signature);
  return 0;
}
