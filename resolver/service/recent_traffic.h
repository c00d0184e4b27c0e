// What a worker has seen in the last minutes, for those who watch: the names, types and clients
// that it was asked by most, the zones that fail most, and the last failures with their reasons.
//
// - Nothing here decides anything. A client can put names here, and nothing else.
// - Lists decay (base/top_list.h).
//
// Thread: the worker notes, any thread reads, without a lock. The worker does not notice.
// Bound: the places below, some 250 KiB. A flood of names changes what is in them, not how many
// there are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/published_record.h"
#include "resolver/base/siphash.h"
#include "resolver/base/time.h"
#include "resolver/base/top_clients.h"
#include "resolver/base/top_list.h"
#include "resolver/service/noted_failure.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::service {

inline constexpr size_t kTopNamesMax = 256;
inline constexpr size_t kTopTypesMax = 64;
inline constexpr size_t kTopClientsMax = 128;
inline constexpr size_t kFailingZonesMax = 64;
inline constexpr size_t kLastFailuresMax = 64;

// What all workers have seen.
struct Traffic {
  // As base/top_list.h says; the content is:
  TopList::Snapshot names;             // a name in wire format, in lower case
  TopList::Snapshot types;             // two octets
  TopList::Snapshot clients;           // a length in bits, and the octets of an address
  TopList::Snapshot failing;           // UnpackFailure reads it; its zone failed
  std::vector<NotedFailure> failures;  // the last one first
};

// Knows the traffic of all workers. Any thread may ask it.
class TrafficSource {
 public:
  // `now`: the workers' time. Throws std::bad_alloc.
  virtual Traffic ReadTraffic(Time now) const = 0;

 protected:
  ~TrafficSource() = default;
};

class RecentTraffic {
 public:
  // All workers have one key, so a thing has one hash. It is a secret.
  explicit RecentTraffic(const SipKey& key);

  // A question stands for `weight` ones. `name_hash`: the store's.
  void NoteQuestion(wire::NameView name, uint64_t name_hash, wire::RRType type, double weight,
                    Time now);
  // REQUIRES: shown != kOff.
  void NoteClient(const IpAddress& client, TopClients shown, double weight, Time now);
  // `last` is now; `times` does not count.
  void NoteFailure(const NotedFailure::View& failure, uint64_t name_hash, uint64_t zone_hash);
  void ForgetClients() { clients_.Clear(); }

  // Any thread. Adds what is here. Throws std::bad_alloc.
  void AddTo(Traffic* traffic, Time now) const;

 private:
  void NoteLast(const NotedFailure::View& failure, uint64_t hash);

  const SipKey key_;
  TopList names_{kTopNamesMax, 255};
  TopList types_{kTopTypesMax, sizeof(uint16_t)};
  TopList clients_{kTopClientsMax, 1 + sizeof(IpAddress::octets)};
  TopList failing_{kFailingZonesMax, kNotedFailureOctetsMax};
  // The last failures, each question once.
  struct Last {
    uint64_t hash = 0;
    Time at;
    uint64_t times = 0;
  };
  std::array<Last, kLastFailuresMax> last_;
  std::vector<std::unique_ptr<PublishedRecord>> last_failures_;
};

}  // namespace tern::resolver::service
