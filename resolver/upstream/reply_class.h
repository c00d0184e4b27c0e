// Says what an upstream reply means for the question that was asked: a pure function.
//
// Thread: any. Nothing is kept.
#pragma once

#include <cstdint>
#include <optional>

#include "resolver/policy/name_source.h"
#include "resolver/upstream/reply_records.h"
#include "wire/message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::upstream {

enum class ReplyClass : uint8_t {
  kAnswer,         // records of the type that was asked, perhaps behind links of a chain
  kAlias,          // links of a chain; its end is to be asked elsewhere
  kNoData,         // RFC 2308 section 2.2
  kNxDomain,       // RFC 2308 section 2.1
  kYxDomain,       // a DNAME leads to a name that is too long (RFC 6672 section 2.2)
  kReferral,       // a zone cut nearer to the name
  kEmpty,          // NOERROR, and nothing in it helps: no answer to the question, no SOA, no cut
  kBare,           // NOERROR or NXDOMAIN, and neither AA nor an SOA of the zone nor a record; or a
                   // denial of DS by the child
  kLame,           // the server does not serve the zone (RFC 9499 section 7)
  kServerFailure,  // SERVFAIL, REFUSED and other codes; a reply that contradicts itself
  kFormatError,    // FORMERR, NOTIMP, BADVERS: perhaps because of EDNS (RFC 6891 section 7)
  kTruncated,      // TC: ask over TCP
};

// One link of a chain inside a reply.
struct ChainLink {
  enum class Kind : uint8_t { kNone, kFinal, kCname, kDname, kOverflow };
  Kind kind = Kind::kNone;
  const ReplyRecord* record = nullptr;  // the first record of the link's RRset

  // Whether a DNAME leads to the next name. kOverflow: that name is too long.
  bool IsRenaming() const { return kind == Kind::kDname || kind == Kind::kOverflow; }
};

// What the answer section says about (name, type). It is one of these: the RRset itself, a CNAME at
// the name, or a DNAME above it (RFC 6672 section 3.2). For the last two, *target is the next name.
ChainLink FindLink(const ReplyRecords& records, wire::NameView name, wire::RRType type,
                   wire::Name* target);

struct ReplyMeaning {
  ReplyClass reply_class = ReplyClass::kServerFailure;
  wire::Name end;  // the last name of the chain, or the question's if there is no chain
  const ReplyRecord* soa = nullptr;  // of a negative answer
  bool from_forwarder = false;
  wire::Name cut;  // kReferral: the new zone cut
};

// `zone` is the zone whose server was asked. If `forwarded`, it is the forwarder's zone. The chain
// ends where it leaves the zone, and at a name that `source` is not the source of. If `source` is
// null, all names have the same source. The result points into `records`.
ReplyMeaning ClassifyReply(const ReplyRecords& records, wire::NameView name, wire::RRType type,
                           wire::NameView zone, bool forwarded,
                           const policy::NameSource* source = nullptr);

}  // namespace tern::resolver::upstream
