// The part of RecursiveService that tells queries and answers (base/event.h). While nobody wants to
// see them, nothing here is called.
#include "resolver/service/recursive_service.h"
#include "wire/text_encoding.h"

namespace tern::resolver::service {
namespace {

Event EventOf(const io::ReturnPath& path, std::span<const uint8_t> query,
              std::span<const uint8_t> reply) {
  Event event;
  event.transport = path.IsStream() ? Transport::kTcp : Transport::kUdp;
  event.listener = path.listener;
  event.peer = path.peer;
  event.local = path.local;
  event.query = query;
  event.reply = reply;
  return event;
}

}  // namespace

answer::ToldError RecursiveService::UntoldOf(const answer::Request& request,
                                             const answer::Answer& answer) {
  return request.has_edns ? answer::ToldError() : answer::ErrorToTell(answer.Parts());
}

void RecursiveService::OpenEvents() {
  recursor_.facilities().events =
      EventPort(configuration_.events.get(), static_cast<size_t>(worker_->index()));
}

void RecursiveService::TellAnswered(const io::ReturnPath& path, std::span<const uint8_t> query,
                                    const answer::Request& request, AnswerSource source,
                                    std::span<const uint8_t> reply, policy::GateVerdict verdict) {
  Event event = EventOf(path, query, reply);
  event.source = source;
  const answer::ToldError untold = UntoldOf(verdict, request);
  event.error = untold.error;
  event.error_text = wire::AsOctets(untold.text);
  event.began = event.ended = worker_->Now();
  events().TellClient(event, request.id, request.name);
}

void RecursiveService::TellQuery(const io::ReturnPath& path, std::span<const uint8_t> query,
                                 const answer::Request& request) {
  Event event = EventOf(path, query, {});
  event.kind = Event::Kind::kClientQuery;
  event.began = event.ended = worker_->Now();
  events().TellClient(event, request.id, request.name);
}

void RecursiveService::TellLate(const io::ReturnPath& path, std::span<const uint8_t> query,
                                const answer::Request& request, AnswerSource source,
                                std::span<const uint8_t> reply, Time received, Time taken,
                                const answer::ToldError& untold) {
  Event event = EventOf(path, query, reply);
  event.kind = Event::Kind::kClientReply;
  event.source = source;
  event.began = received;
  event.ended = worker_->Now();
  event.queued = taken - received;
  event.error = untold.error;
  event.error_text = wire::AsOctets(untold.text);
  events().TellClient(event, request.id, request.name);
}

}  // namespace tern::resolver::service
