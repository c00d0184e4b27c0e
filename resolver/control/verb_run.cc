#include "resolver/control/verb_run.h"

#include <utility>

#include "resolver/base/error_text.h"
#include "resolver/control/changes_json.h"
#include "resolver/control/reload_report.h"
#include "resolver/control/steered.h"
#include "wire/concat.h"

namespace tern::resolver::control {

namespace {

VerbJson ReportJson(const ReloadReport& report) {
  VerbJson needs_restart = VerbJson::array();
  for (const config::KeyChange& change : report.waiting) needs_restart.push_back(change.key);
  VerbJson unopened = VerbJson::array();
  for (const EventFile& file : report.unopened) {
    unopened.push_back({{"key", file.key}, {"path", file.path}});
  }
  VerbJson lines = VerbJson::array();
  for (const ReportLine& line : LinesOf(report)) lines.push_back(line.text);
  return {{"generation", report.generation},
          {"changed", ChangesJson(report.changes)},
          {"needs_restart", std::move(needs_restart)},
          {"waiting", ChangesJson(report.waiting)},
          {"dropped", ChangesJson(report.dropped)},
          {"unopened", std::move(unopened)},
          {"lines", std::move(lines)}};
}

}  // namespace

VerbResult AnswerReload(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto report = sources.steered->Reload();
  if (!report.ok()) return report.status();
  return ReportJson(*report);
}

VerbResult AnswerDrain(const ControlSources& sources, const ControlRequest& request) {
  const std::string_view state = request.Has("state") ? request.Text("state") : "on";
  if (state != "on" && state != "off") {
    return absl::InvalidArgumentError(Concat("drain: expected on or off, found ", Quoted(state)));
  }
  const bool drains = state == "on";
  if (const absl::Status status = sources.steered->Drain(drains); !status.ok()) return status;
  return VerbJson{{"draining", drains},
                  {"lines",
                   {drains ? "/ready is 503 now, so that no new queries come; those that come are "
                             "answered. `tern drain off` ends that"
                           : "/ready is 200 again as soon as clients can be answered"}}};
}

VerbResult AnswerUpgrade(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto report = sources.steered->Upgrade();
  if (!report.ok()) return report.status();
  VerbJson lines = {Concat("process ", report->process, " has taken over")};
  for (const config::KeyChange& change : report->dropped) {
    lines.push_back(Concat("it does not know what a command changed: ", config::ToText(change)));
  }
  return VerbJson{{"pid", report->process},
                  {"dropped", ChangesJson(report->dropped)},
                  {"lines", std::move(lines)}};
}

VerbResult AnswerStop(const ControlSources& sources, const ControlRequest& /*request*/) {
  if (const absl::Status status = sources.steered->Stop(); !status.ok()) return status;
  return VerbJson{{"stopping", true}};
}

}  // namespace tern::resolver::control
