// The part of RecursiveService that tells queries and answers (base/event.h). While nobody wants to
// see them, nothing here is called.
#include "resolver/service/recursive_service.h"
#include "wire/text_encoding.h"

namespace tern::resolver::service {
namespace {

Event EventOf(const io::ReturnPath& path, std::span<const uint8_t> query,
              const answer::Request& request, std::span<const uint8_t> reply,
              const answer::ToldError& why) {
  Event event;
  event.transport = path.IsStream() ? Transport::kTcp : Transport::kUdp;
  event.listener = path.listener;
  event.peer = path.peer;
  event.local = path.local;
  event.query = query;
  event.reply = reply;
  if (!request.has_edns) {
    event.error = why.error;
    event.error_text = wire::AsOctets(why.text);
  }
  return event;
}

}  // namespace

void RecursiveService::OpenEvents() {
  recursor_.facilities().events =
      EventPort(configuration_.events.get(), static_cast<size_t>(worker_->index()));
}

void RecursiveService::TellAnswered(const io::ReturnPath& path, std::span<const uint8_t> query,
                                    const answer::Request& request, AnswerSource source,
                                    std::span<const uint8_t> reply, policy::GateVerdict verdict) {
  Event event = EventOf(path, query, request, reply, WhyTurnedAway(verdict));
  event.source = source;
  event.began = event.ended = worker_->Now();
  events().TellClient(event, request.id, request.name);
}

void RecursiveService::TellQuery(const io::ReturnPath& path, std::span<const uint8_t> query,
                                 const answer::Request& request) {
  Event event = EventOf(path, query, request, {}, {});
  event.kind = Event::Kind::kClientQuery;
  event.began = event.ended = worker_->Now();
  events().TellClient(event, request.id, request.name);
}

void RecursiveService::TellLate(const io::ReturnPath& path, std::span<const uint8_t> query,
                                const answer::Request& request, AnswerSource source,
                                std::span<const uint8_t> reply, Time received, Time taken,
                                const answer::ToldError& why) {
  Event event = EventOf(path, query, request, reply, why);
  event.kind = Event::Kind::kClientReply;
  event.source = source;
  event.began = received;
  event.ended = worker_->Now();
  event.queued = taken - received;
  events().TellClient(event, request.id, request.name);
}

}  // namespace tern::resolver::service
