#include "resolver/daemon/settings_doubts.h"

#include <algorithm>
#include <utility>

#include "resolver/base/amount_text.h"
#include "resolver/base/time_text.h"
#include "resolver/config/at_key.h"
#include "resolver/config/private_zones.h"
#include "resolver/daemon/machine.h"
#include "resolver/daemon/machine_memory.h"
#include "resolver/io/sockets.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

using config::AtKey;

std::vector<std::string> DoubtsOf(const config::Settings& settings) {
  std::vector<std::string> doubts = MissingAddresses(settings);
  std::string of_memory = DoubtOfMemory(settings, MachineMemory());
  if (!of_memory.empty()) doubts.push_back(std::move(of_memory));
  for (std::string& ended : EndedAnchors(settings, ReadWallClock().now)) {
    doubts.push_back(std::move(ended));
  }
  return doubts;
}

std::vector<std::string> MissingAddresses(const config::Settings& settings) {
  std::vector<std::string> warnings;
  const auto look_at = [&](const IpAddress& address, const std::string& key,
                           std::string_view what) {
    if (io::StateOf(address) != io::AddressState::kMissing) return;
    warnings.push_back(
        AtKey(settings, key, Concat("this machine does not have ", address.ToText(), "; ", what)));
  };
  for (size_t i = 0; i < settings.listen.size() && !settings.listen_is_default; ++i) {
    look_at(settings.listen[i].address, Concat("listen[", i, "]"),
            "it is served as soon as it has");
  }
  const std::vector<IpAddress>& outgoing = settings.resolution.outgoing;
  for (size_t i = 0; i < outgoing.size(); ++i) {
    look_at(outgoing[i], Concat("resolution.outgoing[", i, "]"),
            "no server is asked from it until it has");
  }
  return warnings;
}

std::string DoubtOfMemory(const config::Settings& settings, uint64_t machine) {
  const size_t wanted = settings.cache.memory_octets;
  if (machine == 0 || wanted <= machine) return "";
  constexpr uint64_t kMebi = uint64_t{1} << 20;
  return AtKey(
      settings, "cache.memory",
      Concat(OctetsToText(wanted), " is more than the ", OctetsToText(machine / kMebi * kMebi),
             " that this process may have here; it will be killed when the cache has grown"));
}

std::string TellPrivateZones(const config::Settings& settings) {
  constexpr size_t kNamesTold = 5;
  if (settings.dnssec.validation == Validation::kOff) return "";
  const std::vector<wire::Name> zones =
      config::PrivateZones(settings.static_zones, settings.dnssec.anchors);
  if (zones.empty()) return "";
  std::string names;
  for (size_t i = 0; i < std::min(zones.size(), kNamesTold); ++i) {
    names += Concat(i == 0 ? "" : ", ", wire::ToText(zones[i]));
  }
  const std::string more =
      zones.size() > kNamesTold ? Concat(" and ", zones.size() - kNamesTold, " more") : "";
  return Concat("not validated, because all their servers have private addresses: ", names, more,
                "; `validate: true` in a zone changes that");
}

std::vector<std::string> EndedAnchors(const config::Settings& settings, int64_t now) {
  std::vector<std::string> warnings;
  const std::vector<NegativeAnchor>& anchors = settings.dnssec.negative_trust_anchors;
  for (size_t i = 0; i < anchors.size(); ++i) {
    if (now < anchors[i].until) continue;
    const std::string key = Concat("dnssec.negative_trust_anchors[", i, "].until");
    warnings.push_back(AtKey(settings, key,
                             Concat(TimeToText(anchors[i].until), " is past, so ",
                                    wire::ToText(anchors[i].zone), " is validated")));
  }
  return warnings;
}

}  // namespace tern::resolver::daemon
