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
  const NegativeAnchor* const exempt = settings.negative_anchors.Nearest(name);
  if (exempt == nullptr) return found;
  if (found.anchor != nullptr &&
      exempt->zone.view().LabelCount() < found.anchor->zone.view().LabelCount()) {
    return found;
  }
  return {.anchor = nullptr, .exempt = exempt};
}

}  // namespace tern::resolver::dnssec
