// What a race does with replies that deny without an SOA, and with those that help nobody; see
// race.h.
#include <algorithm>
#include <new>
#include <string_view>

#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {
namespace {

constexpr int kConfirmationsEnough = 2;

// Whether the reply says that the name that was asked has no such records, or is not there.
bool DeniesTheQuestion(const ReplyMeaning& meaning, const wire::Name& name) {
  const ReplyClass reply_class = meaning.reply_class;
  return (reply_class == ReplyClass::kNoData || reply_class == ReplyClass::kNxDomain ||
          reply_class == ReplyClass::kEmpty) &&
         meaning.end.view().Equals(name);
}

}  // namespace

// Some servers compare names octet by octet, and so deny a name with capitals. A server that never
// knew a name with capitals is asked again in lower case, once within the hour.
bool Race::IsDoubtfulDenial(const Attempt& attempt) const {
  return subject_ != Subject::kProbe && attempt.transport == Transport::kUdp &&
         attempt.form.random_case && DeniesTheQuestion(result_.meaning, name_) &&
         !question_.name.view().EqualsExactly(lower_question_.name) &&
         terms_.allowance->upstream_queries > 0 &&
         !IsUsedUp(servers_.candidates()[attempt.candidate]) &&
         !facilities_.server_table.Get(attempt.key).TakesCapitalsAt(facilities_.environment.Now());
}

void Race::AskInLowerCase(Attempt& attempt, std::span<const uint8_t> denial) {
  TraceStep("reply", attempt, "denied: asked in lower case");
  QueryForm form = attempt.form;
  form.random_case = false;
  attempt.confirms_denial = true;
  try {
    doubted_.assign(denial.begin(), denial.end());
  } catch (const std::bad_alloc&) {
    doubted_.clear();  // then nothing is left if no other reply comes
  }
  AskAgain(attempt, attempt.transport, form);
}

RaceResult::Kind Race::OrDoubtedDenial(RaceResult::Kind kind) {
  const bool is_result = kind == RaceResult::Kind::kReply || kind == RaceResult::Kind::kEmpty;
  if (is_result || doubted_.empty()) return kind;
  const std::span<uint8_t> room = facilities_.reply_buffer();
  std::copy(doubted_.begin(), doubted_.end(), room.begin());
  if (facilities_.records.Read(room.first(doubted_.size()), servers_.zone()) !=
      wire::ParseError::kNone) {
    return kind;
  }
  result_.meaning = Classify();
  return result_.meaning.reply_class == ReplyClass::kEmpty ? RaceResult::Kind::kEmpty
                                                           : RaceResult::Kind::kReply;
}

ReplyMeaning Race::Classify() const {
  const policy::NameSource source(*terms_.settings, *facilities_.local_data, name_);
  return ClassifyReply(facilities_.records, name_, question_.type, servers_.zone(),
                       servers_.forwarded(), &source);
}

// From a useful reply.
void Race::LearnCapitals(const Attempt& attempt) {
  ServerTable& table = facilities_.server_table;
  const Time now = facilities_.environment.Now();
  const bool denies = DeniesTheQuestion(result_.meaning, name_);
  if (attempt.confirms_denial) {
    denies ? table.NoteTakesCapitals(attempt.key, now)
           : table.NoteTakesNoCapitals(attempt.key, now);
  } else if (!denies && attempt.form.random_case &&
             !question_.name.view().EqualsExactly(lower_question_.name)) {
    table.NoteTakesCapitals(attempt.key, now);
  }
}

// The root and top level domains need not see the whole name: most of their replies are referrals.
bool Race::NeedsNoReply() const {
  return subject_ == Subject::kProbe && servers_.zone().view().LabelCount() > 1;
}

// A truncated reply need not be asked for over TCP, because the whole name is asked for in any
// case. With AA it is no referral. So the part exists, and the zone goes on below it.
std::optional<RaceResult::Kind> Race::EndOfPart(ReplyClass reply_class) const {
  if (!IsPart(subject_)) return std::nullopt;
  const bool is_probe = subject_ == Subject::kProbe;
  switch (reply_class) {
    case ReplyClass::kAnswer:
    case ReplyClass::kAlias:
    case ReplyClass::kNoData:
    case ReplyClass::kNxDomain:
    case ReplyClass::kYxDomain:
    case ReplyClass::kReferral:
      return std::nullopt;
    case ReplyClass::kTruncated:
      if (NeedsNoReply()) return RaceResult::Kind::kProbeFailed;
      if (facilities_.records.rcode() != wire::Rcode::kNoError ||
          !facilities_.records.header().Has(wire::kFlagAA)) {
        return std::nullopt;
      }
      return RaceResult::Kind::kEmpty;
    case ReplyClass::kEmpty:
      if (!is_probe) return std::nullopt;
      return RaceResult::Kind::kEmpty;
    case ReplyClass::kBare:
    case ReplyClass::kLame:
    case ReplyClass::kServerFailure:
    case ReplyClass::kFormatError:
      if (!is_probe) return std::nullopt;
      return RaceResult::Kind::kProbeFailed;
  }
  return std::nullopt;
}

// The server is not to blame: nobody asked for the part but this resolver. So nothing is learnt.
void Race::EndPart(Attempt& attempt, RaceResult::Kind kind) {
  TraceStep("reply", attempt,
            kind == RaceResult::Kind::kEmpty ? "the part of the name exists"
                                             : "no answer to a part of the name");
  Close(attempt);
  Finish(kind);
}

// NODATA without an SOA (RFC 2308 section 2.2, type 3). Two servers of the zone that say so are
// enough: a third would most likely say the same.
void Race::OnEmpty(Attempt& attempt) {
  seen_empty_ = true;
  if (!servers_.forwarded() && facilities_.records.header().Has(wire::kFlagAA)) ++confirmations_;
  if (confirmations_ < kConfirmationsEnough) {
    Drop(attempt, Avoidance(), "empty");
    return;
  }
  TraceStep("reply", attempt, "empty, as another server said");
  Close(attempt);
  Finish(RaceResult::Kind::kEmpty);
}

void Race::Drop(Attempt& attempt, const Avoidance& avoid, std::string_view why,
                RaceResult::Said said) {
  TraceStep("reply", attempt, why);
  result_.said |= said;
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  candidate.failed = true;
  // A forwarder's SERVFAIL most often says that it could not find out. To ask again would feed
  // loops among forwarders.
  const bool could_not_find_out =
      servers_.forwarded() && facilities_.records.rcode() == wire::Rcode::kServFail;
  candidate.gave_nothing = said != RaceResult::kSaidUnsound && !could_not_find_out;
  if (avoid.time.count() > 0 && !IsRareType()) {
    facilities_.Avoid(attempt.key, servers_.zone(), avoid);
  }
  Close(attempt);
  GoOn();
}

}  // namespace tern::resolver::upstream
