// An authoritative name server of the simulated internet. It answers from zones, or misbehaves. Of
// a signed zone it gives signatures and proofs when the query has DO (RFC 4035 section 3.1).
//
// Thread: one. Bound: its zones' texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/sim/sim_world.h"
#include "tests/sim/zone.h"
#include "tests/support/dnssec/signed_zone.h"

namespace tern::sim {

enum class Fault : uint8_t {
  kNone,
  kSilent,
  kUnreachable,  // the host says that nobody listens
  kRefused,
  kServFail,
  kNotImp,
  kFormErr,
  kRefersUpward,      // lame: refers to the root
  kRefersToItself,    // lame: the zone's own NS instead of an answer
  kNotAuthoritative,  // lame: empty NOERROR without AA, SOA or NS
  kAnswersWithoutAA,  // the right data, AA missing
  kWrongId,
  kWrongQuestion,  // another name
  kWrongCase,      // the name of the question comes back in the other case
  kNoQuestion,
  kTruncatesAlways,  // TC and nothing else over UDP
  kGarbage,          // octets that are no message
  kEmpty,            // a datagram without octets
  kBrokenRdata,      // the last octet of RDATA is missing, if the type has a fixed form
  kZeroesOpt,        // OPT's room is zeroed, and is before the answer
  kAnnouncesOne,     // one additional record is announced and is not there
  kOtherClass,       // the records of the answer are of class CH
  kDenies,           // NXDOMAIN, whatever else the reply says
};

// What a server does about cookies (RFC 7873). A good cookie is made from its secret and the client
// cookie.
enum class CookieUse : uint8_t {
  kIgnores,
  kGives,
  kDemands,    // over UDP: BADCOOKIE if the cookie is not good, TC if there is none
  kAllAreBad,  // over UDP: BADCOOKIE for every cookie
  kCopies,     // sends back the client cookie alone
};

struct Conduct {
  Fault fault = Fault::kNone;
  Duration think_time{0};
  // What a query with EDNS gets. Queries without EDNS are answered. kNone: the server knows EDNS.
  Fault with_edns = Fault::kNone;
  Fault with_cookie = Fault::kNone;    // the same for queries with a cookie
  Fault with_capitals = Fault::kNone;  // the same for questions with a capital letter
  Fault with_tlsa = Fault::kNone;      // the same for questions of type TLSA
  // What a question gets whose answer would be NODATA. With QNAME minimisation many are.
  Fault with_no_data = Fault::kNone;
  size_t udp_octets_max = SIZE_MAX;  // larger replies over UDP do not arrive
  CookieUse cookies = CookieUse::kIgnores;
  uint8_t cookie_secret = 1;
  uint8_t server_cookie_octets = 16;
  bool wrong_client_cookie = false;  // sends it back with one bit changed
  bool old_cookie = false;           // over UDP it sends somebody else's cookie, over TCP none
  bool udp_silent = false;
  bool tcp_silent = false;
  bool tcp_refused = false;
  Duration tcp_drip{0};              // between two octets of an answer over TCP
  size_t tcp_octets_max = SIZE_MAX;  // the connection is closed after so many
  bool without_soa = false;          // negative answers come without the SOA
  bool minimal = true;               // authority and additional records only in referrals
  bool copies_case = true;           // false: the question comes back in lower case
  Octets report_channel = {};        // content of the option in each reply with EDNS; empty: none
  uint16_t payload_max = 1232;       // octets over UDP, whatever the client allows
};

class ZoneServer : public SimServer {
 public:
  ZoneServer() = default;
  // For worlds written by hand. Aborts when the text is not a zone.
  ZoneServer(std::string_view origin, std::string_view text) { AddZone(origin, text); }

  // Adds a zone. It replaces one of the same origin.
  void AddZone(std::string_view origin, std::string_view text);
  void AddZone(std::shared_ptr<const Zone> zone);
  void AddZone(std::shared_ptr<const SignedZone> zone);
  void RemoveZone(std::string_view origin) { RemoveZone(NameOf(origin).view()); }
  void RemoveZone(wire::NameView origin);
  Conduct& conduct() { return conduct_; }
  size_t queries() const { return queries_; }

  SimAnswer OnQuery(const SimQuery& query) override;
  // The honest answer.
  PlainMessage Answer(const PlainMessage& query) const;

 private:
  static constexpr int kChainMax = 16;

  struct Served {
    std::shared_ptr<const Zone> zone;
    std::shared_ptr<const SignedZone> signed_zone;  // null if it is not signed
  };
  // A zone for one query. With `proofs` the query has DO and the zone is signed.
  struct Source {
    const Zone& zone;
    const SignedZone* proofs;
  };

  const Served* ZoneFor(wire::NameView name, wire::RRType type) const;
  // Adds one link of the chain. False when the answer is complete.
  bool AnswerLink(const Source& source, wire::RRType type, wire::Name* name,
                  PlainMessage* reply) const;
  bool AnswerFrom(const Source& source, const ZoneLookup& found, wire::RRType type,
                  wire::Name* name, PlainMessage* reply) const;
  bool FollowDname(const PlainRecord& dname, wire::Name* name, PlainMessage* reply) const;
  void Refer(const Source& source, const std::vector<PlainRecord>& servers,
             PlainMessage* reply) const;
  void AddFullSections(const Source& source, PlainMessage* reply) const;
  void AddAddresses(const Source& source, const PlainRecord& record, PlainMessage* reply) const;
  // False when nothing is to be sent.
  bool ApplyFault(Fault fault, const PlainMessage& query, PlainMessage* reply) const;
  // Puts a cookie into the reply, or makes the reply say that the query's cookie is not good.
  void ApplyCookies(const PlainMessage& query, bool tcp, PlainMessage* reply) const;
  Octets Encode(const PlainMessage& query, const PlainMessage& reply, Transport transport) const;

  std::vector<Served> zones_;
  Conduct conduct_;
  size_t queries_ = 0;
};

}  // namespace tern::sim
