#include "resolver/tool/unbound_defaults.h"

namespace tern::resolver::tool {

std::span<const UnboundDefault> UnboundDefaults() {
  static const UnboundDefault kDefaults[] = {
      {"workers", "1", "ternd has one for each processor", {"num-threads"}},
      {"cache.memory", "8MiB", "ternd takes 256MiB", {"msg-cache-size", "rrset-cache-size"}},
      {"cache.max_stale",
       "0s",
       "when no server answers, ternd gives what expired within a day",
       {"serve-expired"}},
      {"resolution.budget.client_timeout",
       "10ms",
       "ternd looks for a fresh answer for 1800ms first",
       {"serve-expired-client-timeout"},
       "serve-expired"},
      {"cache.prefetch", "false", "ternd asks again for records in use", {"prefetch"}},
      {"resolution.case_randomisation",
       "false",
       "ternd asks for names in random case",
       {"use-caps-for-id"}},
      {"dnssec.validation",
       "false",
       "ternd validates; Unbound does not without a trust anchor",
       {"auto-trust-anchor-file", "trust-anchor-file", "trust-anchor", "trusted-keys-file"}},
      {"mail.additional", "false", "ternd adds the addresses of hosts to answers for MX", {}},
      {"mail.warm", "false", "ternd looks up these addresses behind such an answer", {}},
      {"mail.spf", "false", "ternd looks up what an SPF record refers to", {}},
      {"http.listen", "[]", "ternd serves metrics and a page at 127.0.0.1:9530", {}},
      {"control.socket", R"("")", "ternd takes commands of root there", {"control-enable"}},
  };
  return kDefaults;
}

}  // namespace tern::resolver::tool
