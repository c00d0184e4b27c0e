// The clients that may ask, of a configuration of Unbound. There the narrowest block counts. In
// tern.yaml, `access.deny` goes before `access.allow`.
//
// Thread: any.
#pragma once

#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/tool/unbound_file.h"

namespace tern::resolver::tool {

// One `access-control`.
struct UnboundAccessRule {
  Prefix prefix;
  bool allowed = false;
  const UnboundOption* option = nullptr;  // it outlives the rule
};

struct UnboundAccess {
  std::vector<Prefix> allow;
  std::vector<Prefix> deny;
  // Blocks that are allowed inside of a refused one, which is inside of an allowed one. Their
  // clients would be refused.
  std::vector<const UnboundOption*> refused;
};

// All that no rule allows is refused in both. This machine may ask if no rule says otherwise.
UnboundAccess JoinUnboundAccess(std::vector<UnboundAccessRule> rules);

}  // namespace tern::resolver::tool
