#include "resolver/control/collect_zones.h"

#include <string>
#include <utility>

#include "resolver/control/zone_health.h"

namespace tern::resolver::control {
namespace {

void CollectCounts(const upstream::ZoneCountSums& sums, std::vector<Family>* families) {
  Family queries{.name = "tern_zone_queries",
                 .type = MetricType::kCounter,
                 .help = "Queries to the servers of a forward or stub zone."};
  Family silences{.name = "tern_zone_timeouts",
                  .type = MetricType::kCounter,
                  .help = "Those of them without a reply in their time."};
  Family failures{.name = "tern_zone_failures",
                  .type = MetricType::kCounter,
                  .help =
                      "Questions to which no server of a forward or stub zone gave a useful "
                      "reply."};
  for (const auto& [zone, counts] : sums) {
    const Labels labels = {{"zone", zone}};
    queries.samples.push_back({labels, static_cast<double>(counts.queries)});
    silences.samples.push_back({labels, static_cast<double>(counts.silences)});
    failures.samples.push_back({labels, static_cast<double>(counts.failures)});
  }
  families->push_back(std::move(queries));
  families->push_back(std::move(silences));
  families->push_back(std::move(failures));
}

}  // namespace

void CollectZones(const Sources& sources, std::vector<Family>* families) {
  Family servers{.name = "tern_zone_servers",
                 .help = "Servers of the forward and stub zones, by whether they answer."};
  Family fastest{.name = "tern_zone_round_trip_seconds",
                 .unit = "seconds",
                 .help = "Smoothed round trip of the fastest server of a zone that answers."};
  for (const ZoneHealth& zone :
       LookAtZones(*sources.daemon->zones(), *sources.servers, sources.now())) {
    const auto add = [&](const char* state, size_t count) {
      servers.samples.push_back(
          {{{"zone", zone.zone}, {"state", state}}, static_cast<double>(count)});
    };
    add("answering", zone.answering);
    add("silent", zone.silent);
    add("unknown", zone.unknown);
    if (zone.fastest.count() != 0) {
      fastest.samples.push_back(
          {{{"zone", zone.zone}}, static_cast<double>(zone.fastest.count()) / 1e6});
    }
  }
  families->push_back(std::move(servers));
  families->push_back(std::move(fastest));
  Family broken{.name = "tern_family_broken",
                .help = "1 if no name server answers over the family of addresses."};
  for (const bool ipv6 : {false, true}) {
    broken.samples.push_back(
        {{{"family", ipv6 ? "ipv6" : "ipv4"}}, sources.servers->IsFamilyBroken(ipv6) ? 1.0 : 0.0});
  }
  families->push_back(std::move(broken));
  CollectCounts(sources.zone_counts(), families);
}

}  // namespace tern::resolver::control
