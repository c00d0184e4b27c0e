// The verbs that show the configuration in force and change it until it is read again: `config
// show`, `log level`, and `add`, `remove` and `list` of `forward`, `stub`, `local` and `nta`.
//
// Thread: the control socket's. Bound: one answer.
#pragma once

#include "resolver/control/control_request.h"
#include "resolver/control/control_sources.h"
#include "resolver/control/verb.h"

namespace tern::resolver::control {

VerbResult AnswerConfigShow(const ControlSources& sources, const ControlRequest& request);
// Without a level it shows the one in force.
VerbResult AnswerLogLevel(const ControlSources& sources, const ControlRequest& request);
// The request's verb says what is added or removed.
VerbResult AnswerSettingsEdit(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerZoneList(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerLocalList(const ControlSources& sources, const ControlRequest& request);
VerbResult AnswerAnchorList(const ControlSources& sources, const ControlRequest& request);

}  // namespace tern::resolver::control
