// The part of RecursiveService that begins what a worker looks after by itself.
#include <memory>

#include "resolver/service/recursive_service.h"

namespace tern::resolver::service {

void RecursiveService::CheckLists() {
  list_checks_ = std::make_unique<mail::ListChecks>(&recursor_.facilities(), &recursor_.table());
}

void RecursiveService::CheckAnchors(dnssec::AnchorKeeper* keeper) {
  anchor_checks_ = std::make_unique<resolution::AnchorChecks>(&recursor_.facilities(),
                                                              &recursor_.table(), keeper);
}

}  // namespace tern::resolver::service
