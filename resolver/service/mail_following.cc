// The part of RecursiveService that looks up what a mail server will ask next (resolver/mail).
#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <utility>

#include "resolver/answer/question_hash.h"
#include "resolver/answer/targets.h"
#include "resolver/base/allowance.h"
#include "resolver/mail/plan.h"
#include "resolver/service/recursive_service.h"
#include "wire/message.h"

namespace tern::resolver::service {

namespace {

// The RRset at the end of the answer. Empty if the answer has none, or is not fresh.
cache::EntryView EndOf(const answer::Answer& answer, wire::RRType type) {
  if (answer.error() != wire::ExtendedError::kNone) return {};
  const cache::EntryView end = answer.EndRRset();
  return end && end.type() == type ? end : cache::EntryView();
}

}  // namespace

// Questions that this worker owns. Another worker asks them ahead of a mail server.
struct RecursiveService::WarmMessage final : public ServiceMessage {
  void Deliver(RecursiveService& service) override {
    sender->fetch_sub(1, std::memory_order_relaxed);
    service.warm_up_.Start(std::move(questions), allowance);
  }

  mail::Questions questions;
  Allowance allowance;
  std::atomic<uint32_t>* sender = nullptr;  // the sender's count of these under way
};

size_t RecursiveService::ComposeResolved(const View& view, std::span<const uint8_t> query,
                                         const answer::Request& request,
                                         const answer::Answer& answer, size_t limit) {
  const cache::Instant now = recursor_.StoreNow();
  answer::Additional additional;
  if (view.settings->mail.additional && answer::TargetOffset(request.type) != 0) {
    const cache::EntryView end = EndOf(answer, request.type);
    if (end) {
      answer::CollectAdditional(*store_, view.local_data.get(), end, now,
                                answer::FloorBeside(end, request, view.settings->dnssec.IsOn()),
                                &additional);
    }
  }
  answer::AnswerParts parts = answer.Parts();
  parts.exempt_zones = &view.settings->dnssec.negative_anchors;
  return answer::ComposeReply(query, request, parts, now, rotation_.Next(), limit, scratch(),
                              &additional);
}

void RecursiveService::CountHit(const answer::ParsedQuery& parsed) {
  const wire::RRType type = parsed.request.type;
  if (type == wire::RRType::kMX) ++counters().mail_questions;
  if (type != wire::RRType::kA && type != wire::RRType::kAAAA) return;
  if (warmed_->never_used()) return;
  if (warmed_->Has(answer::QuestionHash(parsed.name_hash, type), worker_->Now())) {
    ++counters().mail_warm_answers;
  }
}

void RecursiveService::WarmBehindResolved(const View& view, const answer::Request& request,
                                          const answer::Answer& answer) {
  if (request.type != wire::RRType::kMX && request.type != wire::RRType::kTXT) return;
  if (EndOf(answer, request.type)) WarmBehind(view, request, answer.Parts());
}

void RecursiveService::WarmBehindKnown(const View& view, const answer::Request& request) {
  const MailSettings& settings = view.settings->mail;
  if (!settings.warm && !settings.policies) return;
  answer::AnswerParts parts;
  wire::NameView missing;
  if (!answer::CollectFromCache(*store_, request.name, request.type, recursor_.StoreNow(), &parts,
                                &missing, view.settings->resolution.budget.aliases)) {
    return;
  }
  const cache::EntryView end = parts.parts[parts.count - 1];
  if (end.kind() == cache::EntryKind::kRRset) WarmBehind(view, request, parts);
}

// A client that is not told that the MX answer is secure has no use for TLSA.
bool RecursiveService::MayRenewTlsa(const View& view, const answer::ParsedQuery& parsed,
                                    std::span<const uint8_t> reply) {
  return view.settings->mail.warm && view.settings->dnssec.IsOn() &&
         (wire::LoadU16(reply.data() + 2) & wire::kFlagAD) != 0 &&
         warm_up_.MayRenew(answer::QuestionHash(parsed.name_hash, parsed.request.type));
}

void RecursiveService::RenewTlsa(const View& view, const answer::Request& request) {
  const answer::Knowledge known = recursor_.facilities().Known(*view.settings);
  answer::AnswerParts parts;
  wire::NameView missing;
  if (!answer::CollectFromCache(*store_, request.name, request.type, known.now, &parts, &missing,
                                view.settings->resolution.budget.aliases)) {
    return;
  }
  const cache::EntryView end = parts.parts[parts.count - 1];
  if (end.kind() != cache::EntryKind::kRRset || !answer::IsSecure(parts, known.now)) return;
  try {
    mail::Questions questions;
    mail::PlanExchangers(known, end, mail::Purpose::kFollowHost, &questions);
    if (!questions.empty()) Spread(view, questions);
  } catch (const std::bad_alloc&) {
    // The mail server will ask itself.
  }
}

void RecursiveService::WarmBehind(const View& view, const answer::Request& request,
                                  const answer::AnswerParts& answer) {
  const MailSettings& settings = view.settings->mail;
  if (!warm_up_.MayFollow(answer::QuestionHash(*store_, request.name, request.type))) return;
  resolution::Facilities& facilities = recursor_.facilities();
  const answer::Knowledge known = facilities.Known(*view.settings);
  const cache::EntryView end = answer.parts[answer.count - 1];
  try {
    mail::Questions questions;
    if (request.type == wire::RRType::kMX) {
      const bool secure = view.settings->dnssec.IsOn() && answer::IsSecure(answer, known.now);
      const mail::Purpose purpose = secure ? mail::Purpose::kFollowHost : mail::Purpose::kKeep;
      if (settings.warm) mail::PlanExchangers(known, end, purpose, &questions);
      if (settings.policies) mail::PlanPolicies(request.name, &questions);
    } else if (request.type == wire::RRType::kTXT && settings.spf) {
      mail::PlanSpfOf(known, end, &questions);
    }
    if (!questions.empty()) Spread(view, questions);
  } catch (const std::bad_alloc&) {
    // The mail server will ask itself.
  }
}

void RecursiveService::Spread(const View& view, const mail::Questions& questions) {
  const Allowance whole = resolution::FullAllowance(view.settings->resolution.budget);
  const size_t workers = std::max<size_t>(peers_.size(), 1);
  for (size_t worker = 0; worker < workers; ++worker) {
    mail::Questions own;
    for (const mail::Question& question : questions) {
      if (workers == 1 || OwnerOf(question.name, question.type) == worker) own.push_back(question);
    }
    if (own.empty()) continue;
    const Allowance share = ShareOf(whole, own.size(), questions.size());
    if (workers == 1 || worker == static_cast<size_t>(worker_->index())) {
      warm_up_.Start(std::move(own), share);
      continue;
    }
    // The mailbox of a suspended worker would grow.
    if (warm_under_way_.load(std::memory_order_relaxed) >= mail::kFanOutsMax) {
      ++counters().of_limits.mail_fan_outs_met;
      continue;
    }
    auto message = std::make_unique<WarmMessage>();
    warm_under_way_.fetch_add(1, std::memory_order_relaxed);
    message->sender = &warm_under_way_;
    message->questions = std::move(own);
    message->allowance = share;
    peers_[worker]->Post(message.release());
  }
}

}  // namespace tern::resolver::service
