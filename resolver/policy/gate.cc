#include "resolver/policy/gate.h"

namespace tern::resolver::policy {

Gate::Gate(std::span<const Prefix> allow, std::span<const Prefix> deny,
           const RateLimitSettings& rate_limit, bool require_cookies, uint64_t seed)
    : access_(allow),
      denied_(deny),
      has_denied_(!deny.empty()),
      rate_limit_(rate_limit, seed),
      is_limited_(rate_limit_.limits_queries() || rate_limit_.limits_misses()),
      require_cookies_(require_cookies) {}

}  // namespace tern::resolver::policy
