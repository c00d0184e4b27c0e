// What a race needs from outside. It sees nothing else of the resolution that it runs for.
//
// Thread: one worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "cache/store.h"
#include "resolver/base/allowance.h"
#include "resolver/base/counters.h"
#include "resolver/base/environment.h"
#include "resolver/base/events.h"
#include "resolver/base/trace.h"
#include "resolver/policy/core_settings.h"
#include "resolver/upstream/avoided.h"
#include "resolver/upstream/hedge_credit.h"
#include "resolver/upstream/late_replies.h"
#include "resolver/upstream/lateness.h"
#include "resolver/upstream/open_counts.h"
#include "resolver/upstream/open_races.h"
#include "resolver/upstream/reply_records.h"
#include "resolver/upstream/server_table.h"
#include "resolver/upstream/zone_counts.h"
#include "wire/message.h"
#include "wire/name.h"

namespace tern::resolver::policy {
class LocalData;
}  // namespace tern::resolver::policy

namespace tern::resolver::upstream {

// Ends finished resolutions and tells their waiters. A callback of an exchange or a timer may
// finish resolutions, but it does not tell the waiters itself. So calls do not nest ever deeper.
class Finisher {
 public:
  // Every callback from the loop ends with this call. A call from inside Drain does nothing.
  virtual void Drain() = 0;

 protected:
  ~Finisher() = default;
};

// Drains at the end of its scope. By then the race may be gone, so `finisher` outlives the race.
class DrainAtExit {
 public:
  explicit DrainAtExit(Finisher& finisher) : finisher_(finisher) {}
  ~DrainAtExit() { finisher_.Drain(); }
  DrainAtExit(const DrainAtExit&) = delete;
  DrainAtExit& operator=(const DrainAtExit&) = delete;

 private:
  Finisher& finisher_;
};

// A race asks it for other servers when all known servers are late.
class MoreServers {
 public:
  // Starts to look up the address of one more server of the zone. True when there was one to look
  // up. If that server has an address, it is in the store some time later.
  virtual bool LookUpAnother() = 0;
  // Starts to ask the zone's parent for the delegation anew, because the zone may have moved. True
  // when it did. If there is another delegation, it is in the store some time later.
  virtual bool AskParent() = 0;

 protected:
  ~MoreServers() = default;
};

// What all races of one worker share. It outlives them.
struct RaceFacilities {
  RaceFacilities(cache::Store* store_, ServerTable* server_table_, Environment* environment_,
                 std::shared_ptr<const policy::LocalData> local_data_)
      : store(*store_),
        server_table(*server_table_),
        environment(*environment_),
        local_data(std::move(local_data_)),
        // The store's key is secret, and so is what it makes of the root.
        records(store_->Hash(wire::NameView())),
        reply_octets(std::make_unique<uint8_t[]>(wire::kMessageOctetsMax)) {}

  cache::Instant StoreNow() const { return StoreInstant(environment.Now()); }
  void NoteRoundTrip(Duration took) {
    lateness.Record(took);
    counters.of_upstream.round_trips.Note(took);
  }
  // `again`: this question has asked the server before.
  void CountQuery(Transport transport, bool again) {
    ++counters.upstream_queries;
    if (transport == Transport::kTcp) ++counters.of_upstream.over_tcp;
    if (again) ++counters.of_upstream.again;
  }
  // From now on the server counts as not serving the zone for a while.
  void Avoid(ServerKey server, wire::NameView zone, const Avoidance& avoidance) {
    ++counters.of_upstream.avoided[static_cast<size_t>(avoidance.why)];
    server_table.NoteLame(server, zone, avoidance.time, environment.Now(), avoidance.why);
  }
  // A buffer for a copy of one upstream reply.
  std::span<uint8_t> reply_buffer() { return {reply_octets.get(), wire::kMessageOctetsMax}; }

  const cache::Store& store;
  ServerTable& server_table;
  Environment& environment;
  std::shared_ptr<const policy::LocalData> local_data;  // the data in force now
  ReplyRecords records;                                 // of the current reply
  Lateness lateness;
  HedgeCredit hedge_credit;
  OpenCounts open_counts;
  WorkerCounters counters;
  ZoneCountTable zone_counts;
  EventPort events;  // where queries and replies are told
  LateReplies late_replies{
      &environment,
      {server_table, lateness, hedge_credit, open_counts, events, counters.of_limits}};
  OpenRaces open_races;
  std::unique_ptr<uint8_t[]> reply_octets;
  Finisher* finisher = nullptr;  // set before the first race
};

// The terms on which one question is asked. The allowance and the deadline may change while a race
// waits, because a client that joins brings its own.
struct QuestionTerms {
  const policy::CoreSettings* settings = nullptr;
  Allowance* allowance = nullptr;
  Time deadline;
  Trace* trace = nullptr;  // null if no client asked for a trace
  bool dnssec_ok = false;  // signatures are wanted: for validation, or by a client
};

// What a question is about. Parts are asked for because of QNAME minimisation, and only help to
// find the zone cuts.
enum class Subject : uint8_t {
  kWholeName,
  // The whole name, and a type that some servers do not answer. Each server is tried once. What a
  // server does not say about the type teaches nothing of the server.
  kRareType,
  kPart,   // strict minimisation: nothing longer is asked before the part is known to exist
  kProbe,  // a part, relaxed: if a server answers with an error, no other server and way is tried
};

constexpr bool IsPart(Subject subject) {
  return subject == Subject::kPart || subject == Subject::kProbe;
}

struct RaceContext {
  RaceFacilities& facilities;
  const QuestionTerms& terms;
  MoreServers& more_servers;
  // Asks only servers that gave nothing useful in the races before, in leaner forms.
  bool is_last_round = false;
  Subject subject = Subject::kWholeName;
  // If only dead servers are left, something else is tried after the time of a hedge. Their replies
  // are still waited for, but not by this race.
  bool has_other_way = false;
};

}  // namespace tern::resolver::upstream
