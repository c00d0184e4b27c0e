// What validation costs in cryptography: resolver/crypto/README.md has the figures.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "resolver/crypto/digest.h"
#include "resolver/crypto/known_signatures.h"
#include "resolver/crypto/nsec3_hash.h"
#include "resolver/crypto/signature.h"
#include "wire/parse_presentation.h"
#include "wire/signed_octets.h"
#include "wire/text_encoding.h"

namespace tern::resolver::crypto {
namespace {

// The known signature of one algorithm, and its key.
struct KeyedSignature {
  explicit KeyedSignature(int64_t algorithm) {
    for (const KnownSignature& known : KnownSignatures()) {
      if (static_cast<int64_t>(known.algorithm) != algorithm) continue;
      public_key = *wire::FromBase64(known.public_key);
      signature = *wire::FromBase64(known.signature);
      dnskey.algorithm = known.algorithm;
      dnskey.public_key = wire::AsOctets(public_key);
    }
  }

  std::string public_key;
  std::string signature;
  wire::DnskeyView dnskey;
};

bool Verifies(SignatureVerifier& verifier, PublicKey& key, const KeyedSignature& one) {
  return verifier.Verify(key, wire::AsOctets(kKnownOctets), wire::AsOctets(one.signature)) ==
         SignatureResult::kValid;
}

void EachAlgorithm(benchmark::internal::Benchmark* bench) {
  for (const int number : {5, 8, 10, 13, 14, 15, 16}) bench->Arg(number);
}

// The key was made before, as a zone's key is.
void BM_VerifySignature(benchmark::State& state) {
  const KeyedSignature one(state.range(0));
  SignatureVerifier verifier;
  PublicKey key = verifier.MakeKey(one.dnskey);
  for (auto _ : state) {
    if (!Verifies(verifier, key, one)) state.SkipWithError("not valid");
  }
}
BENCHMARK(BM_VerifySignature)->Apply(EachAlgorithm);

void BM_MakeKeyAndVerifySignature(benchmark::State& state) {
  const KeyedSignature one(state.range(0));
  SignatureVerifier verifier;
  for (auto _ : state) {
    PublicKey key = verifier.MakeKey(one.dnskey);
    if (!Verifies(verifier, key, one)) state.SkipWithError("not valid");
  }
}
BENCHMARK(BM_MakeKeyAndVerifySignature)->Apply(EachAlgorithm);

void BM_MakeKey(benchmark::State& state) {
  const KeyedSignature one(state.range(0));
  SignatureVerifier verifier;
  for (auto _ : state) benchmark::DoNotOptimize(verifier.MakeKey(one.dnskey));
}
BENCHMARK(BM_MakeKey)->Apply(EachAlgorithm);

// The octets of an address RRset with two records.
void BM_WriteSignedOctets(benchmark::State& state) {
  const wire::Name owner = *wire::ParseName("www.example.org.");
  const std::vector<uint8_t> first = {192, 0, 2, 1};
  const std::vector<uint8_t> second = {192, 0, 2, 0};
  const std::vector<std::span<const uint8_t>> rdatas = {first, second};
  const std::vector<std::string> fields = {
      "A", "13", "3", "3600", "20360101000000", "20260101000000", "1", "example.org.", "AAAA"};
  const std::vector<uint8_t> rrsig = *wire::ParseRdata(wire::RRType::kRRSIG, fields);
  const wire::RrsigView view = *wire::ReadRrsig(rrsig);
  uint8_t octets[512];
  for (auto _ : state) {
    const wire::SignedRRset rrset{owner, wire::RRType::kA, wire::RRClass::kIN, rdatas};
    wire::CanonicalOrder order;
    size_t written = 0;
    if (!order.Make(rrset.type, rrset.rdatas) ||
        WriteSignedOctets(rrset, order, view, octets, &written) != wire::SignedOctetsError::kNone) {
      state.SkipWithError("not written");
    }
    benchmark::DoNotOptimize(octets);
  }
}
BENCHMARK(BM_WriteSignedOctets);

// The most that sorting can cost: 256 name servers with long names that differ at their ends only.
void BM_OrderHostileNames(benchmark::State& state) {
  std::vector<std::vector<uint8_t>> records;
  for (int i = 0; i < 256; ++i) {
    std::string text;
    for (int label = 0; label < 120; ++label) text += "a.";
    text += "b" + std::to_string(i * 7 % 256) + ".";
    const wire::Name name = *wire::ParseName(text);
    records.emplace_back(name.data(), name.data() + name.size());
  }
  const std::vector<std::span<const uint8_t>> rdatas(records.begin(), records.end());
  for (auto _ : state) {
    wire::CanonicalOrder order;
    if (!order.Make(wire::RRType::kNS, rdatas)) state.SkipWithError("too many");
    benchmark::DoNotOptimize(order);
  }
}
BENCHMARK(BM_OrderHostileNames);

void BM_CompareDs(benchmark::State& state) {
  const KeyedSignature one(13);
  const wire::Name owner = *wire::ParseName("example.org.");
  const std::vector<uint8_t> digest(32);
  wire::DsView ds;
  ds.digest_type = static_cast<wire::DigestType>(state.range(0));
  ds.digest = digest;
  wire::DnskeyView dnskey = one.dnskey;
  dnskey.rdata = dnskey.public_key;
  DsDigester digester;
  for (auto _ : state) benchmark::DoNotOptimize(digester.Compare(ds, owner, dnskey));
}
BENCHMARK(BM_CompareDs)->Arg(1)->Arg(2)->Arg(4);

// By the number of iterations; the salt has eight octets.
void BM_Nsec3Hash(benchmark::State& state) {
  const wire::Name name = *wire::ParseName("www.example.org.");
  const std::vector<uint8_t> salt(8);
  Nsec3Hasher hasher;
  for (auto _ : state) {
    benchmark::DoNotOptimize(hasher.Hash(name, salt, static_cast<uint16_t>(state.range(0))));
  }
}
BENCHMARK(BM_Nsec3Hash)->Arg(0)->Arg(10)->Arg(50)->Arg(150);

}  // namespace
}  // namespace tern::resolver::crypto
