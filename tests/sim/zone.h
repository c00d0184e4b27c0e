// One zone from master file text. A look-up works as in an authoritative server (RFC 1034 section
// 4.3.2, RFC 4592, RFC 6672).
//
// Thread: any may look; immutable. Bound: the text it was made from.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/sim/plain_message.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::sim {

enum class ZoneMatch : uint8_t {
  kAnswer,    // records of the type; for ANY, all records of the name
  kCname,     // one CNAME; the question goes on at its target
  kDname,     // the DNAME of an ancestor
  kReferral,  // NS records of a cut at or above the name
  kNoData,    // the name exists, also as an empty non-terminal, but the type does not
  kNxDomain,
};

struct ZoneLookup {
  ZoneMatch match = ZoneMatch::kNxDomain;
  std::vector<PlainRecord> records;  // with the owner replaced if a wildcard made them
};

// The records of master file text. Names without a dot at their end are below the origin.
absl::StatusOr<std::vector<PlainRecord>> RecordsFromText(std::string_view origin,
                                                         std::string_view text);
// The same of text that must be sound. Otherwise it aborts the test.
std::vector<PlainRecord> RecordsOfText(std::string_view origin, std::string_view text);

class Zone {
 public:
  // The text must have the origin's SOA. Names without a dot at their end are below the origin.
  static absl::StatusOr<Zone> FromText(std::string_view origin, std::string_view text);
  // REQUIRES: an SOA at the origin, no record outside the zone.
  static Zone FromRecords(wire::NameView origin, const std::vector<PlainRecord>& records);

  wire::NameView origin() const { return origin_; }
  bool Covers(wire::NameView name) const { return name.IsSubdomainOf(origin_); }
  // REQUIRES: Covers(name).
  ZoneLookup Lookup(wire::NameView name, wire::RRType type) const;
  // The records at the name, even if a cut hides them. For glue.
  std::vector<PlainRecord> RecordsAt(wire::NameView name, wire::RRType type) const;
  PlainRecord Soa() const;

 private:
  struct CanonicalLess {
    bool operator()(const wire::Name& a, const wire::Name& b) const {
      return wire::CompareCanonical(a, b) < 0;
    }
  };
  using Node = std::map<wire::RRType, std::vector<PlainRecord>>;

  const Node* Find(wire::NameView name) const;
  // Whether a name below `name` has records.
  bool HasDescendant(wire::NameView name) const;
  bool Exists(wire::NameView name) const { return Find(name) != nullptr || HasDescendant(name); }
  ZoneLookup FromNode(const Node& node, wire::NameView owner, wire::RRType type) const;

  wire::Name origin_;
  std::map<wire::Name, Node, CanonicalLess> nodes_;
};

}  // namespace tern::sim
