// What the daemon does about trust anchors: those that it begins with, those that change while it
// runs, and the zones that are exempt.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "resolver/config/exempt_zones.h"
#include "resolver/daemon/daemon.h"
#include "resolver/daemon/log.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

void Daemon::StartAnchors(const WallClock& clock) {
  anchor_keeper_.Configure(settings_.dnssec.anchors);
  if (settings_.dnssec.validation != Validation::kOff) {
    OpenAnchorFile();
    anchor_keeper_.Restore(anchor_file_->Read());
  }
  anchor_keeper_.OnClock(clock.now, clock.synchronised);
  service::UseAnchors(anchor_keeper_.InForce(), settings_, clock.now, &configuration_);
  TellAnchors();
}

void Daemon::OpenAnchorFile() {
  const std::string& path = settings_.dnssec.state_file;
  anchor_file_.emplace(path, /*is_optional=*/path == config::DnssecSettings().state_file);
}

void Daemon::TellAnchors() {
  const bool is_on = settings_.dnssec.validation != Validation::kOff;
  for (const dnssec::AnchorNews& news : anchor_keeper_.TakeNews()) {
    if (is_on) Log(news.is_warning ? LogLevel::kWarning : LogLevel::kInfo, news.text);
  }
}

void Daemon::FollowAnchors(const WallClock& clock) {
  if (settings_.dnssec.validation == Validation::kOff) return;
  anchor_keeper_.Configure(settings_.dnssec.anchors);
  anchor_keeper_.OnClock(clock.now, clock.synchronised);
  TellAnchors();
  service::Configuration configuration = configuration_;
  service::UseAnchors(anchor_keeper_.InForce(), settings_, clock.now, &configuration);
  const ValidationSettings& before = validation_in_force();
  const ValidationSettings& after = configuration.view.settings->dnssec;
  if (!(after == before)) {
    // What needs memory comes first.
    const std::vector<NegativeAnchor> changed = ChangedExemptions(after.negative_anchors);
    std::vector<wire::Name> forgotten;
    for (const NegativeAnchor& anchor : changed) forgotten.push_back(anchor.zone);
    // What counted as secure, or failed, by dates that a wrong clock has judged.
    if (after.time_unsure && !before.time_unsure) forgotten.emplace_back();
    ZoneSet to_forget = zones_to_forget_.With(forgotten);
    assembly_->Reconfigure(configuration);
    configuration_ = std::move(configuration);
    TellExemptions(changed);
    if (!forgotten.empty()) ForgetZones(std::move(to_forget));
  }
  TellSaver();
  // Validation may have been off at the start.
  if (!anchor_file_) OpenAnchorFile();
  anchor_file_->Write(anchor_keeper_.state());
}

std::chrono::seconds Daemon::UntilAnchorEnds(const WallClock& clock) const {
  return std::chrono::seconds(config::NextEnd(settings_.dnssec.negative_trust_anchors, clock.now) -
                              clock.now);
}

// The anchors that only one of the two has: those in force and `after`.
std::vector<NegativeAnchor> Daemon::ChangedExemptions(const NegativeAnchors& after) const {
  const NegativeAnchors& before = validation_in_force().negative_anchors;
  std::vector<NegativeAnchor> changed;
  for (const auto& [here, there] : {std::pair(&before, &after), std::pair(&after, &before)}) {
    std::ranges::copy_if(here->all(), std::back_inserter(changed),
                         [&](const NegativeAnchor& one) { return !there->Has(one.zone); });
  }
  return changed;
}

// They have changed because time has passed, or because the clock was set.
void Daemon::TellExemptions(const std::vector<NegativeAnchor>& changed) const {
  for (const NegativeAnchor& anchor : changed) {
    const bool counts = validation_in_force().negative_anchors.Has(anchor.zone);
    Log(LogLevel::kInfo,
        Concat("the negative trust anchor ", wire::ToText(anchor.zone),
               counts ? " counts again, because the clock was set back: the zone is not validated"
                      : " has ended: the zone is validated again"));
  }
}

}  // namespace tern::resolver::daemon
