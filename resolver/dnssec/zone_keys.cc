#include "resolver/dnssec/zone_keys.h"

namespace tern::resolver::dnssec {

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
