#include "resolver/control/verb_run.h"

namespace tern::resolver::control {

VerbResult AnswerReload(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto report = sources.steered->Reload();
  if (!report.ok()) return report.status();
  return VerbJson{{"generation", report->generation}, {"needs_restart", report->needs_restart}};
}

VerbResult AnswerStop(const ControlSources& sources, const ControlRequest& /*request*/) {
  if (const absl::Status status = sources.steered->Stop(); !status.ok()) return status;
  return VerbJson{{"stopping", true}};
}

}  // namespace tern::resolver::control
