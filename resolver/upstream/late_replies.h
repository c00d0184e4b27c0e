// Exchanges over UDP that no race waits for any more, because another server answered first. They
// stay open until their reply comes or their time is over.
//
// - A reply shows how long the server took. Nothing else of it is used.
// - If no reply comes, a packet was lost or the server is silent. Then a hedge beside it was
//   needed, and its credit is given back.
//
// A forger who hits such an exchange teaches a wrong round trip. He needs the id and the case of
// the name for that.
//
// Bound: kLateRepliesMax. The one that has waited longest makes way for a new one.
// Thread: one worker's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "resolver/base/counter.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"
#include "resolver/base/events.h"
#include "resolver/base/limit_counts.h"
#include "resolver/base/time.h"
#include "resolver/upstream/hedge_credit.h"
#include "resolver/upstream/lateness.h"
#include "resolver/upstream/open_counts.h"
#include "resolver/upstream/server_table.h"
#include "resolver/upstream/upstream_query.h"

namespace tern::resolver::upstream {

inline constexpr size_t kLateRepliesMax = 256;

// What such an exchange teaches. All of it belongs to one worker and outlives the exchanges.
struct LateReplyLessons {
  ServerTable& server_table;
  Lateness& lateness;
  HedgeCredit& hedge_credit;
  OpenCounts& open_counts;
  const EventPort& events;
  LimitCounts<Counter>& limits;
};

class LateReplies final : public ExchangeSink, public Timer {
 public:
  struct Query {
    ServerKey server{};
    Endpoint address;
    bool forwarded = false;        // a server of a forward zone
    bool silence_is_told = false;  // as an event
    uint16_t id = 0;
    Time sent;
    Time until;                 // after that it is not waited for
    bool repays_hedge = false;  // if no reply comes, the credit of one hedge is given back
  };

  LateReplies(Environment* environment, const LateReplyLessons& lessons);
  ~LateReplies();

  // Takes over an open exchange, which counts in OpenCounts::QueriesOf until it ends.
  void Await(ExchangeId exchange, const Query& query, const UpstreamQuestion& question);
  size_t size() const { return size_; }

  void OnReply(ExchangeId id, std::span<const uint8_t> message) override;
  void OnExchangeFailed(ExchangeId id, ExchangeFailure failure) override;
  void OnTimer() override;

 private:
  size_t Find(ExchangeId id) const;
  size_t LongestWaiting() const;
  // Forgets the exchange, which has ended. Another one takes its place.
  void Forget(size_t place);
  void End(size_t place);
  // Tells a late reply, or that none came. REQUIRES: the port for events is open.
  void Tell(Event::Kind kind, size_t place, std::span<const uint8_t> reply) const;
  void ArmNext();

  Environment* const environment_;
  const LateReplyLessons lessons_;
  size_t size_ = 0;
  std::array<ExchangeId, kLateRepliesMax> exchanges_{};
  std::array<Query, kLateRepliesMax> queries_{};
  std::unique_ptr<std::array<UpstreamQuestion, kLateRepliesMax>> questions_;
};

}  // namespace tern::resolver::upstream
