// A validating resolver of the tests' own: slow, plain, from the RFCs (4035, 5155, 6840), with
// OpenSSL directly and without a cache, a budget or a bound on work. It asks each zone alone and
// knows all zone cuts. It says what a validating resolver must answer.
//
// It differs from a real resolver where that has a choice:
// - Dates count to the second. A resolver may allow for clocks that are wrong.
// - An anchor that is not usable makes its zone bogus, not insecure. The RFCs leave that open.
// - Up to `checks_max` signatures of a set are tried. A resolver may give up earlier (KeyTrap).
//
// Thread: one. Bound: kAliasesMax links of a chain.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/plain_message.h"
#include "tests/support/dnssec/rrsig.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

enum class Security : uint8_t { kSecure, kInsecure, kBogus };

struct Verdict {
  Security security = Security::kSecure;
  // Of the answer. SERVFAIL when it is bogus or the zone does not answer.
  wire::Rcode rcode = wire::Rcode::kNoError;
  std::vector<PlainRecord> answer;  // without signatures; as far as it is known when it is bogus
  std::string why;                  // the first link that is not secure
};

class NaiveValidator {
 public:
  static constexpr int kAliasesMax = 16;

  // What a server says that has this zone and no other one, to a query with DO. Nothing: silence.
  using AskZone = std::function<std::optional<PlainMessage>(
      wire::NameView zone, wire::NameView name, wire::RRType type)>;
  struct Options {
    std::vector<wire::Name> zones;     // origins, the root's too
    std::vector<PlainRecord> anchors;  // DS or DNSKEY records
    std::vector<wire::Name> negative_anchors;
    uint32_t now = 0;  // seconds since 1970
    std::set<uint8_t> algorithms = {5, 7, 8, 10, 13, 14, 15, 16};
    std::set<uint8_t> digests = {1, 2, 4};
    uint16_t iterations_max = 50;  // records with more prove nothing: insecure
    int checks_max = 500;
  };

  NaiveValidator(Options options, AskZone ask);

  Verdict Answer(wire::NameView name, wire::RRType type);

 private:
  struct ZoneState {
    Security security = Security::kInsecure;
    std::vector<Octets> keys;  // RDATA of the DNSKEY records that may sign
    std::string why;
  };
  // What one zone says about one name: an answer, or that it goes on elsewhere.
  struct Link {
    Security security = Security::kSecure;
    std::string why;
    wire::Rcode rcode = wire::Rcode::kNoError;
    std::vector<PlainRecord> records;
    std::optional<wire::Name> next;
  };
  const ZoneState& StateOf(const wire::Name& zone);
  ZoneState FindState(const wire::Name& zone);
  // The DS set that the parent gives. Nothing when the state is known without it.
  std::optional<std::vector<PlainRecord>> FindDs(const wire::Name& zone, ZoneState* state);
  ZoneState KeysFor(const wire::Name& zone, const std::vector<PlainRecord>& ds);
  wire::Name ZoneOf(wire::NameView name, wire::RRType type) const;

  Link AskLink(wire::NameView name, wire::RRType type);
  // Checks the records of a link that is not negative.
  void CheckPositive(const wire::Name& zone, const PlainMessage& reply, wire::NameView name,
                     const ZoneState& state, Link* link) const;
  void CheckNegative(const wire::Name& zone, const PlainMessage& reply, wire::NameView name,
                     wire::RRType type, const ZoneState& state, Link* link) const;

  // The good signature of a set, if there is one in the section.
  std::optional<Rrsig> FindSignature(const wire::Name& zone, const std::vector<PlainRecord>& rrset,
                                     const std::vector<PlainRecord>& section,
                                     const std::vector<Octets>& keys) const;
  // The records of the type in the authority section that are signed, and not from a wildcard.
  std::vector<PlainRecord> SignedRecords(const wire::Name& zone, const PlainMessage& reply,
                                         wire::RRType type, const std::vector<Octets>& keys) const;

  Options options_;
  AskZone ask_;
  std::map<std::string, ZoneState> states_;
};

// Says how a resolver's reply differs from what it must be. Empty when it does not.
std::string DiffFromVerdict(const Verdict& verdict, const PlainMessage& query,
                            const PlainMessage& reply);

}  // namespace tern::sim
