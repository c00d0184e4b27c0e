// Which events are wanted, and the rings into which workers put them. It is there only while the
// query log or dnstap is on.
//
// Thread: immutable once made, except for the rings (event_ring.h).
// Bound: a ring for each worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/event.h"
#include "resolver/base/event_ring.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver {

// A worker walks over the lists for each query.
inline constexpr size_t kQueryLogPrefixesMax = 16;
inline constexpr size_t kQueryLogZonesMax = 16;

// What of clients' queries the query log has.
struct QueryLogFilter {
  bool only_failures = false;
  std::vector<Prefix> clients = {};    // none: all
  std::vector<wire::Name> zones = {};  // names at or below them; none: all

  // `reply` may be empty: no answer is a failure, as each RCODE but NOERROR and NXDOMAIN.
  bool Wants(const IpAddress& client, wire::NameView name, std::span<const uint8_t> reply) const;
  friend bool operator==(const QueryLogFilter&, const QueryLogFilter&) = default;
};

struct EventWishes {
  bool clients_to_dnstap = false;
  bool servers_to_dnstap = false;
  uint32_t dnstap_sample = 1;  // one in so many
  bool to_log = false;
  uint32_t log_sample = 1;
  QueryLogFilter log_filter = {};
  uint64_t seed = 0;  // so that nobody outside chooses what is seen

  // `id` and `began` are those of the query, so that all events of one query have the same lot.
  bool IsDrawn(uint32_t sample, const Event& event, uint16_t id) const;
};

struct Events {
  // Throws std::bad_alloc.
  Events(EventWishes wanted, size_t workers) : wishes(std::move(wanted)) {
    for (size_t i = 0; i < workers; ++i) rings.push_back(std::make_unique<EventRing>(&bell));
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  const EventWishes wishes;
  mutable EventBell bell;
  std::vector<std::unique_ptr<EventRing>> rings;  // by worker
};

// Where one worker tells its events. Thread: the worker's.
class EventPort {
 public:
  EventPort() = default;
  // `events` outlives the port. Null: nothing is told.
  EventPort(const Events* events, size_t worker)
      : wishes_(events == nullptr ? nullptr : &events->wishes),
        ring_(events == nullptr ? nullptr : events->rings[worker].get()) {}

  bool IsOpen() const { return ring_ != nullptr; }
  // The name is that of the question, and the root if there is none.
  // REQUIRES: IsOpen(). Not of a server.
  void TellClient(Event event, uint16_t id, wire::NameView name) const;
  // REQUIRES: IsOpen(). Of a server.
  void TellServer(Event event, uint16_t id) const;

 private:
  const EventWishes* wishes_ = nullptr;
  EventRing* ring_ = nullptr;
};

}  // namespace tern::resolver
