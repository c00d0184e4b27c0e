// The part of RecursiveService that tells the operator's tool the counters of the mail path, and
// the block lists of the configuration. As a trace, they are for clients on this machine only, over
// TCP.
#include <new>
#include <string>
#include <vector>

#include "resolver/answer/fixed_answer.h"
#include "resolver/answer/reply.h"
#include "resolver/service/recursive_service.h"
#include "wire/presentation.h"

namespace tern::resolver::service {
namespace {

constexpr size_t kTextsOctetsMax = 16384;

}  // namespace

RecursiveService::Told RecursiveService::WhatToTell(const io::ReturnPath& path,
                                                    const answer::ParsedQuery& parsed) const {
  static constexpr uint8_t kCounters[] = "\4mail\10counters\4tern";
  static constexpr uint8_t kLists[] = "\4mail\5lists\4tern";
  if (parsed.verdict != answer::RequestVerdict::kChaos || !configuration_.trace ||
      !path.peer.address.IsLoopback() || parsed.request.type != wire::RRType::kTXT) {
    return Told::kNothing;
  }
  const wire::NameView name = parsed.request.name;
  if (counter_source_ != nullptr &&
      name.Equals(wire::NameView::FromValid(kCounters, sizeof kCounters))) {
    return Told::kCounters;
  }
  const bool asks_lists = name.Equals(wire::NameView::FromValid(kLists, sizeof kLists));
  return asks_lists ? Told::kLists : Told::kNothing;
}

std::vector<std::string> RecursiveService::CounterTexts() const {
  const CounterSnapshot counts = counter_source_->ReadCounters();
  return {
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
}

std::vector<std::string> RecursiveService::ListTexts() const {
  std::vector<std::string> zones;
  for (const BlockList& list : configuration_.view.settings->block_lists.all()) {
    zones.push_back(wire::ToText(list.zone));
  }
  return zones;
}

RecursiveService::Answered RecursiveService::Tell(Told what, std::span<const uint8_t> query,
                                                  const answer::Request& request) {
  try {
    return {
        answer::AnswerWithTexts(query, request, what == Told::kLists ? ListTexts() : CounterTexts(),
                                kTextsOctetsMax, scratch()),
        FollowUp::kNone, AnswerSource::kLocal};
  } catch (const std::bad_alloc&) {
    return {answer::ComposeError(query, request, wire::Rcode::kServFail,
                                 wire::ExtendedError::kNotReady, "out of memory", scratch()),
            FollowUp::kNone, AnswerSource::kLocal};
  }
}

}  // namespace tern::resolver::service
