// What a race does with replies that deny without an SOA, and with those that help nobody; see
// race.h.
#include <string_view>

#include "resolver/upstream/race.h"

namespace tern::resolver::upstream {
namespace {

constexpr int kConfirmationsEnough = 2;

}  // namespace

// The server is not to blame: nobody asked for the part but this resolver. So nothing is learnt.
void Race::EndProbe(Attempt& attempt) {
  TraceStep("reply", attempt, "no answer to a part of the name");
  Close(attempt);
  Finish(result_.meaning.reply_class == ReplyClass::kEmpty ? RaceResult::Kind::kEmpty
                                                           : RaceResult::Kind::kProbeFailed);
}

// NODATA without an SOA (RFC 2308 section 2.2, type 3). Two servers of the zone that say so are
// enough: a third would most likely say the same.
void Race::OnEmpty(Attempt& attempt) {
  seen_empty_ = true;
  if (!servers_.forwarded() && facilities_.records.header().Has(wire::kFlagAA)) ++confirmations_;
  if (confirmations_ < kConfirmationsEnough) {
    Drop(attempt, Duration(0), "empty");
    return;
  }
  TraceStep("reply", attempt, "empty, as another server said");
  Close(attempt);
  Finish(RaceResult::Kind::kEmpty);
}

void Race::Drop(Attempt& attempt, Duration lame_for, std::string_view why, RaceResult::Said said) {
  TraceStep("reply", attempt, why);
  result_.said |= said;
  Candidate& candidate = servers_.candidates()[attempt.candidate];
  candidate.failed = true;
  // A forwarder's SERVFAIL most often says that it could not find out. To ask again would feed
  // loops among forwarders.
  const bool could_not_find_out =
      servers_.forwarded() && facilities_.records.rcode() == wire::Rcode::kServFail;
  candidate.gave_nothing = said != RaceResult::kSaidUnsound && !could_not_find_out;
  if (lame_for.count() > 0) {
    facilities_.server_table.NoteLame(attempt.key, servers_.zone(), lame_for,
                                      facilities_.environment.Now());
  }
  Close(attempt);
  GoOn();
}

}  // namespace tern::resolver::upstream
