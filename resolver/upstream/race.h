// One question to the servers of one zone, until one of them gives a useful reply.
//
// Any replica's answer counts. The race starts with one server; when it is later than it usually
// is, another replica is asked as well while the earlier attempts stay open, and the first valid
// reply wins. The same server is asked again only after its own timeout, which doubles (at most
// resolution.limits.tries, RFC 9520 section 3.1). A server that fails is left at once for the next.
//
// Somebody may guess at an open query: a reply to it that has another id, question or case is a
// sign. From then on the race, and for 20 s every race for a question in the same zone, has one
// datagram open at a time: a replica that is late is replaced when its time is over, and nobody
// is asked beside it. No more than that zone, because the sign is cheap to give for whoever owns a
// zone: its own servers may send any id. So this slows its own zone alone; for a zone of others a
// guess must hit an open port first.
//
// Cookies (RFC 7873 section 5.3): each query with EDNS carries one. A reply without ours, or
// without one from a server that gives them, is a sign of forgery too. BADCOOKIE is asked again
// with the cookie that came along, then over TCP. Here in race_forgery.cc; and in
// race_pick.cc whom to ask next.
//
// Bounded: kAttemptsMax open attempts, the allowance and the deadline of its terms; and
// all races together by resolution.limits.per_server open queries to one address, but where it
// serves the root, a top level domain or a zone of the configuration. A server at its limit is
// passed over.
//
// Thread: one worker's. Made by a coroutine, awaited once, and destroyed when it is resumed; the
// reply of the result borrows the packet and is valid until the coroutine next suspends.
#pragma once

#include <array>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>

#include "resolver/base/environment.h"
#include "resolver/upstream/race_context.h"
#include "resolver/upstream/reply_class.h"
#include "resolver/upstream/server_table.h"
#include "resolver/upstream/upstream_query.h"
#include "resolver/upstream/zone_servers.h"
#include "wire/name.h"

namespace tern::resolver::upstream {

struct RaceResult {
  enum class Kind : uint8_t {
    kReply,        // `meaning` and the facilities' records say what came
    kEmpty,        // all servers that answered say there is nothing, without an SOA
    kExhausted,    // no server answered usefully
    kNoBudget,     // the client query's upstream queries are used up
    kNoResources,  // this machine could not send
    kDeadline,
  };
  // What all that were asked have in common, when none gave a useful reply.
  enum class Failure : uint8_t {
    kSilentOrLame,
    kUnreachable,  // the network or the host says that nobody is there
    kUnsound,      // what came could not be read
  };
  Kind kind = Kind::kExhausted;
  Failure failure = Failure::kSilentOrLame;
  ReplyMeaning meaning;
};

class Race final : public ExchangeSink, public Timer {
 public:
  // `name` is the question as we hold it; on the wire its case is random. What the context
  // names, the servers and `name` outlive the race.
  Race(const RaceContext& context, ZoneServers& servers, const wire::Name& name, wire::RRType type);
  ~Race();

  // Awaiting: starts; resumes when it is decided.
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> waiting);
  const RaceResult& await_resume() const { return result_; }

  void OnReply(ExchangeId id, std::span<const uint8_t> message) override;
  void OnExchangeFailed(ExchangeId id, ExchangeFailure failure) override;
  void OnTimer() override;

 private:
  static constexpr size_t kAttemptsMax = 12;
  // A replica is asked beside an open attempt no sooner and no later than this.
  static constexpr Duration kHedgeMin = std::chrono::milliseconds(10);
  static constexpr Duration kHedgeMax = std::chrono::milliseconds(300);
  // What a server of which nothing is known has for its first answer.
  static constexpr Duration kRetryUnknown = std::chrono::milliseconds(400);
  // What one has that gets one try only: as long as the third of several.
  static constexpr Duration kOnlyTry = 4 * kRetryUnknown;

  // A candidate and what the table said of it when it was picked.
  struct KnownServer {
    ServerKey key{};
    ServerState record;
  };
  // Which of the attempts are open, and how far they are.
  enum class State : uint8_t {
    kFree,     // no exchange
    kWaiting,  // its server still has time to answer in, or its time was just over
    kSilent,   // its time is over and that was noted; an answer is still welcome
  };
  // How much of EDNS a try has. FORMERR leads from one to the next, see OnFormatError.
  enum class Form : uint8_t {
    kFull,
    kWithoutCookie,  // after a FORMERR: an answer shows that the server takes no cookie
    kPlain,          // after a FORMERR: an answer shows that the server knows no EDNS
    kKnownPlain,     // the server table said so
  };
  // What the last reply made doubtful, so that this try goes over TCP; or, with a concession, a
  // last time over UDP.
  enum class Doubt : uint8_t {
    kNone,
    kCase,    // it came in another case: the server keeps no case, or somebody guessed
    kCookie,  // it came without a cookie from a server that gives cookies
  };
  // What a try gives up because the doubt could not be settled over TCP. Once given up, it stays so
  // for the tries that follow.
  struct Concessions {
    bool random_case = false;  // the name is sent in its own case
    bool cookie = false;       // a reply without a cookie is believed
  };
  enum class CookieSent : uint8_t {
    kNone,
    kFirst,
    kRenewed,  // the one that came with a BADCOOKIE
  };
  struct Attempt {
    ExchangeId exchange = ExchangeId::kNone;
    ServerKey key{};
    Time sent;
    Time late;  // when it counts as silent
    uint16_t id = 0;
    uint8_t candidate = 0;
    Transport transport = Transport::kUdp;
    State state = State::kFree;
    Form form = Form::kFull;
    Doubt doubt = Doubt::kNone;
    Concessions concessions;
    CookieSent cookie = CookieSent::kNone;
    std::array<uint8_t, kClientCookieOctets> client_cookie{};  // unless CookieSent::kNone
    bool expendable = false;  // never answered, or thought dead: see NoteLosers

    bool has_edns() const { return form == Form::kFull || form == Form::kWithoutCookie; }
  };

  // It has had its tries over UDP.
  bool IsUsedUp(const Candidate& candidate) const {
    return candidate.tries >= terms_.settings->resolution.limits.tries;
  }
  Attempt* FindAttempt(ExchangeId id);
  Attempt* FreeSlot();
  void Close(Attempt& attempt);
  // The attempt's exchange is over.
  void NoteClosed(Attempt& attempt);
  // Some attempt's server still has time left to answer in.
  bool AnyWaiting(Time now) const;
  // Where nobody more can be asked: as before, but what is open has at least kOnlyTry.
  bool AnyWaitingAtLast(Time now);

  bool HasBudget();
  // Asks the best server that may be asked now. False when there is none.
  bool Launch();
  int Pick(Time now, KnownServer* picked);
  bool OnlyDeadAreLeft(Time now) const;
  bool IsAtLimit(ServerKey server, const ServerState& record, int tries, Time now) const;
  // `like`: the attempt that goes on in this way; null for a new one.
  bool Send(uint8_t candidate, const KnownServer& known, Transport transport, Form form,
            const Attempt* like);
  // Somebody seems to guess: one datagram is open at a time.
  bool IsOneAtATime(Time now) const;
  // Whether a datagram is open whose server has time left.
  bool HasDatagram(Time now) const;
  void CloseDatagrams();
  void BreakOff(Attempt& attempt);
  void NoteSilences(Time now);
  Duration HedgeDelay(const ServerState& record) const;
  Duration RetryTimeout(const ServerState& record, int tries) const;
  void ArmNext();

  // Goes on after a server that gave no useful reply: to the next one, or to the end.
  void GoOn();
  void WaitOrFinish(Time now);
  // Decides the race. When awaiting, resumes the coroutine, which destroys this object.
  void Finish(RaceResult::Kind kind);
  RaceResult::Failure CommonFailure() const {
    if (silences_ > 0 || seen_lame_) return RaceResult::Failure::kSilentOrLame;
    // After what cannot be read the server is asked over TCP, where it may be unreachable.
    if (seen_unsound_) return RaceResult::Failure::kUnsound;
    // Where a datagram came that was no answer, somebody is there, or somebody forges.
    return seen_unreachable_ && !forged_ ? RaceResult::Failure::kUnreachable
                                         : RaceResult::Failure::kSilentOrLame;
  }
  void OnMismatch(Attempt& attempt, ReplyMatch match);
  void OnSignOfForgery(const Attempt& met);
  void AskOverTcp(Attempt& attempt, std::string_view why);
  void AskAgain(Attempt& attempt, Transport transport, Form form);
  void OnMatchingReply(Attempt& attempt, std::span<const uint8_t> message);
  std::span<const uint8_t> WithOurCase(std::span<const uint8_t> message);
  void OnFormatError(Attempt& attempt);
  // The cookie for the attempt's query; none where it is to have none.
  UpstreamCookie MakeCookie(Attempt& attempt, const ServerState& record);
  // Learns from the reply's cookie. False when the reply is not believed for it, and the exchange
  // goes on in another way.
  bool AcceptCookie(Attempt& attempt);
  void OnBadCookie(Attempt& attempt);
  void NoteAnswer(const Attempt& attempt);
  int NoteLosers();
  // The server may yet answer in the one way that is left. True when it is asked in that way.
  bool ConcedeAndAsk(const Attempt& failed);
  void OnUnreachable(const Attempt& attempt);
  void Drop(Attempt& attempt, Duration lame_for, std::string_view why);
  void TraceStep(std::string_view kind, const Attempt& attempt, std::string_view outcome);

  RaceFacilities& facilities_;
  const QuestionTerms& terms_;
  MoreServers& more_servers_;
  ZoneServers& servers_;
  const wire::Name& name_;
  UpstreamQuestion question_;
  RaceResult result_;
  std::coroutine_handle<> waiting_;
  std::array<Attempt, kAttemptsMax> attempts_;
  ServerKey answered_{};  // the last that did, even if with nothing useful
  Time next_launch_;
  int launches_ = 0;
  int hedges_ = 0;
  int silences_ = 0;     // attempts whose time passed
  bool forged_ = false;  // a reply came that was no answer
  bool decided_ = false;
  bool seen_empty_ = false;
  bool looked_further_ = false;
  bool seen_unreachable_ = false;
  bool seen_unsound_ = false;
  bool seen_lame_ = false;
  RaceResult::Kind why_not_ = RaceResult::Kind::kExhausted;
};

}  // namespace tern::resolver::upstream
