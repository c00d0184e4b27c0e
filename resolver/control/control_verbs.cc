#include "resolver/control/control_verbs.h"

#include <algorithm>
#include <vector>

#include "resolver/base/error_text.h"
#include "resolver/control/control_request.h"
#include "resolver/control/verb.h"
#include "resolver/control/verb_cache.h"
#include "resolver/control/verb_cache_load.h"
#include "resolver/control/verb_flush.h"
#include "resolver/control/verb_log_reopen.h"
#include "resolver/control/verb_run.h"
#include "resolver/control/verb_servers.h"
#include "resolver/control/verb_settings.h"
#include "resolver/control/verb_stats.h"
#include "resolver/control/verb_status.h"
#include "resolver/control/verb_stuck.h"
#include "resolver/control/verb_top.h"
#include "wire/concat.h"

namespace tern::resolver::control {
namespace {

const std::vector<Verb>& Verbs() {
  static const std::vector<Verb> verbs = {
      {"status", {}, &AnswerStatus},
      {"stats", {}, &AnswerStats},
      {"reload", {}, &AnswerReload},
      {"drain", {"state"}, &AnswerDrain},
      {"stop", {}, &AnswerStop},
      {"upgrade", {}, &AnswerUpgrade},
      {"config show", {}, &AnswerConfigShow},
      {"log level", {"level"}, &AnswerLogLevel},
      {"log reopen", {}, &AnswerLogReopen},
      {"forward add", {"zone", "servers", "first", "validate"}, &AnswerSettingsEdit},
      {"forward remove", {"zone"}, &AnswerSettingsEdit},
      {"forward list", {}, &AnswerZoneList},
      {"stub add", {"zone", "servers", "validate"}, &AnswerSettingsEdit},
      {"stub remove", {"zone"}, &AnswerSettingsEdit},
      {"stub list", {}, &AnswerZoneList},
      {"local add", {"record"}, &AnswerSettingsEdit},
      {"local remove", {"name", "type"}, &AnswerSettingsEdit},
      {"local list", {}, &AnswerLocalList},
      {"nta add", {"zone", "until", "for", "reason"}, &AnswerSettingsEdit},
      {"nta remove", {"zone"}, &AnswerSettingsEdit},
      {"nta list", {}, &AnswerAnchorList},
      {"top", {}, &AnswerTop},
      {"stuck", {}, &AnswerStuck},
      {"servers", {"zone"}, &AnswerServers},
      {"cache look", {"name", "type"}, &AnswerCacheLook},
      {"cache dump", {"from"}, &AnswerCacheDump},
      {"cache load", {"records"}, &AnswerCacheLoad},
      {"flush", {"name", "type", "below", "negative", "all"}, &AnswerFlush},
  };
  return verbs;
}

VerbResult Answer(const ControlSources& sources, const ControlRequest& request) {
  const auto verb = std::find_if(Verbs().begin(), Verbs().end(),
                                 [&](const Verb& each) { return each.name == request.verb; });
  if (verb == Verbs().end()) {
    return absl::InvalidArgumentError(Concat("unknown verb ", Quoted(request.verb)));
  }
  for (const auto& [name, value] : request.arguments) {
    const auto& known = verb->arguments;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return absl::InvalidArgumentError(Concat("unknown argument ", Quoted(name)));
    }
  }
  return verb->answer(sources, request);
}

}  // namespace

std::string AnswerControl(const ControlSources& sources, std::string_view line) {
  const auto request = ParseControlRequest(line);
  if (!request.ok()) return ErrorLine(std::string(request.status().message()));
  const VerbResult result = Answer(sources, *request);
  if (!result.ok()) return ErrorLine(std::string(result.status().message()));
  return ResultLine(
      result->dump(-1, ' ', /*ensure_ascii=*/true, VerbJson::error_handler_t::replace));
}

}  // namespace tern::resolver::control
