// The negative trust anchors that are in force, found by name (RFC 7646).
//
// Thread: any; immutable after construction. Copies share one index. Bounded by the list in the
// configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "wire/name.h"

namespace tern::resolver {

// Nothing is validated at and below its zone.
struct NegativeAnchor {
  static constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();

  wire::Name zone;
  int64_t until = kNoEnd;   // Unix time; from then on it does not count
  std::string reason = {};  // for clients and for the trace; may be empty

  friend bool operator==(const NegativeAnchor&, const NegativeAnchor&) = default;
};

// How long an anchor that is put in force now may hold, as people write it. An error says in words
// what was expected.
absl::StatusOr<std::chrono::seconds> ParseAnchorTime(std::string_view text);

class NegativeAnchors {
 public:
  // No anchors.
  NegativeAnchors() = default;
  // When two anchors have the same zone, the first one counts.
  explicit NegativeAnchors(std::vector<NegativeAnchor> anchors);

  // In the order of the configuration.
  std::span<const NegativeAnchor> all() const;

  // The nearest anchor at or above the name, or null. It lives as long as any copy of this object.
  // Budget: one probe for each label that the name shares with an anchor's zone, and one more,
  // whatever the number of anchors; allocates nothing. Without anchors it is one comparison.
  const NegativeAnchor* Nearest(wire::NameView name) const {
    return index_ == nullptr ? nullptr : Find(name);
  }

  // Whether an anchor has this very zone.
  bool Has(wire::NameView zone) const {
    const NegativeAnchor* const nearest = Nearest(zone);
    return nearest != nullptr && nearest->zone.view().Equals(zone);
  }

  friend bool operator==(const NegativeAnchors& a, const NegativeAnchors& b);

 private:
  struct Index;

  const NegativeAnchor* Find(wire::NameView name) const;

  std::shared_ptr<const Index> index_;  // null without anchors
};

}  // namespace tern::resolver
