#include "resolver/control/health.h"

#include <nlohmann/json.hpp>

#include "resolver/base/version.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

void AddDegraded(const Sources& sources, const CounterSnapshot& counts, Health* health) {
  if (counts.trust_anchor_zones_failing != 0) {
    health->degraded.push_back(
        {"root_not_validated",
         "no trust anchor signs the keys of a zone, so what is signed below it fails"});
  }
  if (counts.time_unsure != 0) {
    health->degraded.push_back(
        {"clock_wrong", "the clock of this machine is plainly wrong, so nothing is secure"});
  }
  for (const bool ipv6 : {false, true}) {
    if (!sources.servers->IsFamilyBroken(ipv6)) continue;
    health->degraded.push_back({ipv6 ? "ipv6_broken" : "ipv4_broken",
                                Concat("no name server answers over ", ipv6 ? "IPv6" : "IPv4")});
  }
  if (sources.servers->silent_zones().IsEverybodySilent()) {
    health->degraded.push_back(
        {"servers_silent", "no name server answers: perhaps this machine has no network"});
  }
  if (sources.daemon->reload_failed()) {
    health->degraded.push_back({"reload_failed",
                                "the configuration file has an error; the one before it is in "
                                "force"});
  }
  for (const ZoneHealth& zone :
       LookAtZones(*sources.daemon->zones(), *sources.servers, sources.now())) {
    if (!zone.IsDown()) continue;
    health->degraded.push_back({zone.forward ? "forwarders_down" : "stub_servers_down",
                                Concat("no server of the zone ", zone.zone, " answers")});
  }
}

}  // namespace

Health LookAtHealth(const Sources& sources, const CounterSnapshot& counts) {
  Health health;
  if (counts.of_upstream.replies() == 0 && counts.of_answers.hits() == 0) {
    health.unready.push_back({"not_primed", "no name server has answered since the start"});
  }
  if (sources.daemon->draining()) {
    health.unready.push_back(
        {"draining", "it drains: no new queries should come; what comes is still answered"});
  }
  AddDegraded(sources, counts, &health);
  return health;
}

std::string HealthJson(const Health& health) {
  nlohmann::ordered_json json;
  json["status"] = health.Word();
  json["ready"] = health.IsReady();
  json["reasons"] = nlohmann::ordered_json::array();
  for (const auto* const reasons : {&health.unready, &health.degraded}) {
    for (const HealthReason& reason : *reasons) {
      json["reasons"].push_back({{"code", reason.code}, {"text", reason.text}});
    }
  }
  json["version"] = kVersion;
  return json.dump(-1, ' ', /*ensure_ascii=*/true,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace tern::resolver::control
