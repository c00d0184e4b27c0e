// Asks one question of the servers of one zone, until one of them gives a useful reply.
//
// How it asks:
// - Any replica's answer counts. The first valid reply wins.
// - The race starts with one server. When that one is later than usual, another replica is asked
//   too. The earlier attempts stay open.
// - If the server is known well and every replica is far, its query is repeated instead. This is
//   done once.
// - Beside that, the same server is asked again only after its own timeout. The timeout doubles.
//   There are at most resolution.limits.tries tries (RFC 9520 section 3.1).
// - What is overtaken stays open for a while (late_replies.h).
// - When a server fails, the next one is asked at once.
//
// Equal questions:
// - If a race for the same zone, name and type is under way in this worker, this one asks nothing.
//   It waits and gets the result of that one (open_races.h).
// - If the race that asks ends before it has a result, one of those that waited asks.
//
// Signs of forgery:
// - A reply with another id, question or case is a sign that somebody guesses at an open query.
// - After such a sign the zone has one datagram open at a time in each worker, for 20 s. When a
//   replica is late, its time runs out before the next one is asked. While another race for the
//   zone has a datagram open, this one asks over TCP. If TCP fails, it waits until it is its turn.
// - Only that zone is slowed down. Its owner could cause that at any time, because its own servers
//   may send any id. Somebody else must first hit an open port of ours.
//
// Cookies (RFC 7873 section 5.3):
// - Each query with EDNS carries a cookie.
// - A reply with another client cookie is a sign of forgery. So is a reply without a cookie from a
//   server that gives cookies.
// - After BADCOOKIE the server is asked with the cookie that came along, then over TCP.
//
// Forms (query_form.h):
// - A query carries what its server is known to take. A silent server's second try is in lower case
//   and without a cookie, its third try without EDNS.
// - When all servers failed and no more are known, those that answered are asked again in leaner
//   forms, with at most four queries. This is a race of its own, the last round.
// - The form that helped is remembered for the server.
//
// TCP:
// - A zone and a server have a share of the connections (io/upstream_streams.h). A try beyond it
//   waits until a connection is free.
//
// race_form.cc has the rules for forms, race_forgery.cc the rules for forgery and cookies,
// race_denial.cc the rules for replies that help nobody, race_pick.cc the choice of the next
// server, race_losers.cc what is noted at the end, race_telling.cc what is told of it.
//
// Bounded:
// - One race has at most kAttemptsMax open attempts. Its terms set its allowance and its deadline.
// - All races together have at most resolution.limits.per_server open queries to one address. A
//   server at its limit is passed over. There is no such limit for servers of the root, of a top
//   level domain or of a static zone.
//
// Thread: one worker's. A coroutine makes the race, awaits it once, and destroys it when the race
// resumes it. The reply of the result borrows the packet. It is valid until the coroutine next
// suspends.
#pragma once

#include <array>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"
#include "resolver/base/event.h"
#include "resolver/base/intrusive_list.h"
#include "resolver/upstream/avoided.h"
#include "resolver/upstream/query_form.h"
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
    kEmpty,        // all servers that answered say that there is nothing, without an SOA
    kExhausted,    // no server answered usefully
    kProbeFailed,  // the question was a probe, and a server's answer was no help
    kNoBudget,     // the client query has used up its upstream queries
    kNoResources,  // this machine could not send
    kDeadline,
    kTypeUnanswered,  // never of a race: resolution/rare_type.h
  };
  // What the servers that were asked have in common, when none gave a useful reply.
  enum class Failure : uint8_t {
    kSilentOrLame,
    kUnreachable,  // the network or the host says that nobody is there
    kUnsound,      // the reply could not be read
  };
  // What the servers that answered said, when none gave a useful reply: bits.
  enum Said : uint8_t {
    kSaidNothing = 0,
    kSaidBareNoError = 1,   // ReplyClass::kBare
    kSaidBareNxDomain = 2,  // the same
    kSaidOther = 4,
    kSaidUnsound = 12,         // what could not be believed or read, in no form
    kSaidNotServed = 16,       // REFUSED, NOTAUTH, or what a lame server says
    kSaidNotImplemented = 36,  // FORMERR, NOTIMP, BADVERS
  };
  Kind kind = Kind::kExhausted;
  uint8_t said = kSaidNothing;
  Failure failure = Failure::kSilentOrLame;
  ReplyMeaning meaning;
  ServerKey server{};  // kReply: the server that said it
};

// A query of a race to which no reply has come.
struct OpenQuery {
  Endpoint server;
  Time sent;
  Transport transport = Transport::kUdp;
  bool is_late = false;  // its server's time has run out; a reply is still welcome
};

class Race final : public ExchangeSink,
                   public Timer,
                   public ListNode<ByQuestion>,
                   public ListNode<ByLeader> {
 public:
  // `name` is the question as the store has it. On the wire its case is random.
  // REQUIRES: what the context names, the servers and `name` outlive the race.
  Race(const RaceContext& context, ZoneServers& servers, const wire::Name& name, wire::RRType type);
  ~Race();

  // Awaiting starts the race, or joins an equal one. The coroutine resumes when it is decided.
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> waiting);
  const RaceResult& await_resume() const { return result_; }

  void OnReply(ExchangeId id, std::span<const uint8_t> message) override;
  void OnExchangeFailed(ExchangeId id, ExchangeFailure failure) override;
  uint64_t Group() const override { return zone_hash_; }
  void OnTimer() override;

  // Adds the queries that it waits for; those of another race, if it follows one.
  void ListOpen(std::vector<OpenQuery>* open) const;

 private:
  static constexpr size_t kAttemptsMax = 12;
  // Another replica is asked after at least kHedgeMin and at most kHedgeMax.
  static constexpr Duration kHedgeMin = std::chrono::milliseconds(10);
  static constexpr Duration kHedgeMax = std::chrono::milliseconds(300);
  // The time for the first answer of a server of which nothing is known.
  static constexpr Duration kRetryUnknown = std::chrono::milliseconds(400);
  // The time of a server that gets one try only. It is as long as the third of several tries.
  static constexpr Duration kOnlyTry = 4 * kRetryUnknown;

  // A candidate, and its state in the server table when it was picked.
  struct KnownServer {
    ServerKey key{};
    ServerState record;
  };
  // The state of an attempt.
  enum class State : uint8_t {
    kFree,     // no exchange
    kWaiting,  // the server still has time to answer, or its time has just run out
    kSilent,   // its time ran out and that was noted; an answer is still welcome
  };
  // What is doubtful about the last reply. Because of it this try goes over TCP. If that fails, a
  // last try goes over UDP, with a concession.
  enum class Doubt : uint8_t {
    kNone,
    kCase,      // the reply came in another case: the server does not keep it, or somebody guessed
    kNoCookie,  // the reply came without a cookie from a server that gives cookies
    kWrongCookie,  // the reply came with a cookie that is not ours
    kFormatError,  // FORMERR or the like, from a server that took all within the hour
  };
  enum class CookieSent : uint8_t {
    kNone,
    kFirst,
    kRenewed,  // the cookie that came with a BADCOOKIE
  };
  struct Attempt {
    ExchangeId exchange = ExchangeId::kNone;
    ServerKey key{};
    Time sent;
    Time late;  // from then on it counts as silent
    uint16_t id = 0;
    uint8_t candidate = 0;
    Transport transport = Transport::kUdp;
    State state = State::kFree;
    QueryForm form{};
    std::optional<Sign> after;  // what led to this form, if it is leaner than that of another try
    Doubt doubt = Doubt::kNone;
    bool confirms_denial = false;     // asked again because the server denied a name with capitals
    bool believes_no_cookie = false;  // TCP could not settle Doubt::kNoCookie
    CookieSent cookie = CookieSent::kNone;
    std::array<uint8_t, kClientCookieOctets> client_cookie{};  // none if CookieSent::kNone
    bool out_of_turn = false;  // over TCP only because another race had a datagram open
    bool expendable = false;   // the server never answered, or is thought dead: see NoteLosers
  };

  // Whether both put the same question to the servers of the same zone.
  bool IsEqual(const Race& other) const;
  // The race under way that asks what this one would ask, or null.
  Race* FindEqual();
  void Follow(Race& leader);
  // Sends the first query. False when it could not.
  bool Start();
  // The race that it followed ended without a result.
  void StartLate();
  // Gives the result to the races that follow.
  void TellFollowers();
  // Lets the races that follow go on without this one.
  void LeaveFollowers();
  // For a follower: ends its waiting without a result, or with the leader's.
  void GoOnAlone();
  void TakeResult(const Race& leader);

  bool IsRareType() const { return subject_ == Subject::kRareType; }
  // How often this race picks one server.
  int TriesEnough() const;
  // The candidate has had its tries over UDP.
  bool IsUsedUp(const Candidate& candidate) const {
    return candidate.tries >= terms_.settings->resolution.limits.tries;
  }
  Attempt* FindAttempt(ExchangeId id);
  Attempt* FreeSlot();
  void Close(Attempt& attempt);
  // Called when the attempt's exchange is over.
  void NoteClosed(Attempt& attempt);
  // Whether the server of some attempt still has time to answer.
  bool AnyWaiting(Time now) const;
  // For when no other server can be asked. Gives each open attempt at least kOnlyTry, then does as
  // AnyWaiting.
  bool AnyWaitingAtLast(Time now);

  bool HasBudget();
  // Asks the best server that may be asked now. False when there is none.
  bool Launch();
  // The same. For a rare type asks all servers that are left.
  bool LaunchNext();
  int Pick(Time now, KnownServer* picked);
  // An open attempt's candidate to ask again instead of `picked`, or -1. Its reply is overdue.
  int OverdueBefore(int picked, Time now, KnownServer* server) const;
  bool MayRepeat(const Candidate& candidate, const Attempt& attempt, const ServerState& record,
                 Time now) const;
  bool OnlyDeadAreLeft(Time now) const;
  bool HasWorkingFamily() const;
  bool IsAtLimit(ServerKey server, const ServerState& record, int tries, Time now) const;
  // `like` is the attempt that goes on in this way. It is null for a new attempt.
  bool Send(uint8_t candidate, const KnownServer& known, Transport transport, const QueryForm& form,
            const Attempt* like);
  const UpstreamQuestion& QuestionOf(const Attempt& attempt) const {
    return attempt.form.random_case ? question_ : lower_question_;
  }
  // The form with all that the settings allow.
  QueryForm FullForm(const Candidate& candidate) const;
  // The form with all that the server is known to take.
  QueryForm KnownForm(const Candidate& candidate, const ServerState& record) const;
  // The form of the candidate's query that is repeated. From then on its next form is leaner by two
  // steps, because the repetition took the place of one.
  QueryForm Repeat(uint8_t candidate);
  QueryForm NextForm(const Candidate& candidate, const ServerState& record) const;
  void LearnForm(const Attempt& attempt);
  // Whether one datagram is open at a time, because somebody seems to guess.
  bool IsOneAtATime(Time now) const;
  // Whether a datagram of this race is open whose server still has time.
  bool HasDatagram(Time now) const;
  // Whether another race has a datagram open for the zone.
  bool OthersHaveDatagram() const;
  void CloseDatagrams();
  void BreakOff(Attempt& attempt);
  void NoteSilences(Time now);
  // The attempt's server has not answered within `waited`.
  void NoteSilence(const Attempt& attempt, Duration waited, Time now) {
    facilities_.server_table.NoteSilence(servers_.candidates()[attempt.candidate].server,
                                         attempt.key, waited, now);
  }
  // Starts what may bring another server while all known ones are late. True when something was
  // started.
  bool LookFurther(Time now);
  // Takes the delegation that the parent has given meanwhile.
  void TakeNewDelegation();
  Duration HedgeDelay(const ServerState& record) const;
  Duration RetryTimeout(const ServerState& record, int tries) const;
  void ArmNext();

  // Called after a server gave no useful reply. Asks the next server, or ends the race.
  void GoOn();
  void WaitOrFinish(Time now);
  // Decides the race and resumes the awaiting coroutine, which destroys this object.
  void Finish(RaceResult::Kind kind);
  RaceResult::Failure CommonFailure() const {
    if (silences_ > 0 || seen_lame_) return RaceResult::Failure::kSilentOrLame;
    // After a reply that cannot be read the server is asked over TCP. There it may be unreachable.
    if (seen_unsound_) return RaceResult::Failure::kUnsound;
    // If a datagram came that was no answer, the server is there or somebody forges.
    return seen_unreachable_ && !forged_ ? RaceResult::Failure::kUnreachable
                                         : RaceResult::Failure::kSilentOrLame;
  }
  // Round trips until an answer. TCP has the handshake and its acknowledgement too.
  static int RoundTrips(Transport transport) { return transport == Transport::kTcp ? 3 : 1; }
  static Doubt DoubtAfter(ReplyMatch match);
  void SettleDoubt(const Attempt& attempt);
  void OnMismatch(Attempt& attempt, ReplyMatch match);
  void OnSignOfForgery(const Attempt& met);
  void AskOverTcp(Attempt& attempt, std::string_view why);
  void AskAgain(Attempt& attempt, Transport transport, const QueryForm& form);
  void NoteBoundOf(const ReplyRecords& records);
  void OnMatchingReply(Attempt& attempt, std::span<const uint8_t> message);
  std::span<const uint8_t> WithOurCase(std::span<const uint8_t> message);
  // Whether the question is about a part, and the whole name may be asked for instead at any time.
  bool NeedsNoReply() const;
  // How the reply ends the question about a part, although it does not help. nullopt: it does not
  // end it.
  std::optional<RaceResult::Kind> EndOfPart(ReplyClass reply_class) const;
  void EndPart(Attempt& attempt, RaceResult::Kind kind);
  void OnFormatError(Attempt& attempt);
  // Whether the forwarder may have failed because it holds the answer for bogus.
  bool MayBeBogusThere(const Attempt& attempt) const;
  void AskWithoutChecking(Attempt& attempt);
  bool IsDoubtfulFormatError(const Attempt& attempt) const;
  // For a rare type: the server's code is about the type, and not about EDNS.
  bool IsAboutType(const Attempt& attempt) const;
  void OnUnreadable(Attempt& attempt);
  // True when a server was asked in a leaner form, or waits for its turn to be asked.
  bool AskLeaner();
  int NextToAskLeaner() const;
  // The cookie for the attempt's query. It is empty if the query gets none.
  UpstreamCookie MakeCookie(Attempt& attempt);
  // Learns from the reply's cookie. False when the cookie makes the reply doubtful. Then the
  // exchange goes on in another way.
  bool AcceptCookie(Attempt& attempt);
  void OnBadCookie(Attempt& attempt);
  void NoteAnswer(const Attempt& attempt);
  void NoteLosers();
  bool LeaveLateReply(Attempt& attempt, bool repays_hedge);
  // Tells the zone's silence, if no server of it answered.
  void NoteSilentZone();
  // The counts of the static zone that is asked, or null.
  ZoneCounts<Counter>* CountsOfZone() const {
    if (servers_.static_zone() == nullptr) return nullptr;
    return facilities_.zone_counts.Of(servers_.zone());
  }
  // Asks the server in the one way that is left, if there is one. True when it was asked.
  bool ConcedeAndAsk(const Attempt& failed);
  bool AskInTurn(const Attempt& like);
  bool SendInTurn();
  // There is no connection for the next try: this zone or this server has its share.
  void WaitForConnection(Time now);
  void OnUnreachable(const Attempt& attempt);
  void Drop(Attempt& attempt, const Avoidance& avoid, std::string_view why,
            RaceResult::Said said = RaceResult::kSaidOther);
  void OnEmpty(Attempt& attempt);
  // Whether the server may have denied the name only because of its capitals.
  bool IsDoubtfulDenial(const Attempt& attempt) const;
  void AskInLowerCase(Attempt& attempt, std::span<const uint8_t> denial);
  // If nothing else came, a denial that was doubted counts after all: makes it the result and gives
  // its kind. `kind` if there is none.
  RaceResult::Kind OrDoubtedDenial(RaceResult::Kind kind);
  // What the reply in the facilities' records means.
  ReplyMeaning Classify() const;
  void LearnCapitals(const Attempt& attempt);
  // Tell what is sent and received, for dnstap. REQUIRES: the facilities' port is open.
  void Tell(Event::Kind kind, const Attempt& attempt, std::span<const uint8_t> query,
            std::span<const uint8_t> reply) const;
  void TellNoReply(Event::Kind kind, const Attempt& attempt) const;
  void TraceStep(std::string_view kind, const Attempt& attempt, std::string_view outcome);

  RaceFacilities& facilities_;
  const QuestionTerms& terms_;
  const Subject subject_;
  MoreServers& more_servers_;
  const bool is_last_round_;
  const bool has_other_way_;
  ZoneServers& servers_;
  const wire::Name& name_;
  UpstreamQuestion question_;  // in random case
  UpstreamQuestion lower_question_;
  const uint64_t zone_hash_;
  const uint64_t hash_;  // of the zone, the name and the type
  RaceResult result_;
  Race* leader_ = nullptr;  // the race that this one follows
  IntrusiveList<Race, ByLeader> followers_;
  std::coroutine_handle<> waiting_;
  std::array<Attempt, kAttemptsMax> attempts_;
  std::optional<Attempt> in_turn_;  // the next try; it waits for its turn or for a connection
  ServerKey answered_{};            // the last server that did, even if with nothing useful
  Time next_launch_;
  int launches_ = 0;
  int hedges_ = 0;
  int last_tries_ = 0;       // after all servers failed
  int silences_ = 0;         // attempts whose time ran out
  bool forged_ = false;      // a reply came that was no answer
  bool tcp_failed_ = false;  // a server was asked over TCP because it was not its turn
  // The datagram of another race is open, and TCP failed; or there is no connection for the try.
  bool waits_for_turn_ = false;
  bool decided_ = false;
  bool seen_empty_ = false;
  std::vector<uint8_t> doubted_;  // the reply that is asked for once more in lower case
  int confirmations_ = 0;         // servers of the zone itself that said kEmpty with authority
  bool looked_further_ = false;
  bool parent_asked_ = false;
  bool seen_unreachable_ = false;
  bool seen_unsound_ = false;
  bool seen_lame_ = false;
  bool asked_without_edns_ = false;
  RaceResult::Kind why_not_ = RaceResult::Kind::kExhausted;
};

}  // namespace tern::resolver::upstream
