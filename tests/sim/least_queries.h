// The least number of queries over UDP that an answer to a question takes. It is for a resolver
// that asks servers that answer at once, and that keeps what it learns. It counts:
// - one query per zone cut;
// - one for an alias that leads to another zone;
// - those that QNAME minimisation adds (RFC 9156 section 2.3);
// - those that find a name server without glue.
//
// It is computed from the zones, without resolver/. If the resolver may choose among servers and
// the choice makes a difference, there are several such numbers.
//
// Some things cost more than they must, and that is right:
// - What a server says about an alias' target in another zone does not count. The target is asked
//   for there.
// - The address of a second name server without glue is looked up beside the first, in case that
//   one is silent. If it asks something at the same time as the question, both ask it.
// - A relaxed minimisation asks for the whole name after the denial of a part (step 6c).
//
// Thread: one. Bounds: kWaysMax ways that a resolution can go, kQueriesMax queries each.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "resolver/base/resolution_settings.h"
#include "tests/sim/naive_oracle.h"
#include "tests/sim/random_internet.h"

namespace tern::sim {

class LeastQueries {
 public:
  static constexpr size_t kWaysMax = 128;
  static constexpr size_t kQueriesMax = 40;

  // For an internet that does not change and that outlives this object. At first only the root's
  // name servers are known, by priming.
  LeastQueries(const RandomInternet* internet, const TtlBounds& bounds,
               resolver::QnameMinimisation mode);

  // For a question that follows those that were Asked, within a second or two. Empty for cases that
  // this cannot compute: loops, cycles, endless chains, and TTLs that may or may not be over.
  std::set<size_t> Count(wire::NameView name, wire::RRType type);
  // Call it when the resolver has asked what was counted last. False when it is not certain what
  // the resolver learnt.
  bool Asked();

 private:
  struct Known {
    Truth::Kind kind = Truth::Kind::kNoData;
    std::vector<PlainRecord> records;
    uint32_t ttl = 0;
    bool operator==(const Known& other) const {
      return kind == other.kind && SameRecords(records, other.records);
    }
  };
  struct Cut {
    uint32_t ttl = 0;
    std::set<size_t> glued;  // hosts
    bool operator==(const Cut& other) const { return glued == other.glued; }
  };
  struct Memory {
    std::map<std::string, Known> data;         // by name and type; by name alone: no such name
    std::map<size_t, Cut> cuts;                // by zone
    std::set<std::pair<size_t, size_t>> lame;  // number of a host's address, zone
    std::set<size_t> without_parts;            // zones that failed a part of a name
    bool operator==(const Memory&) const = default;
  };
  class Way;

  const RandomInternet* internet_;
  TtlBounds bounds_;
  resolver::QnameMinimisation mode_;
  Memory memory_;
  std::vector<Memory> after_;  // what may be known after the question that was counted last
};

}  // namespace tern::sim
