// The part of RecursiveService that counts queries and answers (base/answer_counts.h).
#include "resolver/answer/reply.h"
#include "resolver/service/recursive_service.h"
#include "wire/edns.h"
#include "wire/message.h"

namespace tern::resolver::service {
namespace {

// The RCODE of a reply, with the part that is in OPT, and its extended error.
struct ReadReply {
  wire::Rcode rcode = wire::Rcode::kNoError;
  wire::ExtendedError error = wire::ExtendedError::kNone;
};

// Reads a reply of ours. The error is found if there are no records before OPT, so in each reply
// that says nothing but an error.
ReadReply ReadOurs(std::span<const uint8_t> reply) {
  ReadReply read;
  read.rcode = static_cast<wire::Rcode>(reply[3] & 0xf);
  const bool has_only_opt = wire::LoadU16(reply.data() + 6) == 0 &&
                            wire::LoadU16(reply.data() + 8) == 0 &&
                            wire::LoadU16(reply.data() + 10) == 1;
  if (!has_only_opt) return read;
  size_t at = wire::kHeaderOctets;
  if (wire::LoadU16(reply.data() + 4) == 1) {
    while (at < reply.size() && reply[at] != 0) at += size_t{reply[at]} + 1;
    at += 1 + 4;
  }
  if (at + wire::kOptOctets > reply.size()) return read;
  read.rcode = static_cast<wire::Rcode>(reply[at + 5] << 4 | (reply[3] & 0xf));
  wire::OptionCursor options(reply.subspan(at + wire::kOptOctets));
  wire::EdnsOptionView option;
  while (options.Next(&option)) {
    if (option.code != wire::EdnsOption::kExtendedError || option.content.size() < 2) continue;
    read.error = static_cast<wire::ExtendedError>(wire::LoadU16(option.content.data()));
  }
  return read;
}

}  // namespace

void RecursiveService::CountQueries(Transport transport, size_t queries, size_t of_ipv6) {
  auto& by_family = counters().of_answers.queries[transport == Transport::kTcp ? 1 : 0];
  by_family[0].Add(queries - of_ipv6);
  by_family[1].Add(of_ipv6);
}

void RecursiveService::CountExtendedError(wire::ExtendedError error) {
  const auto place = static_cast<size_t>(error);
  if (place < kExtendedErrorPlaces) ++counters().of_answers.extended_errors[place];
}

void RecursiveService::Count(AnswerSource source, std::span<const uint8_t> reply) {
  auto& answers = counters().of_answers.answers;
  if (reply.size() < wire::kHeaderOctets) {
    ++answers[static_cast<size_t>(AnswerSource::kDropped)][0];
    return;
  }
  const ReadReply read = ReadOurs(reply);
  ++answers[static_cast<size_t>(source)][PlaceOf(read.rcode)];
  CountExtendedError(read.error);
}

void RecursiveService::CountHitTime() {
  counters().of_answers.hit_time.Note(worker_->Now() - turn_began_, hits_of_turn_);
  hits_of_turn_ = 0;
}

void RecursiveService::CountLate(AnswerSource source, std::span<const uint8_t> reply,
                                 Time received) {
  Count(source, reply);
  if (!reply.empty()) counters().of_answers.miss_time.Note(worker_->Now() - received);
}

void RecursiveService::CountResolved(const answer::Request& request, const answer::Answer& answer,
                                     std::span<const uint8_t> reply, Time received) {
  const answer::AnswerParts parts = answer.Parts();
  CountLate(SourceOf(answer), reply, received);
  // What Count has not found behind records.
  const bool has_records =
      reply.size() >= wire::kHeaderOctets && (wire::LoadU32(reply.data() + 6) != 0);
  if (request.has_edns && has_records) CountExtendedError(answer::ErrorToTell(parts).error);
  if (answer.rcode() == wire::Rcode::kServFail) NoteFailure(request, answer);
}

}  // namespace tern::resolver::service
