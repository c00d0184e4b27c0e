// The zones in which nothing is validated: the negative trust anchors of the configuration, and the
// private zones.
//
// Thread: any. Bounded by the configuration.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "resolver/base/dnssec_settings.h"
#include "resolver/base/resolution_settings.h"

namespace tern::resolver::config {

// Earlier than the end of each anchor.
inline constexpr int64_t kBeforeAllEnds = std::numeric_limits<int64_t>::min();

// What is in force at `now` (Unix time). A private zone that is in the configuration too has the
// configured reason, and stays when the configured anchor ends.
NegativeAnchors ExemptZonesAt(const std::vector<NegativeAnchor>& configured,
                              const std::vector<StaticZone>& static_zones,
                              const std::vector<TrustAnchor>& trust_anchors, int64_t now);

// When the next of the anchors ends after `now`, or NegativeAnchor::kNoEnd.
int64_t NextEnd(const std::vector<NegativeAnchor>& configured, int64_t now);

}  // namespace tern::resolver::config
