// What the process has learnt about upstream name servers, by address: how fast each is, whether
// it answers at all, what it cannot do, and for which zones it is lame.
//
// Bounded: a fixed number of sets of four; a new server takes the place of the one in its set that
// was not heard of for longest. Forgetting costs a round trip, nothing else.
//
// Thread: any; a small lock a set. Not on the path of a cached answer.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "resolver/endpoint.h"
#include "resolver/time.h"
#include "wire/name.h"

namespace tern::resolver {

// A snapshot of one server.
struct ServerRecord {
  Duration srtt{0};  // RFC 6298's smoothed round trip; 0: never measured
  Duration rttvar{0};
  uint16_t silences = 0;       // attempts without an answer since the last answer
  bool plain_dns = false;      // no EDNS (FORMERR or NOTIMP to it)
  bool keeps_no_case = false;  // answers with another case than it was asked with
  Time last_answer{};
  Time last_silence{};

  bool IsKnown() const { return srtt.count() != 0; }
  // Known, and not so long ago that it should be measured again: a slow server may have got better.
  bool IsKnownAt(Time now) const {
    return IsKnown() && now - std::max(last_answer, last_silence) < std::chrono::minutes(2);
  }
  // How long an answer may take before the server is later than it usually is.
  Duration Lateness() const { return srtt + 4 * rttvar; }
};

class ServerTable {
 public:
  // `servers` is rounded up to a power of two. 16,384 servers take about 2 MiB.
  explicit ServerTable(uint64_t seed, size_t servers = 16384);

  ServerRecord Get(const Endpoint& server) const;

  // An answer came after `rtt` (RFC 6298 section 2: gains 1/8 and 1/4).
  void RecordAnswer(const Endpoint& server, Duration rtt, Time now);
  // No answer within `waited`; the server counts as at least that slow until it answers again.
  void RecordSilence(const Endpoint& server, Duration waited, Time now);
  void RecordPlainDns(const Endpoint& server, Time now);
  void RecordKeepsNoCase(const Endpoint& server, Time now);

  // A server that has been silent again and again is asked by one query at a time in the whole
  // process. True: this caller is the one, until `interval` is over.
  bool ClaimProbe(const Endpoint& server, Duration interval, Time now);

  // Lame delegations (RFC 9499 section 7): this server does not serve this zone; for `duration`.
  void RecordLame(const Endpoint& server, wire::NameView zone, Duration duration, Time now);
  bool IsLame(const Endpoint& server, wire::NameView zone, Time now) const;

 private:
  static constexpr size_t kWays = 4;

  struct Slot {
    Endpoint server;
    ServerRecord record;
    Time touched{};
    Time probe_until{};
    Time plain_dns_until{};
    Time keeps_no_case_until{};
  };
  struct LameSlot {
    uint64_t key = 0;
    Time until{};
  };
  struct Set {
    mutable std::mutex lock;
    std::array<Slot, kWays> slots;
    std::array<LameSlot, kWays> lame;
    size_t lame_next = 0;
  };

  uint64_t HashOf(const Endpoint& server) const;
  Set& SetOf(uint64_t hash) const { return sets_[hash & mask_]; }
  // The server's slot, made when there is none. REQUIRES: the set's lock is held.
  static Slot& Touch(Set& set, const Endpoint& server, Time now);

  uint64_t seed_;
  size_t mask_;
  // Spares the look where no server was ever lame: a cold line of memory and a lock a server.
  std::atomic<bool> ever_lame_ = false;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace tern::resolver
