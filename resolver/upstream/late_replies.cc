#include "resolver/upstream/late_replies.h"

#include <algorithm>

#include "wire/check.h"

namespace tern::resolver::upstream {

LateReplies::LateReplies(Environment* environment, const LateReplyLessons& lessons)
    : environment_(environment),
      lessons_(lessons),
      questions_(std::make_unique<std::array<UpstreamQuestion, kLateRepliesMax>>()) {}

LateReplies::~LateReplies() {
  environment_->DisarmTimer(this);
  while (size_ > 0) End(size_ - 1);
}

void LateReplies::Await(ExchangeId exchange, const Query& query, const UpstreamQuestion& question) {
  TERN_REQUIRE(exchange != ExchangeId::kNone);
  if (size_ == kLateRepliesMax) {
    ++lessons_.limits.late_replies_met;
    End(LongestWaiting());
  }
  exchanges_[size_] = exchange;
  queries_[size_] = query;
  (*questions_)[size_] = question;
  lessons_.limits.late_replies.Set(++size_);
  environment_->HandOver(exchange, this);
  ArmNext();
}

size_t LateReplies::Find(ExchangeId id) const {
  return static_cast<size_t>(std::find(exchanges_.begin(), exchanges_.begin() + size_, id) -
                             exchanges_.begin());
}

size_t LateReplies::LongestWaiting() const {
  const auto first =
      std::min_element(queries_.begin(), queries_.begin() + size_,
                       [](const Query& one, const Query& other) { return one.sent < other.sent; });
  return static_cast<size_t>(first - queries_.begin());
}

void LateReplies::Forget(size_t place) {
  --lessons_.open_counts.QueriesOf(queries_[place].server);
  lessons_.limits.late_replies.Set(--size_);
  if (place == size_) return;
  exchanges_[place] = exchanges_[size_];
  queries_[place] = queries_[size_];
  (*questions_)[place] = (*questions_)[size_];
}

void LateReplies::End(size_t place) {
  environment_->EndExchange(exchanges_[place]);
  Forget(place);
}

void LateReplies::ArmNext() {
  if (size_ == 0) {
    environment_->DisarmTimer(this);
    return;
  }
  const auto next = std::min_element(
      queries_.begin(), queries_.begin() + size_,
      [](const Query& one, const Query& other) { return one.until < other.until; });
  environment_->ArmTimer(this, next->until);
}

void LateReplies::Tell(Event::Kind kind, size_t place, std::span<const uint8_t> reply) const {
  const Query& query = queries_[place];
  Event event;
  event.kind = kind;
  event.forwarded = query.forwarded;
  event.peer = query.address;
  event.began = query.sent;
  event.ended = environment_->Now();
  event.reply = reply;
  // Written anew: what was sent is not kept.
  uint8_t written[kUpstreamQueryOctetsMax];
  if (kind != Event::Kind::kServerReply) {
    event.query = {written,
                   WriteUpstreamQuery((*questions_)[place], query.id, QueryForm(), {}, written)};
  }
  lessons_.events.TellServer(event, query.id);
}

void LateReplies::OnReply(ExchangeId id, std::span<const uint8_t> message) {
  const size_t place = Find(id);
  if (place == size_) return;
  const Query& query = queries_[place];
  const ReplyMatch match = MatchReply(message, (*questions_)[place], query.id);
  const bool is_its_own =
      match == ReplyMatch::kMatches ||
      (match == ReplyMatch::kWrongCase && lessons_.server_table.Get(query.server).keeps_no_case);
  if (!is_its_own) return;
  const Time now = environment_->Now();
  const Duration rtt = std::max(now - query.sent, Duration(1));
  if (lessons_.events.IsOpen()) Tell(Event::Kind::kServerReply, place, message);
  lessons_.server_table.NoteAnswer(query.server, rtt, now);
  lessons_.server_table.silent_zones().NoteAnswer(0);
  lessons_.lateness.Record(rtt);
  End(place);
  ArmNext();
}

void LateReplies::OnExchangeFailed(ExchangeId id, ExchangeFailure failure) {
  const size_t place = Find(id);
  if (place == size_) return;
  if (lessons_.events.IsOpen() && failure == ExchangeFailure::kUnreachable) {
    Tell(Event::Kind::kServerUnreachable, place, {});
  }
  Forget(place);
  ArmNext();
}

void LateReplies::OnTimer() {
  const Time now = environment_->Now();
  for (size_t place = size_; place-- > 0;) {
    const Query query = queries_[place];
    if (now < query.until) continue;
    if (lessons_.events.IsOpen() && !query.silence_is_told) {
      Tell(Event::Kind::kServerSilent, place, {});
    }
    End(place);
    lessons_.server_table.NoteSilence(query.server, now - query.sent, now);
    if (query.repays_hedge) lessons_.hedge_credit.GiveBack(1);
  }
  ArmNext();
}

}  // namespace tern::resolver::upstream
