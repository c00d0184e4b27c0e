// A zone that is signed (RFC 4034, RFC 4035 section 2, RFC 5155 section 7.1): keys, NSEC or NSEC3
// records, and a signature when somebody asks for it. A signature that nobody asks for costs
// nothing.
//
// - Names below a cut or a DNAME have no signatures and are in no chain.
// - All records of a set have the lowest of their TTLs.
// - KSKs sign the DNSKEY set, ZSKs everything else, CSKs both. If one kind is missing, the other
//   does its work.
//
// What a zone does wrong is part of its plan.
//
// Thread: one; immutable but for signatures that it remembers. Bound: the records it was made from.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tests/sim/plain_message.h"
#include "tests/sim/zone.h"
#include "tests/support/dnssec/rrsig.h"
#include "tests/support/dnssec/zone_key.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

enum class KeyRole : uint8_t { kKsk, kZsk, kCsk };

struct KeyPlan {
  uint8_t algorithm = kEd25519;
  KeyRole role = KeyRole::kCsk;
  uint64_t seed = 1;
  uint16_t flipped_flags = 0;  // bits of the DNSKEY's flags that are wrong

  ZoneKey Make() const;
};

enum class Denial : uint8_t { kNsec, kNsec3 };

class SignedZone;

// What the zone's servers leave out of replies.
struct Withheld {
  bool signatures = false;
  bool denial = false;          // NSEC and NSEC3 of every reply
  bool wildcard_proof = false;  // that no nearer name exists
  bool ds_proof = false;        // of referrals: that there is no DS
};

struct SigningPlan {
  std::vector<KeyPlan> keys = {KeyPlan{}};
  Denial denial = Denial::kNsec;
  uint16_t iterations = 0;
  Octets salt;
  bool opt_out = false;
  // Seconds since 1970. The simulated world starts in between.
  uint32_t inception = 1'690'000'000;
  uint32_t expiration = 1'790'000'000;
  std::vector<uint8_t> digests = {kSha256Digest};
  uint32_t dnskey_ttl = 3600;

  // What is wrong, in the order in which it is done.
  using SignatureEdit = std::function<void(const SignedZone& zone, wire::NameView owner,
                                           wire::RRType type, std::vector<Rrsig>* signatures)>;
  std::vector<SignatureEdit> before_signing;  // fields, the signatures are still empty
  std::vector<SignatureEdit> after_signing;
  using RecordsEdit = std::function<void(wire::NameView origin, std::vector<PlainRecord>* records)>;
  std::vector<RecordsEdit> dnskey_edits;  // the DNSKEY set, before it is signed
  std::vector<RecordsEdit> denial_edits;  // the NSEC or NSEC3 records, before they are signed
  std::vector<RecordsEdit> ds_edits;      // the DS set that the parent gets
  Withheld withheld;
};

// The DS set for the parent. It needs the plan only, so the parent can be signed first.
std::vector<PlainRecord> DsRecordsOf(wire::NameView origin, const SigningPlan& plan, uint32_t ttl);

class SignedZone {
 public:
  // REQUIRES: an SOA at the origin, no record outside the zone, none of the types that signing
  // adds.
  SignedZone(wire::NameView origin, const std::vector<PlainRecord>& records, SigningPlan plan);

  const wire::Name& origin() const { return origin_; }
  const SigningPlan& plan() const { return plan_; }
  // Everything but RRSIG and NSEC3 records.
  const Zone& zone() const { return zone_; }
  const std::vector<ZoneKey>& keys() const { return keys_; }

  // A set that is signed, or an NSEC3 set. Null if there is none.
  const std::vector<PlainRecord>* FindSet(wire::NameView owner, wire::RRType type) const;
  // The RRSIG records of a set, which may be of NSEC3 records. None if the set is not the zone's.
  const std::vector<PlainRecord>& SignaturesOf(wire::NameView owner, wire::RRType type) const;
  // Makes signatures of a set with these fields, in spite of what the zone has. A key that the
  // fields do not name signs as well.
  std::vector<Rrsig> Sign(const std::vector<PlainRecord>& rrset, std::vector<Rrsig> fields) const;

  // The NSEC or NSEC3 record of the name itself, and the one whose range has the name in it.
  std::optional<PlainRecord> DenialAt(wire::NameView name) const;
  std::optional<PlainRecord> DenialOver(wire::NameView name) const;
  // Whether the name is in the zone, perhaps as an empty non-terminal, and not below a cut.
  bool HasName(wire::NameView name) const;

  // The whole zone with all its signatures.
  std::vector<PlainRecord> AllRecords() const;

 private:
  struct CanonicalLess {
    bool operator()(const wire::Name& a, const wire::Name& b) const {
      return wire::CompareCanonical(a, b) < 0;
    }
  };
  using Node = std::map<wire::RRType, std::vector<PlainRecord>>;

  void AddRecords(const std::vector<PlainRecord>& records);
  void AddKeys();
  void AddNsecChain();
  void AddNsec3Chain();
  bool IsCut(const wire::Name& owner, const Node& node) const;
  // Below a cut or a DNAME.
  bool IsOccluded(wire::NameView owner) const;
  bool IsSigned(wire::NameView owner, wire::RRType type) const;
  Octets TypesAt(const wire::Name& owner, const Node& node, Denial denial) const;
  std::vector<PlainRecord> MakeSignatures(wire::NameView owner, wire::RRType type) const;
  uint32_t DenialTtl() const;

  wire::Name origin_;
  SigningPlan plan_;
  std::vector<ZoneKey> keys_;
  std::map<wire::Name, Node, CanonicalLess> nodes_;     // without NSEC3
  std::map<Octets, std::vector<PlainRecord>> by_hash_;  // NSEC3 records, by the hash in their owner
  Zone zone_;
  mutable std::map<std::pair<wire::RRType, Octets>, std::vector<PlainRecord>> signatures_;
};

}  // namespace tern::sim
