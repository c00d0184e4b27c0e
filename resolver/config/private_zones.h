// Forward and stub zones that are not validated because they are private.
//
// The public tree does not have such a zone, or has another one: it would prove that the names in
// it do not exist.
//
// Thread: any. Bounded by the configuration.
#pragma once

#include <vector>

#include "resolver/base/dnssec_settings.h"
#include "resolver/base/resolution_settings.h"
#include "wire/name.h"

namespace tern::resolver::config {

// The zones whose servers all have private addresses (RFC 1918, RFC 4193), link-local or loopback
// ones. These are not among them:
// - The root.
// - A zone with `validate: true`.
// - A zone with a trust anchor of its own.
std::vector<wire::Name> PrivateZones(const std::vector<StaticZone>& zones,
                                     const std::vector<TrustAnchor>& anchors);

}  // namespace tern::resolver::config
