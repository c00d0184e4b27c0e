#include "resolver/control/zone_health.h"

#include "wire/presentation.h"

namespace tern::resolver::control {

std::vector<ZoneHealth> LookAtZones(const std::vector<StaticZone>& zones,
                                    const upstream::ServerTable& servers, Time now) {
  std::vector<ZoneHealth> all;
  for (const StaticZone& zone : zones) {
    ZoneHealth& health = all.emplace_back();
    health.zone = wire::ToText(zone.zone);
    health.forward = zone.forward;
    for (const Endpoint& server : zone.to) {
      const upstream::ServerState state = servers.Get(server);
      if (state.IsDeadAt(now)) {
        ++health.silent;
      } else if (!state.HasAnswered()) {
        ++health.unknown;
      } else {
        ++health.answering;
        const bool is_first = health.fastest.count() == 0;
        if (is_first || state.srtt < health.fastest) health.fastest = state.srtt;
      }
    }
  }
  return all;
}

}  // namespace tern::resolver::control
