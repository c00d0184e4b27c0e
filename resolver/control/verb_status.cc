#include "resolver/control/verb_status.h"

namespace tern::resolver::control {

VerbResult AnswerStatus(const ControlSources& sources, const ControlRequest& /*request*/) {
  const auto status = sources.steered->ReadStatus();
  if (!status.ok()) return status.status();
  return VerbJson{{"version", status->version},
                  {"pid", status->pid},
                  {"uptime_seconds", status->uptime_seconds},
                  {"workers", status->workers},
                  {"engine", status->engine},
                  {"listening", status->listening},
                  {"configuration", status->configuration},
                  {"generation", status->generation},
                  {"cache_bytes", status->cache_octets},
                  {"cache_bytes_max", status->cache_octets_max},
                  {"cache_entries", status->cache_entries},
                  {"validation", status->validation},
                  {"time_unsure", status->time_unsure},
                  {"draining", status->draining}};
}

}  // namespace tern::resolver::control
