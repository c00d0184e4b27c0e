// How another configuration comes in force while the daemon runs: from the file, or by a command.
#include <algorithm>
#include <chrono>
#include <utility>

#include "resolver/config/config.h"
#include "resolver/config/keys.h"
#include "resolver/config/settings_changes.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/settings_doubts.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
namespace {

bool Same(const StaticZone& a, const StaticZone& b) {
  return a.zone.view().Equals(b.zone) && a.to == b.to && a.forward == b.forward &&
         a.first == b.first && a.validate == b.validate;
}

// The static zones that `other` does not have, or has with different settings, and the block lists
// that it does not have.
std::vector<wire::Name> ZonesOnlyIn(const config::Settings& settings,
                                    const config::Settings& other) {
  std::vector<wire::Name> zones;
  for (const StaticZone& zone : settings.static_zones) {
    const bool stays = std::any_of(other.static_zones.begin(), other.static_zones.end(),
                                   [&](const StaticZone& same) { return Same(zone, same); });
    if (!stays) zones.push_back(zone.zone);
  }
  for (const BlockList& list : settings.mail.dnsbl) {
    const bool stays =
        std::any_of(other.mail.dnsbl.begin(), other.mail.dnsbl.end(),
                    [&](const BlockList& same) { return list.zone.view().Equals(same.zone); });
    if (!stays) zones.push_back(list.zone);
  }
  return zones;
}

// Names that are validated otherwise under `there`: those below a trust anchor that `there` does
// not have. When only one of the two validates, or knows SHA-1, all names are.
std::vector<wire::Name> AnchorsOnlyIn(const config::DnssecSettings& here,
                                      const config::DnssecSettings& there) {
  if (here.validation != there.validation) return {wire::Name()};
  std::vector<wire::Name> zones;
  if (here.validation == Validation::kOff) return zones;
  if (here.sha1 != there.sha1) return {wire::Name()};
  for (const TrustAnchor& anchor : here.anchors) {
    const auto& others = there.anchors;
    const bool stays = std::find(others.begin(), others.end(), anchor) != others.end();
    if (!stays) zones.push_back(anchor.zone);
  }
  return zones;
}

}  // namespace

absl::Status Daemon::Reload(config::Settings settings) {
  const config::Settings& current = settings_;
  if (settings.listen_is_default && current.listen_is_default) settings.listen = current.listen;
  config::Settings written = settings;
  config::KeepFixedKeys(current, &settings);
  settings.listen_is_default = current.listen_is_default;
  control::ReloadReport report;
  report.changes = config::ChangesBetween(current, settings);
  report.waiting = config::ChangesBetween(settings, written);
  report.dropped = config::UndoneIn(settings, ChangesAtRunTime(current));
  // What a hosts file holds is not in the settings.
  const std::string& path = settings.local.hosts_file;
  config::KeyChange hosts = {.key = "local.hosts_file", .before = path, .after = path};
  const bool has_same_file = !path.empty() && path == current.local.hosts_file;
  const uint64_t digest = configuration_.view.local_data->hosts_digest();
  report.changes.reserve(report.changes.size() + 1);
  if (const absl::Status status = PutInForce(std::move(settings)); !status.ok()) return status;
  if (has_same_file && configuration_.view.local_data->hosts_digest() != digest) {
    report.changes.push_back(std::move(hosts));
  }
  written_ = std::move(written);
  report.generation = state_.generation();
  report.unopened = UnopenedEventFiles();
  last_reload_ = std::move(report);
  return absl::OkStatus();
}

absl::Status Daemon::Change(config::Settings settings) {
  const std::vector<config::KeyChange> changes = config::ChangesBetween(settings_, settings);
  if (changes.size() == 1 && changes.front().key == "log.level") {
    settings_.log_level = settings.log_level;
    SetLogLevel(settings_.log_level);
    return absl::OkStatus();
  }
  if (config::CountOf(ChangesAtRunTime(settings)) > kRunTimeChangesMax) {
    return absl::ResourceExhaustedError(
        Concat("expected at most ", kRunTimeChangesMax,
               " changes at run time: write them to the configuration, and reload it"));
  }
  // The items of these lists may have another index than in the file.
  std::erase_if(settings.places_in_file, [](const auto& place) {
    return place.first.starts_with("forward[") || place.first.starts_with("stub[") ||
           place.first.starts_with("local.data[") ||
           place.first.starts_with("dnssec.negative_trust_anchors[");
  });
  if (const absl::Status status = config::CheckLocalData(settings); !status.ok()) return status;
  return PutInForce(std::move(settings));
}

std::vector<config::KeyChange> Daemon::ChangesAtRunTime(const config::Settings& settings) const {
  config::Settings written = written_;
  config::KeepFixedKeys(settings, &written);
  return config::ChangesBetween(written, settings);
}

absl::Status Daemon::PutInForce(config::Settings settings) {
  auto configuration = MakeConfiguration(settings);
  if (!configuration.ok()) return configuration.status();
  // What needs memory comes first, so that nothing has changed when there is none.
  const std::string private_zones = TellPrivateZones(settings);
  const policy::CookieSecret secret = settings.cookie_secret.value_or(cookie_secrets_.drawn());
  configuration->cookies = cookie_secrets_.With(secret);
  configuration->events = EventsFor(settings);
  if (cache_saver_ != nullptr) cache_saver_->SetFacts(std::nullopt);  // until TellCacheFacts
  anchor_keeper_.Configure(settings.dnssec.anchors);  // FollowAnchors takes it back after an error
  service::UseAnchors(anchor_keeper_.InForce(), settings, ReadWallClock().now, &*configuration);
  std::vector<wire::Name> zones_to_forget =
      ZonesToForget(settings, configuration->view.settings->dnssec);
  state_.SetConfiguration(settings.static_zones);
  assembly_->Reconfigure(*configuration);
  SetLogLevel(settings.log_level);
  const config::Settings before = std::exchange(settings_, std::move(settings));
  configuration_ = *std::move(configuration);
  own_servers_.clear();  // with such a server there is no configuration
  zones_to_forget_ = std::move(zones_to_forget);
  cookie_secrets_.Use(secret);
  ForgetChangedSources(before);
  TellCacheFacts();
  FollowEvents(before);
  if (!private_zones.empty()) Log(LogLevel::kInfo, private_zones);
  LogWarnings(EndedAnchors(settings_, ReadWallClock().now));
  return absl::OkStatus();
}

// Names for which others speak under `after`, or which are validated otherwise, and those that are
// to be forgotten already.
std::vector<wire::Name> Daemon::ZonesToForget(const config::Settings& after,
                                              const ValidationSettings& validation) const {
  std::vector<wire::Name> all = zones_to_forget_;
  for (const auto& [here, there] : {std::pair(&settings_, &after), std::pair(&after, &settings_)}) {
    const std::vector<wire::Name> zones = ZonesOnlyIn(*here, *there);
    all.insert(all.end(), zones.begin(), zones.end());
    const std::vector<wire::Name> anchors = AnchorsOnlyIn(here->dnssec, there->dnssec);
    all.insert(all.end(), anchors.begin(), anchors.end());
  }
  if (!validation.IsOn()) return all;
  for (const NegativeAnchor& anchor : ChangedExemptions(validation.negative_anchors)) {
    all.push_back(anchor.zone);
  }
  return all;
}

// Forgets cached data of names whose source (policy/name_source.h) or trust anchor has changed.
void Daemon::ForgetChangedSources(const config::Settings& before) {
  const config::Settings& after = settings_;
  if (zones_to_forget_.empty() && after.local.hosts_file.empty() &&
      before.local.special_names == after.local.special_names && after.local.data.empty()) {
    return;
  }
  EraseNamesToForget();
  const auto jobs_end =
      std::max(before.resolution.budget.total_timeout, after.resolution.budget.total_timeout);
  forget_again_at_ = std::chrono::steady_clock::now() + jobs_end + std::chrono::seconds(1);
}

void Daemon::ForgetZones(std::vector<wire::Name> zones) {
  zones_to_forget_ = std::move(zones);
  EraseNamesToForget();
  forget_again_at_ = std::chrono::steady_clock::now() + settings_.resolution.budget.total_timeout +
                     std::chrono::seconds(1);
}

void Daemon::ForgetAgain() {
  EraseNamesToForget();
  zones_to_forget_.clear();
  forget_again_at_.reset();
  TellCacheFacts();
}

void Daemon::EraseNamesToForget() {
  store().EraseIf([this](cache::EntryView entry) {
    const wire::NameView name = entry.name();
    return configuration_.view.local_data->Has(name) ||
           std::any_of(zones_to_forget_.begin(), zones_to_forget_.end(),
                       [&](const wire::Name& zone) { return name.IsSubdomainOf(zone); });
  });
}

}  // namespace tern::resolver::daemon
