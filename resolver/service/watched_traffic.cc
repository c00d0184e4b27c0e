// The part of RecursiveService that notes for those who watch what it is asked and what fails
// (recent_traffic.h).
#include "resolver/answer/reply.h"
#include "resolver/service/recursive_service.h"

namespace tern::resolver::service {

void RecursiveService::NoteQuery(const answer::ParsedQuery& parsed, const IpAddress& client,
                                 double weight, Time now) {
  if (configuration_.top_clients != TopClients::kOff && client.size != 0) {
    traffic_.NoteClient(client, configuration_.top_clients, weight, now);
  }
  if (parsed.verdict != answer::RequestVerdict::kResolve) return;
  traffic_.NoteQuestion(parsed.request.name, parsed.name_hash, parsed.request.type, weight, now);
}

void RecursiveService::NoteStreamQuery(const answer::ParsedQuery& parsed, const IpAddress& client,
                                       Time now) {
  sampler_.NoteSome(
      1, now, [&] { return worker_->Random(); },
      [&](size_t, double weight) { NoteQuery(parsed, client, weight, now); });
}

void RecursiveService::NoteBatch(std::span<const io::Datagram> batch, Time now) {
  sampler_.NoteSome(
      batch.size(), now, [&] { return worker_->Random(); },
      [&](size_t i, double weight) {
        NoteQuery(parsed_[i], Endpoint::FromSockaddr(batch[i].peer).address, weight, now);
      });
}

void RecursiveService::NoteFailure(const answer::Request& request, const answer::Answer& answer) {
  const wire::NameView name = request.name;
  const size_t labels = answer.failed_zone_labels();
  const wire::NameView zone =
      labels != 0 && labels <= name.LabelCount() ? name.Suffix(labels) : name;
  const answer::AnswerParts parts = answer.Parts();
  const answer::ToldError told = answer::ErrorToTell(parts);
  const NotedFailure::View failure = {.name = name,
                                      .type = request.type,
                                      .zone = zone,
                                      .rcode = answer.rcode(),
                                      .error = told.error,
                                      .text = told.text,
                                      .last = worker_->Now()};
  traffic_.NoteFailure(failure, store_->Hash(name), store_->Hash(zone));
}

}  // namespace tern::resolver::service
