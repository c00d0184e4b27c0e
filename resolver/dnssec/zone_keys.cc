#include "resolver/dnssec/zone_keys.h"

namespace tern::resolver::dnssec {
namespace {

// The library's form of a key: 2.7 KiB for P-256, and more with each octet of an RSA key.
constexpr size_t kLibraryOctets = 3072;
constexpr size_t kLibraryOctetsOfKeyOctet = 3;

}  // namespace

size_t ZoneKey::octets_max() const {
  return sizeof(ZoneKey) + kLibraryOctets + (1 + kLibraryOctetsOfKeyOctet) * rdata_.size();
}

size_t ZoneKeys::octets_max() const {
  size_t octets = 0;
  for (const ZoneKey& key : keys_) octets += key.octets_max();
  return octets;
}

crypto::SignatureResult ZoneKey::Verify(crypto::SignatureVerifier& verifier,
                                        std::span<const uint8_t> octets,
                                        std::span<const uint8_t> signature) {
  if (!key_) key_ = verifier.MakeKey(view());
  return verifier.Verify(*key_, octets, signature);
}

ZoneKeys::ZoneKeys(cache::EntryView dnskeys) {
  cache::RecordCursor cursor = dnskeys.Records();
  std::span<const uint8_t> rdata;
  while (cursor.Next(&rdata)) Add(rdata);
}

void ZoneKeys::Add(std::span<const uint8_t> rdata) {
  if (keys_.size() < kKeysMax && wire::ReadDnskey(rdata)) keys_.emplace_back(rdata);
}

}  // namespace tern::resolver::dnssec
