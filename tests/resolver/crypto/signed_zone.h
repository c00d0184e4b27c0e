// The signed zones in the folder vectors, which other programs signed, ready to be verified.
//
// Thread: one.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wire/canonical.h"
#include "wire/dnssec_records.h"
#include "wire/master_file.h"
#include "wire/signed_octets.h"

namespace tern::resolver::crypto::test {

using Octets = std::vector<uint8_t>;

// One RRSIG, what it signs, and the DNSKEY that it names.
struct SignedCase {
  wire::Name owner;
  wire::RRType type;
  Octets octets;
  Octets rrsig;
  Octets dnskey;

  wire::RrsigView Rrsig() const { return *wire::ReadRrsig(rrsig); }
  wire::DnskeyView Dnskey() const { return *wire::ReadDnskey(dnskey); }
};

class SignedZone {
 public:
  // A zone without records if the file cannot be read.
  explicit SignedZone(const std::filesystem::path& path) {
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    auto records = wire::ParseMasterFile(text, path.string());
    if (!records.ok()) return;
    for (const wire::MasterRecord& record : *records) {
      wire::Name owner = record.owner;
      owner.Lower();
      rrsets_[{Octets(owner.data(), owner.data() + owner.size()), record.type}].push_back(
          record.rdata);
    }
  }

  std::vector<Octets> Records(wire::NameView owner, wire::RRType type) const {
    wire::Name lowered(owner);
    lowered.Lower();
    const auto rrset =
        rrsets_.find({Octets(lowered.data(), lowered.data() + lowered.size()), type});
    return rrset == rrsets_.end() ? std::vector<Octets>() : rrset->second;
  }

  size_t RrsigCount() const {
    size_t count = 0;
    for (const auto& [key, records] : rrsets_) {
      if (key.second == wire::RRType::kRRSIG) count += records.size();
    }
    return count;
  }

  // What the zone's signatures sign. A case without DNSKEY or octets is left out.
  std::vector<SignedCase> Cases() const {
    std::vector<SignedCase> cases;
    for (const auto& [key, rrsigs] : rrsets_) {
      if (key.second != wire::RRType::kRRSIG) continue;
      const wire::NameView owner = wire::NameView::FromValid(key.first.data(), key.first.size());
      for (const Octets& rrsig : rrsigs) {
        SignedCase one{wire::Name(owner), wire::ReadRrsig(rrsig)->type_covered, {}, rrsig, {}};
        one.octets = SignedBy(owner, *wire::ReadRrsig(rrsig));
        one.dnskey = KeyOf(*wire::ReadRrsig(rrsig));
        if (!one.octets.empty() && !one.dnskey.empty()) cases.push_back(one);
      }
    }
    return cases;
  }

  // The octets of the zone's RRset that `rrsig` covers, as if it had been asked for at `owner`.
  Octets SignedBy(wire::NameView owner, const wire::RrsigView& rrsig,
                  wire::NameView rrset_owner) const {
    const std::vector<Octets> records = Records(rrset_owner, rrsig.type_covered);
    const std::vector<std::span<const uint8_t>> rdatas(records.begin(), records.end());
    const wire::SignedRRset rrset{owner, rrsig.type_covered, wire::RRClass::kIN, rdatas};
    wire::CanonicalOrder order;
    if (rdatas.empty() || !order.Make(rrset.type, rdatas)) return {};
    Octets octets(wire::SignedOctetsSize(rrset, order, rrsig));
    size_t written = 0;
    if (WriteSignedOctets(rrset, order, rrsig, octets, &written) !=
        wire::SignedOctetsError::kNone) {
      return {};
    }
    octets.resize(written);
    return octets;
  }
  Octets SignedBy(wire::NameView owner, const wire::RrsigView& rrsig) const {
    return SignedBy(owner, rrsig, owner);
  }

 private:
  Octets KeyOf(const wire::RrsigView& rrsig) const {
    for (const Octets& dnskey : Records(rrsig.signer, wire::RRType::kDNSKEY)) {
      if (wire::ReadDnskey(dnskey)->KeyTag() == rrsig.key_tag) return dnskey;
    }
    return {};
  }

  std::map<std::pair<Octets, wire::RRType>, std::vector<Octets>> rrsets_;
};

// Where the file of the folder vectors is.
std::filesystem::path VectorPath(const std::string& file);

constexpr int kAlgorithmNumbers[] = {5, 7, 8, 10, 13, 14, 15, 16};

// A signature of an address RRset with `algorithm`.
inline SignedCase AddressCase(int algorithm) {
  for (const SignedCase& one :
       SignedZone(VectorPath("few_" + std::to_string(algorithm) + "_bind.zone")).Cases()) {
    if (one.type == wire::RRType::kA) return one;
  }
  return {};
}

}  // namespace tern::resolver::crypto::test
