#include "resolver/mail/fan_out.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "resolver/answer/question_hash.h"
#include "resolver/mail/plan.h"
#include "wire/check.h"

namespace tern::resolver::mail {
namespace {

// A mail server asks for an address it has not heard of within this time.
constexpr std::chrono::minutes kWarmedFor(1);
// TLSA of the same host is not asked for again within this time.
constexpr std::chrono::seconds kTlsaPause(5);

}  // namespace

using cache::EntryKind;
using cache::EntryView;
using wire::RRType;

FanOut::FanOut(resolution::Facilities* facilities, resolution::JobTable* table,
               ExpiringMarks* warmed, Owner* owner)
    : facilities_(*facilities), table_(*table), warmed_(*warmed), owner_(*owner) {
  for (Asked& asked : asked_) asked.fan_out = this;
}

void FanOut::Start(Questions questions, const Allowance& allowance) {
  TERN_REQUIRE(open_ == 0);
  questions_ = std::move(questions);
  allowance_ = allowance;
  next_ = 0;
  spf_lookups_left_ = kSpfLookupsMax;
  spf_void_left_ = kSpfVoidLookupsMax;
  // For both families.
  in_vain_left_ = 2 * facilities_.settings->resolution.budget.failed_addresses;
  GoOn();
}

FanOut::Asked* FanOut::FindFree() {
  for (Asked& asked : asked_) {
    if (!asked.open) return &asked;
  }
  return nullptr;
}

bool FanOut::MayStart(const Question& question) const {
  if (static_cast<int>(open_) >= in_vain_left_) return false;
  if (question.purpose != Purpose::kFollowSpf) return true;
  const auto under_way = std::count_if(asked_.begin(), asked_.end(), [](const Asked& asked) {
    return asked.open && asked.purpose == Purpose::kFollowSpf;
  });
  return under_way <= spf_void_left_;
}

void FanOut::GoOn() {
  using Started = resolution::JobTable::Started;
  for (Asked* free = FindFree(); free != nullptr && next_ < questions_.size(); free = FindFree()) {
    if (!MayStart(questions_[next_])) break;
    const Question question = questions_[next_];
    if (!FollowKnown(question)) {
      free->name = question.name;
      free->purpose = question.purpose;
      free->type = question.type;
      const Started started = table_.StartAhead(question.name, question.type, &allowance_, free);
      if (started == Started::kBusy) break;
      free->open = started == Started::kStarted;
      open_ += free->open ? 1 : 0;
    }
    ++next_;
  }
  if (open_ == 0) owner_.OnDone(this);
}

void FanOut::OnAnswer(Asked* asked, const answer::Answer& answer) {
  asked->open = false;
  --open_;
  if (asked->purpose == Purpose::kFollowHost) FollowHost(asked->name, answer);
  if (const EntryView end = answer.EndRRset()) {
    NoteWarmed(end);
    FollowSafely(asked->purpose, end);
  } else {
    NoteInVain(*asked, answer.rcode());
  }
  // A domain whose records lead nowhere is not worth more.
  if (spf_void_left_ < 0 || in_vain_left_ <= 0) next_ = questions_.size();
  GoOn();
}

void FanOut::NoteWarmed(EntryView end) {
  if (end.type() != RRType::kA && end.type() != RRType::kAAAA) return;
  warmed_.Put(answer::QuestionHash(facilities_.store, end.name(), end.type()),
              facilities_.environment.Now() + kWarmedFor);
}

// Most hosts have no IPv6 address and no TLSA, so that is not in vain.
void FanOut::NoteInVain(const Asked& asked, wire::Rcode rcode) {
  if (asked.purpose == Purpose::kFollowSpf) {
    --spf_void_left_;
  } else if (asked.type == RRType::kTLSA && rcode != wire::Rcode::kServFail) {
    return;
  } else if (rcode != wire::Rcode::kNoError || asked.type != RRType::kAAAA) {
    --in_vain_left_;
  }
}

// If there is no memory, what the answer leads to is left to the mail server.
void FanOut::FollowSafely(Purpose purpose, EntryView end) {
  try {
    Follow(purpose, end);
  } catch (const std::bad_alloc&) {
    next_ = questions_.size();
  }
}

void FanOut::Follow(Purpose purpose, EntryView end) {
  const answer::Knowledge known = facilities_.Known(*facilities_.settings);
  if (purpose == Purpose::kFollowSpf && end.type() == RRType::kTXT) {
    PlanSpf(known, end, &spf_lookups_left_, &questions_);
  } else if (purpose == Purpose::kFollowExchangers && end.type() == RRType::kMX) {
    PlanExchangers(known, end, Purpose::kKeep, &questions_);
  }
}

// Another worker may have the other family of the host. TLSA is asked once.
void FanOut::FollowHost(wire::NameView host, const answer::Answer& address) {
  const Time now = facilities_.environment.Now();
  Questions found;
  try {
    PlanTlsa(facilities_.Known(*facilities_.settings), host, address.Parts(), &found);
    for (const Question& question : found) {
      const uint64_t hash = answer::QuestionHash(facilities_.store, question.name, question.type);
      if (warmed_.Has(hash, now)) continue;
      warmed_.Put(hash, now + kTlsaPause);
      AddQuestion(question.name, question.type, question.purpose, &questions_);
    }
  } catch (const std::bad_alloc&) {
    // The mail server will ask itself.
  }
}

// Whether the store has the answer to a question that leads further.
bool FanOut::FollowKnown(const Question& question) {
  if (question.purpose == Purpose::kKeep || question.purpose == Purpose::kFollowHost) return false;
  const cache::Store& store = facilities_.store;
  const EntryView known = store.Find(question.name, cache::KeySpace::kData, question.type);
  if (!known || !known.IsFresh(facilities_.StoreNow())) return false;
  if (known.kind() == EntryKind::kRRset) FollowSafely(question.purpose, known);
  return true;
}

}  // namespace tern::resolver::mail
