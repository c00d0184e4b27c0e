// The settings that the core reads: the rooms answer, upstream, resolution and
// mail. A job keeps the
// snapshot with which it began.
//
// Thread: any may read a snapshot; nobody writes one after it was made. Bounded by the
// configuration.
#pragma once

#include <vector>

#include "resolver/base/cache_settings.h"
#include "resolver/base/dnssec_settings.h"
#include "resolver/base/mail_settings.h"
#include "resolver/base/resolution_settings.h"
#include "resolver/policy/access.h"
#include "resolver/policy/block_lists.h"
#include "resolver/policy/static_zones.h"

namespace tern::resolver::policy {

struct CoreSettings {
  CoreSettings() = default;
  CoreSettings(const ResolutionSettings& resolution_settings, const CacheSettings& cache_settings,
               const std::vector<StaticZone>& zones,
               const MailSettings& mail_settings = MailSettings());

  // Here the lists never_query and own are empty. never_asked has their prefixes.
  ResolutionSettings resolution;
  CacheSettings cache;
  MailSettings mail;  // here its lists are empty: block_lists has them
  ValidationSettings dnssec;
  BlockLists block_lists;
  StaticZones static_zones;
  AccessList never_asked;
};

}  // namespace tern::resolver::policy
