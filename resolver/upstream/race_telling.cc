// What a race tells of its queries and their replies: as events (base/event.h), and as steps of a
// trace; see race.h.
#include <string_view>

#include "resolver/base/trace.h"
#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {

void Race::Tell(Event::Kind kind, const Attempt& attempt, std::span<const uint8_t> query,
                std::span<const uint8_t> reply) const {
  Event event;
  event.kind = kind;
  event.transport = attempt.transport;
  event.forwarded = servers_.forwarded();
  event.peer = servers_.candidates()[attempt.candidate].server;
  event.began = attempt.sent;
  event.ended = facilities_.environment.Now();
  event.zone = {servers_.zone().data(), servers_.zone().size()};
  event.query = query;
  event.reply = reply;
  facilities_.events.TellServer(event, attempt.id);
}

// The query's octets are not kept. They are written anew, without the cookie.
void Race::TellNoReply(Event::Kind kind, const Attempt& attempt) const {
  uint8_t query[kUpstreamQueryOctetsMax];
  const size_t octets =
      WriteUpstreamQuery(QuestionOf(attempt), attempt.id, attempt.form, {}, query);
  Tell(kind, attempt, {query, octets}, {});
}

void Race::TraceStep(std::string_view kind, const Attempt& attempt, std::string_view outcome) {
  Trace* trace = terms_.trace;
  if (trace == nullptr) return;
  Trace::Step step;
  step.kind = kind;
  step.zone = &servers_.zone();
  step.server = &servers_.candidates()[attempt.candidate].server;
  step.transport = attempt.transport;
  step.question = &name_;
  step.type = question_.type;
  step.outcome = outcome;
  if (kind != "query") step.rtt = facilities_.environment.Now() - attempt.sent;
  trace->Add(step);
}

}  // namespace tern::resolver::upstream
