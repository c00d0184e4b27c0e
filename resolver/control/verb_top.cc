#include "resolver/control/verb_top.h"

#include "resolver/control/glance.h"
#include "resolver/control/worker_looks.h"

namespace tern::resolver::control {

VerbResult AnswerTop(const ControlSources& sources, const ControlRequest& /*request*/) {
  return GlanceJson(TakeGlance(sources.watched, kLookMax));
}

}  // namespace tern::resolver::control
