#include "resolver/policy/core_settings.h"

#include <utility>

namespace tern::resolver::policy {
namespace {

// Moves both lists out of the settings.
AccessList TakeNeverAsked(ResolutionSettings* settings) {
  std::vector<Prefix> prefixes = std::move(settings->never_query);
  prefixes.insert(prefixes.end(), settings->own.begin(), settings->own.end());
  settings->never_query = {};
  settings->own = {};
  return AccessList(prefixes);
}

}  // namespace

CoreSettings::CoreSettings(const ResolutionSettings& resolution_settings,
                           const CacheSettings& cache_settings,
                           const std::vector<StaticZone>& zones, const MailSettings& mail_settings)
    : resolution(resolution_settings),
      cache(cache_settings),
      mail(mail_settings),
      block_lists(std::move(mail.dnsbl)),
      static_zones(zones),
      never_asked(TakeNeverAsked(&resolution)) {
  mail.dnsbl = {};
}

}  // namespace tern::resolver::policy
