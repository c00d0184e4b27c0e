#include "resolver/control/glance.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tern::resolver::control {
namespace {

Glance::Family LookAtFamily(const upstream::ServerTable& servers, bool ipv6) {
  if (servers.IsFamilyBroken(ipv6)) return Glance::Family::kBroken;
  return servers.HasFamilyAnswered(ipv6) ? Glance::Family::kWorks : Glance::Family::kUnknown;
}

void LeaveOutOldLooks(Glance* glance) {
  for (WorkerLook& look : glance->looks) {
    if (glance->now - look.told_at > kGlanceLookMax) look.in_flight = nullptr;
    if (look.in_flight != nullptr) glance->looked_at = std::max(glance->looked_at, look.told_at);
  }
}

}  // namespace

Glance TakeGlance(const Sources& sources, std::chrono::milliseconds wait_max) {
  Glance glance;
  // First, because it may wait: all that follows is of one moment.
  if (sources.looks != nullptr) glance.looks = sources.looks->Look(wait_max);
  glance.now = sources.now();
  glance.unix_seconds = sources.unix_now();
  glance.started = sources.daemon->started();
  glance.generation = sources.daemon->generation();
  glance.workers = sources.workers;
  glance.counts = sources.counters->ReadCounters();
  glance.health = LookAtHealth(sources, glance.counts);
  glance.ipv4 = LookAtFamily(*sources.servers, /*ipv6=*/false);
  glance.ipv6 = LookAtFamily(*sources.servers, /*ipv6=*/true);
  glance.zones = LookAtZones(*sources.daemon->zones(), *sources.servers, glance.now);
  // Those that are down come first.
  std::stable_sort(
      glance.zones.begin(), glance.zones.end(),
      [](const ZoneHealth& a, const ZoneHealth& b) { return a.IsDown() > b.IsDown(); });
  if (glance.zones.size() > kGlanceTopMax) glance.zones.resize(kGlanceTopMax);
  LeaveOutOldLooks(&glance);
  glance.cache = sources.store->Statistics();
  glance.use = ReadProcessUse();
  glance.traffic = sources.traffic->ReadTraffic(glance.now);
  service::Traffic& traffic = glance.traffic;
  for (TopList::Snapshot* const list :
       {&traffic.names, &traffic.types, &traffic.clients, &traffic.failing}) {
    list->KeepTop(kGlanceTopMax);
  }
  if (traffic.failures.size() > kGlanceTopMax) traffic.failures.resize(kGlanceTopMax);
  glance.traffic_seconds = TopList::WindowSeconds(
      std::chrono::seconds(std::max<int64_t>(0, glance.unix_seconds - glance.started)));
  return glance;
}

}  // namespace tern::resolver::control
