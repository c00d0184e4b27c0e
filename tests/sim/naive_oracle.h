// What the zones of an internet said and when, and a little resolver without network and cache that
// says which answers to a question are right. It walks the records themselves and shares no code
// with resolver/ nor with the zones that the simulated servers answer from.
//
// Zones change. What was true may still be told while its TTL lasts, counted from the last moment
// at which it could be learnt: a server still served it, and a delegation still led there.
//
// Thread: one. Bound: the history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resolver/base/time.h"
#include "tests/sim/plain_message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

using resolver::Duration;
using resolver::Time;

// What a zone holds for a while.
struct ZoneContent {
  Time from;
  Time until = Time::max();  // when the last server stopped to serve it
  std::vector<PlainRecord> records;
  std::map<size_t, size_t> owner_of_child;  // child zone's number -> owner its delegation leads to
};

struct ZoneHistory {
  wire::Name origin;
  // A domain that was sold has a new owner, with servers and contents of his own.
  std::vector<std::vector<ZoneContent>> owners;
};

using InternetHistory = std::vector<ZoneHistory>;  // the first is the root

// What one name server says of one name and type.
struct Truth {
  enum class Kind : uint8_t { kRecords, kCname, kDname, kNoData, kNxDomain };
  Kind kind = Kind::kNxDomain;
  std::vector<PlainRecord> records;  // of a negative answer: the SOA
  Time learnt_last;
  size_t zone = 0;  // its number
};

// What stands at a name.
std::vector<PlainRecord> At(const ZoneContent& content, wire::NameView owner, wire::RRType type);

// What a server of one zone says: that a child has the name, or what there is.
struct ZoneAnswer {
  std::optional<wire::Name> cut;
  Truth truth;
};
ZoneAnswer AskContent(const ZoneContent& content, wire::NameView origin, wire::NameView name,
                      wire::RRType type);

// The TTLs that a resolver gives out are within these; seconds.
struct TtlBounds {
  uint32_t min_ttl = 0;
  uint32_t max_ttl = 86400;
  uint32_t max_negative_ttl = 3600;

  uint32_t Of(const Truth& truth) const;
};

class NaiveOracle {
 public:
  // How long a resolution may hold on to what it has learnt before it tells a client.
  static constexpr Duration kResolutionMax = std::chrono::seconds(10);

  // The history outlives the oracle and may grow.
  NaiveOracle(const InternetHistory* history, const TtlBounds& bounds)
      : history_(history), bounds_(bounds) {}

  // All that may be told at `now` of the name itself, from whatever time; and with `stale` what
  // ended as many seconds ago at most.
  std::vector<Truth> TruthsOf(wire::NameView name, wire::RRType type, Time now,
                              uint32_t stale = 0) const;

  // What a reply may do beside telling all that is true now.
  struct Allowance {
    bool soa_missing = false;  // servers may have left out the SOA of a negative answer
    bool partial = false;      // the first links of a chain will do
    // Seconds past its TTL that something may be told with `stale_ttl` (RFC 8767).
    uint32_t max_stale = 0;
    uint32_t stale_ttl = 30;
  };
  // What is wrong with a reply that was sent at `now`; empty when nothing is. SERVFAIL is not
  // judged here.
  std::string Judge(const PlainMessage& reply, Time now, const Allowance& allowance) const;
  // The same of a referral: NS records of a cut at or above the name, as a parent gave them.
  std::string JudgeReferral(const PlainMessage& reply, Time now) const;

  // Where the chain of aliases from a name ends, by the newest contents.
  struct Chain {
    int links = 0;
    bool loops = false;
    bool overflows = false;     // a DNAME made a name that is too long
    std::vector<size_t> zones;  // of each name of the chain
    std::vector<Truth> steps;
  };
  static constexpr int kChainMax = 40;
  Chain Follow(wire::NameView name, wire::RRType type, Time now) const;

 private:
  void Walk(size_t zone, size_t owner, Time learnt_last, wire::NameView name, wire::RRType type,
            Time now, std::vector<Truth>* truths) const;
  // Its TTL, counted from when it was last to be learnt, ended no longer than `stale` seconds ago.
  bool MayTell(const Truth& truth, Time now, uint32_t stale) const;

  const InternetHistory* history_;
  TtlBounds bounds_;
};

// The one name in the RDATA of a CNAME, DNAME, NS or PTR record.
wire::Name NameInRdata(const PlainRecord& record);
// The CNAME's target under a DNAME, or nothing when it is too long (RFC 6672 section 2.2).
std::optional<wire::Name> Rename(wire::NameView name, const PlainRecord& dname);

}  // namespace tern::sim
