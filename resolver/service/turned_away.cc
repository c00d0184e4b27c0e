// The part of RecursiveService that replies to clients whose questions are not resolved.
#include "resolver/answer/reply.h"
#include "resolver/service/recursive_service.h"
#include "wire/message.h"

namespace tern::resolver::service {

using wire::ExtendedError;
using wire::Rcode;

namespace {

// At failure_timeout the client gets an answer. That answer leaves in the next turn.
constexpr Duration kLateAnswerGrace = std::chrono::milliseconds(100);

constexpr answer::ToldError kNotAllowed = {ExtendedError::kProhibited,
                                           "not among the clients that may ask"};
constexpr answer::ToldError kOverRate = {ExtendedError::kProhibited, "over the rate limit"};
constexpr answer::ToldError kTooMany = {ExtendedError::kNotReady, "too many questions at a time"};

void SetTruncated(std::span<uint8_t> reply) {
  wire::StoreU16(reply.data() + 2, wire::LoadU16(reply.data() + 2) | wire::kFlagTC);
}

}  // namespace

size_t RecursiveService::TurnAway(policy::GateVerdict verdict, std::span<const uint8_t> query,
                                  const answer::ParsedQuery& parsed, const policy::GateQuery& asked,
                                  std::span<uint8_t> reply) {
  const answer::Request& request = parsed.request;
  const bool is_answered = parsed.verdict != answer::RequestVerdict::kDrop;
  size_t octets = 0;
  switch (verdict) {
    case policy::GateVerdict::kPass:
      break;
    case policy::GateVerdict::kForbidden:
      ++counters().forbidden;
      // Over UDP the reply has no text. If the address is forged, its owner gets no more octets
      // than were sent.
      if (is_answered) {
        octets = answer::ComposeError(
            query, request, Rcode::kRefused, kNotAllowed.error,
            asked.transport == Transport::kTcp ? kNotAllowed.text : std::string_view(), reply);
      }
      break;
    case policy::GateVerdict::kOverLimit:
      ++counters().over_limit;
      if (is_answered) octets = TellOverLimit(query, request, asked.IsVerified(), reply);
      break;
    case policy::GateVerdict::kCookieMissing:
      ++counters().cookie_demands;
      // A client without cookies proves its address over TCP.
      octets =
          answer::ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", reply);
      SetTruncated(reply);
      break;
    case policy::GateVerdict::kCookieBad:
      ++counters().cookie_demands;
      octets =
          answer::ComposeError(query, request, Rcode::kBadCookie, ExtendedError::kNone, "", reply);
      break;
  }
  Count(AnswerSource::kRefused, reply.first(octets));
  return octets;
}

answer::ToldError RecursiveService::WhyTurnedAway(policy::GateVerdict verdict) {
  if (verdict == policy::GateVerdict::kForbidden) return kNotAllowed;
  if (verdict == policy::GateVerdict::kOverLimit) return kOverRate;
  return {};
}

size_t RecursiveService::TellOverLimit(std::span<const uint8_t> query,
                                       const answer::Request& request, bool verified,
                                       std::span<uint8_t> reply) {
  if (verified) {
    return answer::ComposeError(query, request, Rcode::kRefused, kOverRate.error, kOverRate.text,
                                reply);
  }
  // If the address is forged, an answer is one more packet for its owner. But a real client returns
  // over TCP when it is told to. So some are answered: by chance, so that nobody can take all the
  // turns.
  const uint32_t slip = configuration_.gate->slip();
  if (slip == 0 || request.question_end == 0 || worker_->Random() % slip != 0) return 0;
  const size_t octets =
      answer::ComposeError(query, request, Rcode::kNoError, ExtendedError::kNone, "", reply);
  SetTruncated(reply);
  return octets;
}

void RecursiveService::SendFailure(const io::ReturnPath& path, std::span<const uint8_t> query,
                                   const answer::Request& request, Time received) {
  ++counters().turned_away;
  const size_t octets = answer::ComposeError(query, request, Rcode::kServFail, kTooMany.error,
                                             kTooMany.text, scratch());
  Count(AnswerSource::kRefused, scratch().first(octets));
  Send(path, scratch().first(octets));
  if (IsSeen()) {
    TellLate(path, query, request, AnswerSource::kRefused, scratch().first(octets), received,
             worker_->Now(), kTooMany);
  }
}

// All workers read the same clock, but each reads it once in a turn. So the other worker's time may
// be ahead of ours.
bool RecursiveService::IsTooLate(const io::ReturnPath& path, Time received) const {
  return !path.IsStream() &&
         worker_->Now() - received >
             configuration_.ViewFor(path.peer.address).settings->resolution.budget.failure_timeout +
                 kLateAnswerGrace;
}

}  // namespace tern::resolver::service
