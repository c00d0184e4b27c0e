// The trust anchor that a name is validated from.
//
// Thread: any. Borrows the settings.
#pragma once

#include "resolver/base/dnssec_settings.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {

struct AnchorOfName {
  const TrustAnchor* anchor = nullptr;  // null: the name is insecure
  // The negative trust anchor that says so, if one does. It lives as long as the settings.
  const NegativeAnchor* exempt = nullptr;
};

// The nearest anchor at or above the name. A negative anchor that is as near exempts the name (RFC
// 7646); an anchor below it counts again.
// Budget: a comparison for each trust anchor, and a probe for each label, whatever the number of
// negative anchors (BM_FindAnchor).
AnchorOfName FindAnchor(const ValidationSettings& settings, wire::NameView name);

}  // namespace tern::resolver::dnssec
