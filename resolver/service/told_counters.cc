// The part of RecursiveService that tells the counters of the mail path to the operator's tool. As
// a trace, it is for clients on this machine only, over TCP.
#include <new>
#include <string>
#include <vector>

#include "resolver/answer/fixed_answer.h"
#include "resolver/answer/reply.h"
#include "resolver/service/recursive_service.h"

namespace tern::resolver::service {
namespace {

constexpr size_t kTextsOctetsMax = 16384;

}  // namespace

bool RecursiveService::MayBeToldCounters(const io::ReturnPath& path,
                                         const answer::ParsedQuery& parsed) const {
  static constexpr uint8_t kName[] = "\4mail\10counters\4tern";
  return parsed.verdict == answer::RequestVerdict::kChaos && configuration_.trace &&
         counter_source_ != nullptr && path.peer.address.IsLoopback() &&
         parsed.request.type == wire::RRType::kTXT &&
         parsed.request.name.Equals(wire::NameView::FromValid(kName, sizeof kName));
}

size_t RecursiveService::TellCounters(std::span<const uint8_t> query,
                                      const answer::Request& request) {
  try {
    const CounterSnapshot counts = counter_source_->ReadCounters();
    const std::vector<std::string> texts = {
        "mail_questions " + std::to_string(counts.mail_questions),
        "mail_fan_outs " + std::to_string(counts.mail_fan_outs),
        "mail_warm_answers " + std::to_string(counts.mail_warm_answers),
        "list_questions " + std::to_string(counts.list_questions),
        "list_refusals " + std::to_string(counts.list_refusals),
        "list_timeouts " + std::to_string(counts.list_timeouts),
        "list_answers_10ms " + std::to_string(counts.list_answers_10ms),
        "list_answers_100ms " + std::to_string(counts.list_answers_100ms),
        "list_answers_1s " + std::to_string(counts.list_answers_1s),
        "list_answers_later " + std::to_string(counts.list_answers_later),
        "list_answer_ms " + std::to_string(counts.list_answer_ms),
        "lists_working " + std::to_string(counts.lists_working),
        "lists_failing " + std::to_string(counts.lists_failing),
    };
    return answer::AnswerWithTexts(query, request, texts, kTextsOctetsMax, scratch());
  } catch (const std::bad_alloc&) {
    return answer::ComposeError(query, request, wire::Rcode::kServFail,
                                wire::ExtendedError::kNotReady, "out of memory", scratch());
  }
}

}  // namespace tern::resolver::service
