#include "resolver/daemon/silence_log.h"

#include <algorithm>

#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {
namespace {

using upstream::SilentZones;

constexpr size_t kServersNamedMax = 4;

const StaticZone* Find(const std::vector<StaticZone>& zones, const wire::Name& name) {
  const auto found = std::find_if(zones.begin(), zones.end(), [&](const StaticZone& zone) {
    return zone.zone.view().Equals(name);
  });
  return found == zones.end() ? nullptr : &*found;
}

std::string NameOf(const wire::Name& zone, const StaticZone* configured) {
  if (configured != nullptr) {
    return Concat("the ", configured->forward ? "forward" : "stub", " zone ", wire::ToText(zone));
  }
  if (zone.view().LabelCount() == 0) return "the root";
  return Concat("the top level domain ", wire::ToText(zone));
}

std::string ServersOf(const StaticZone* configured) {
  if (configured == nullptr) return "";
  std::string text;
  for (size_t i = 0; i < std::min(configured->to.size(), kServersNamedMax); ++i) {
    text += Concat(i == 0 ? ": " : ", ", configured->to[i].ToText());
  }
  if (configured->to.size() > kServersNamedMax) text += ", and others";
  return text;
}

std::string TextOfEverybody(const std::vector<SilentZones::Silence>& zones) {
  std::string names;
  for (const SilentZones::Silence& silence : zones) {
    names += Concat(names.empty() ? "" : ", ", wire::ToText(silence.zone));
  }
  return Concat("no name server answers; asked were those of ", names);
}

std::string After(Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  if (seconds < std::chrono::minutes(2)) return Concat(", after ", seconds.count(), " s");
  return Concat(", after ", std::chrono::duration_cast<std::chrono::minutes>(seconds).count(),
                " minutes");
}

}  // namespace

void SilenceLog::TellSilence(const wire::Name* zone, Time since, const std::string& line, Time now,
                             std::optional<Time>* next) {
  auto subject = std::find_if(subjects_.begin(), subjects_.end(),
                              [&](const Subject& known) { return known.Is(zone); });
  if (subject != subjects_.end() && subject->is_silent) return;
  if (subject != subjects_.end() && now < subject->pause_until) {
    *next = std::min(next->value_or(subject->pause_until), subject->pause_until);
    return;
  }
  if (subject == subjects_.end()) {
    if (subjects_.size() >= kSubjectsMax) return;
    subject = subjects_.emplace(subjects_.end());
    if (zone != nullptr) subject->zone = *zone;
  }
  subject->is_silent = true;
  subject->since = since;
  write_(LogLevel::kWarning, line);
}

std::optional<Time> SilenceLog::Tell(const SilentZones::Report& report,
                                     const std::vector<StaticZone>& static_zones, Time now) {
  for (Subject& subject : subjects_) {
    const bool is_silent =
        subject.zone ? std::any_of(report.zones.begin(), report.zones.end(),
                                   [&](const auto& silence) { return subject.Is(&silence.zone); })
                     : report.everybody;
    if (!subject.is_silent || is_silent) continue;
    subject.is_silent = false;
    subject.pause_until = now + kPause;
    const std::string who =
        subject.zone ? Concat("a server of ",
                              NameOf(*subject.zone, Find(static_zones, *subject.zone)), " answers")
                     : "name servers answer";
    write_(LogLevel::kInfo, Concat(who, " again", After(now - subject.since)));
  }
  std::erase_if(subjects_, [&](const Subject& subject) {
    return !subject.is_silent && subject.pause_until <= now;
  });
  std::optional<Time> next;
  if (report.everybody) {
    // That everybody answers again will say it of these too.
    std::erase_if(subjects_, [&](const Subject& subject) {
      return subject.zone && Find(static_zones, *subject.zone) == nullptr;
    });
    TellSilence(nullptr, report.of_everybody.front().since, TextOfEverybody(report.of_everybody),
                now, &next);
  }
  for (const SilentZones::Silence& silence : report.zones) {
    const StaticZone* const configured = Find(static_zones, silence.zone);
    if (configured == nullptr && report.everybody) continue;
    TellSilence(&silence.zone, silence.since,
                Concat("no server of ", NameOf(silence.zone, configured), " answers",
                       ServersOf(configured)),
                now, &next);
  }
  return next;
}

}  // namespace tern::resolver::daemon
