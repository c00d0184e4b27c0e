#include "resolver/dnssec/anchors.h"

namespace tern::resolver::dnssec {

AnchorOfName FindAnchor(const ValidationSettings& settings, wire::NameView name) {
  AnchorOfName found;
  for (const TrustAnchor& anchor : settings.anchors) {
    if (!name.IsSubdomainOf(anchor.zone)) continue;
    if (found.anchor == nullptr ||
        anchor.zone.view().LabelCount() > found.anchor->zone.view().LabelCount()) {
      found.anchor = &anchor;
    }
  }
  for (const NegativeAnchor& negative : settings.negative_anchors.all()) {
    if (!name.IsSubdomainOf(negative.zone)) continue;
    const size_t labels = negative.zone.view().LabelCount();
    if (found.anchor != nullptr && labels < found.anchor->zone.view().LabelCount()) continue;
    if (found.exempt == nullptr || labels > found.exempt->zone.view().LabelCount()) {
      found.exempt = &negative;
    }
  }
  if (found.exempt != nullptr) found.anchor = nullptr;
  return found;
}

}  // namespace tern::resolver::dnssec
