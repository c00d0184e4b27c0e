// How another configuration comes in force while the daemon runs: from the file, or by a command.
#include <algorithm>
#include <chrono>
#include <utility>

#include "resolver/base/zone_set.h"
#include "resolver/config/config.h"
#include "resolver/config/keys.h"
#include "resolver/config/settings_changes.h"
#include "resolver/daemon/changed_names.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/log.h"
#include "resolver/daemon/settings_doubts.h"
#include "wire/concat.h"

namespace tern::resolver::daemon {
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
  TellSaver();
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
  absl::Status status = config::CheckLocalData(settings);
  if (!status.ok()) return status;
  status = PutInForce(std::move(settings));
  TellSaver();
  return status;
}

config::Settings Daemon::WrittenFor(const config::Settings& settings) const {
  config::Settings written = written_;
  config::KeepFixedKeys(settings, &written);
  return written;
}

std::vector<config::KeyChange> Daemon::ChangesAtRunTime(const config::Settings& settings) const {
  return config::ChangesBetween(WrittenFor(settings), settings);
}

absl::Status Daemon::PutInForce(config::Settings settings) {
  auto configuration = MakeConfiguration(settings);
  if (!configuration.ok()) return configuration.status();
  // What needs memory comes first, so that nothing has changed when there is none.
  const std::string private_zones = TellPrivateZones(settings);
  const policy::CookieSecret secret = settings.cookie_secret.value_or(cookie_secrets_.drawn());
  configuration->cookies = cookie_secrets_.With(secret);
  configuration->events = EventsFor(settings);
  if (cache_saver_ != nullptr) cache_saver_->Keep(std::nullopt);  // until TellSaver
  anchor_keeper_.Configure(settings.dnssec.anchors);  // FollowAnchors takes it back after an error
  service::UseAnchors(anchor_keeper_.InForce(), settings, ReadWallClock().now, &*configuration);
  ZoneSet zones_to_forget = ZonesToForget(settings, configuration->view.settings->dnssec);
  state_.SetConfiguration(settings.static_zones);
  assembly_->Reconfigure(*configuration);
  SetLogLevel(settings.log_level);
  const config::Settings before = std::exchange(settings_, std::move(settings));
  configuration_ = *std::move(configuration);
  own_servers_.clear();  // with such a server there is no configuration
  zones_to_forget_ = std::move(zones_to_forget);
  cookie_secrets_.Use(secret);
  ForgetChangedSources(before);
  FollowEvents(before);
  if (!private_zones.empty()) Log(LogLevel::kInfo, private_zones);
  LogWarnings(EndedAnchors(settings_, ReadWallClock().now));
  return absl::OkStatus();
}

// Names for which others speak under `after`, or which are validated otherwise, and those that are
// to be forgotten already.
ZoneSet Daemon::ZonesToForget(const config::Settings& after,
                              const ValidationSettings& validation) const {
  std::vector<wire::Name> changed = ChangedNames(settings_, after);
  if (validation.IsOn()) {
    for (const NegativeAnchor& anchor : ChangedExemptions(validation.negative_anchors)) {
      changed.push_back(anchor.zone);
    }
  }
  return zones_to_forget_.With(changed);
}

// Forgets cached data of names whose source (policy/name_source.h) or trust anchor has changed.
void Daemon::ForgetChangedSources(const config::Settings& before) {
  const config::Settings& after = settings_;
  if (zones_to_forget_.empty() && !after.local.has_names() &&
      before.local.special_names == after.local.special_names) {
    return;
  }
  EraseNamesToForget();
  const auto jobs_end =
      std::max(before.resolution.budget.total_timeout, after.resolution.budget.total_timeout);
  ForgetAgainAt(std::chrono::steady_clock::now() + jobs_end + std::chrono::seconds(1));
}

void Daemon::ForgetZones(ZoneSet zones) {
  zones_to_forget_ = std::move(zones);
  EraseNamesToForget();
  ForgetAgainAt(std::chrono::steady_clock::now() + settings_.resolution.budget.total_timeout +
                std::chrono::seconds(1));
}

void Daemon::ForgetAgainAt(std::chrono::steady_clock::time_point when) {
  forget_again_at_ = when;
  shards_forgotten_ = 0;
}

void Daemon::ForgetAgain(std::chrono::milliseconds at_most) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (shards_forgotten_ < store().shard_count()) {
    store().EraseIf(shards_forgotten_,
                    [this](cache::EntryView entry) { return IsToForget(entry); });
    ++shards_forgotten_;
    if (std::chrono::steady_clock::now() >= end) return;
  }
  zones_to_forget_ = ZoneSet();
  forget_again_at_.reset();
  TellSaver();
}

bool Daemon::IsToForget(cache::EntryView entry) const {
  const wire::NameView name = entry.name();
  return configuration_.view.local_data->Has(name) || zones_to_forget_.Covers(name);
}

void Daemon::EraseNamesToForget() {
  store().EraseIf([this](cache::EntryView entry) { return IsToForget(entry); });
}

}  // namespace tern::resolver::daemon
