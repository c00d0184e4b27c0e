// Reads the input as a configuration file. Each line of an error must name the file, in print; what
// is accepted must be within the bounds that the rest of the resolver relies on.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/entry.h"
#include "resolver/answer/reply.h"
#include "resolver/config/config.h"
#include "resolver/config/keys.h"
#include "resolver/config/yaml_tree.h"
#include "resolver/resolution/recursor.h"
#include "tests/fuzz/property.h"

namespace tern::resolver {
namespace {

// Relative paths in the input start at this folder, which does not exist.
constexpr std::string_view kFileName = "/nonexistent/tern.yaml";

void CheckBounds(const config::Settings& s) {
  TERN_FUZZ_PROPERTY(!s.listen.empty() && s.listen.size() <= config::kListenMax);
  for (const Endpoint& endpoint : s.listen) TERN_FUZZ_PROPERTY(endpoint.port != 0);
  TERN_FUZZ_PROPERTY(s.workers >= 0 && s.workers <= config::kWorkersMax);
  TERN_FUZZ_PROPERTY(s.cache.memory_octets >= size_t{1} << 20);
  TERN_FUZZ_PROPERTY(s.cache.ttl.min_ttl <= s.cache.ttl.max_ttl);
  TERN_FUZZ_PROPERTY(s.cache.min_failure_ttl >= 1 && s.cache.max_failure_ttl <= 300);
  TERN_FUZZ_PROPERTY(s.cache.min_failure_ttl <= s.cache.max_failure_ttl);
  TERN_FUZZ_PROPERTY(!s.resolution.root_hints.empty());
  TERN_FUZZ_PROPERTY(s.resolution.upstream_port != 0);
  TERN_FUZZ_PROPERTY(s.resolution.ipv4 || s.resolution.ipv6 != Ipv6Use::kOff);
  const Budget& budget = s.resolution.budget;
  TERN_FUZZ_PROPERTY(budget.upstream_queries >= 1);
  TERN_FUZZ_PROPERTY(budget.referrals >= 1 && budget.failed_addresses >= 1);
  TERN_FUZZ_PROPERTY(budget.aliases >= 1 && budget.aliases <= kChainLinksMax);
  TERN_FUZZ_PROPERTY(budget.nesting >= 1 && budget.nesting <= 8);
  TERN_FUZZ_PROPERTY(budget.client_timeout.count() > 0);
  TERN_FUZZ_PROPERTY(budget.client_timeout <= budget.failure_timeout);
  TERN_FUZZ_PROPERTY(budget.failure_timeout <= budget.total_timeout);
  const ResolutionLimits& limits = s.resolution.limits;
  TERN_FUZZ_PROPERTY(limits.per_zone >= 1 && limits.per_server >= 1 && limits.waiters >= 1);
  TERN_FUZZ_PROPERTY(limits.jobs >= 1 && limits.jobs <= kJobsMax);
  TERN_FUZZ_PROPERTY(limits.name_servers >= 1 && limits.name_servers <= cache::kNameServersMax);
  TERN_FUZZ_PROPERTY(limits.addresses >= 1 && limits.addresses <= cache::kAddressesPerServerMax);
  TERN_FUZZ_PROPERTY(limits.tries >= 1 && limits.tries <= 3);
  for (const StaticZone& zone : s.static_zones) {
    TERN_FUZZ_PROPERTY(!zone.to.empty() && zone.to.size() <= config::kStaticServersMax);
    TERN_FUZZ_PROPERTY(zone.forward || !zone.first);
  }
}

}  // namespace
}  // namespace tern::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using namespace tern::resolver;
  const std::string_view yaml(reinterpret_cast<const char*>(octets), size);
  const auto settings = config::ParseConfig(yaml, kFileName);
  if (settings.ok()) {
    CheckBounds(*settings);
    return 0;
  }
  const std::string message(settings.status().message());
  size_t line = 0;
  while (line != std::string::npos) {
    const std::string_view rest = std::string_view(message).substr(line);
    TERN_FUZZ_PROPERTY(rest.starts_with(kFileName) || rest.starts_with("and "));
    line = message.find('\n', line);
    if (line != std::string::npos) ++line;
  }
  for (const char c : message) TERN_FUZZ_PROPERTY(c == '\n' || (c >= 0x20 && c < 0x7f));
  return 0;
}
