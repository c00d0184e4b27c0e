// Reports of failures (error_reports.h), as a resolution makes them.
//
// Thread: one worker's. Nothing happens unless the settings want reports.
#pragma once

#include "resolver/resolution/job.h"
#include "wire/name.h"

namespace tern::resolver::resolution {

// Reports that the job's question for the name failed, if the zone that was asked has an agent.
void ReportFailure(Job& job, const wire::Name& name);
// Takes the agent from the reply that the zone's servers gave.
void NoteAgentOfReply(Job& job);

}  // namespace tern::resolver::resolution
