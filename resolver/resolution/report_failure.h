// Reports of failures (error_reports.h), as a resolution makes them.
//
// Thread: one worker's. Nothing happens unless the settings want reports.
#pragma once

#include "resolver/resolution/job.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::resolution {

// Reports that (name, type) failed, if `zone`, which was asked for it, has an agent.
// RFC 9567 section 6.1.1 wants the QTYPE and the name of the query that resulted in the error. That
// is the query that the zone's servers saw, and not the one of the client. So if a zone's DNSKEY
// RRset does not validate, the report says that and names no host. Behind an alias it names the
// alias's target. The agent knows nothing of other questions, and could not mend them.
void ReportFailure(Job& job, const wire::Name& zone, const wire::Name& name, wire::RRType type,
                   wire::ExtendedError error);
// The same about what the job has asked its zone's servers for.
void ReportFailure(Job& job, const wire::Name& name, wire::ExtendedError error);
// Takes the agent from the reply that the zone's servers gave.
void NoteAgentOfReply(Job& job);

}  // namespace tern::resolver::resolution
