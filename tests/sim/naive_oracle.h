// What the zones of an internet said and when, and a little resolver without network and cache. It
// says which answers to a question are right. It walks the records themselves. It shares no code
// with resolver/ or with the zones that the simulated servers answer from.
//
// Zones change. A resolver may still tell what was true while its TTL lasts. The TTL counts from
// the last moment at which the resolver could learn it: a server still served it, and a delegation
// still led there.
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

// The content of a zone for some time.
struct ZoneContent {
  Time from;
  Time until = Time::max();  // when the last server stopped serving it
  std::vector<PlainRecord> records;
  // child zone's number -> the owner that its delegation leads to
  std::map<size_t, size_t> owner_of_child;
};

struct ZoneHistory {
  wire::Name origin;
  // A domain that was sold has a new owner, with servers and contents of its own.
  std::vector<std::vector<ZoneContent>> owners;
};

using InternetHistory = std::vector<ZoneHistory>;  // the first is the root

// What one name server says about one name and type.
struct Truth {
  enum class Kind : uint8_t { kRecords, kCname, kDname, kNoData, kNxDomain };
  Kind kind = Kind::kNxDomain;
  std::vector<PlainRecord> records;  // for a negative answer: the SOA
  Time learnt_last;
  size_t zone = 0;  // the zone's number
};

// The records at a name.
std::vector<PlainRecord> At(const ZoneContent& content, wire::NameView owner, wire::RRType type);

// What a server of one zone says: that the name is in a child zone, or what there is.
struct ZoneAnswer {
  std::optional<wire::Name> cut;
  Truth truth;
};
ZoneAnswer AskContent(const ZoneContent& content, wire::NameView origin, wire::NameView name,
                      wire::RRType type);

// Bounds of the TTLs that a resolver gives out, in seconds.
struct TtlBounds {
  uint32_t min_ttl = 0;
  uint32_t max_ttl = 86400;
  uint32_t max_negative_ttl = 3600;

  uint32_t Of(const Truth& truth) const;
};

class NaiveOracle {
 public:
  // How long a resolution may keep what it has learnt before it tells a client.
  static constexpr Duration kResolutionMax = std::chrono::seconds(10);

  // REQUIRES: the history outlives the oracle. It may grow.
  NaiveOracle(const InternetHistory* history, const TtlBounds& bounds)
      : history_(history), bounds_(bounds) {}

  // Everything that may be told about the name itself at `now`, from any time. With `stale`, also
  // what ended at most so many seconds ago.
  std::vector<Truth> TruthsOf(wire::NameView name, wire::RRType type, Time now,
                              uint32_t stale = 0) const;

  // What a reply may do besides telling what is true now.
  struct Allowance {
    bool soa_missing = false;  // servers may have left out the SOA of a negative answer
    bool partial = false;      // the first links of a chain are enough
    // For so many seconds past its TTL, data may be told with `stale_ttl` (RFC 8767).
    uint32_t max_stale = 0;
    uint32_t stale_ttl = 30;
  };
  // Says what is wrong with a reply that was sent at `now`. Empty when nothing is. SERVFAIL is not
  // judged here.
  std::string Judge(const PlainMessage& reply, Time now, const Allowance& allowance) const;
  // The same for a referral: NS records of a cut at or above the name, as a parent gave them.
  std::string JudgeReferral(const PlainMessage& reply, Time now) const;

  // Where the chain of aliases from a name ends, by the newest contents.
  struct Chain {
    int links = 0;
    bool loops = false;
    bool overflows = false;     // a DNAME leads to a name that is too long
    std::vector<size_t> zones;  // of each name in the chain
    std::vector<Truth> steps;
  };
  static constexpr int kChainMax = 40;
  Chain Follow(wire::NameView name, wire::RRType type, Time now) const;

 private:
  void Walk(size_t zone, size_t owner, Time learnt_last, wire::NameView name, wire::RRType type,
            Time now, std::vector<Truth>* truths) const;
  // Whether its TTL ended at most `stale` seconds ago. It counts from when it could last be learnt.
  bool MayTell(const Truth& truth, Time now, uint32_t stale) const;

  const InternetHistory* history_;
  TtlBounds bounds_;
};

// The one name in the RDATA of a CNAME, DNAME, NS or PTR record.
wire::Name NameInRdata(const PlainRecord& record);
// The CNAME's target under a DNAME. Nothing when it is too long (RFC 6672 section 2.2).
std::optional<wire::Name> Rename(wire::NameView name, const PlainRecord& dname);

}  // namespace tern::sim
