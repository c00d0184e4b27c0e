// What the process has learnt about upstream name servers, by address:
// - how fast each one is, and whether it answers at all;
// - what it cannot do;
// - its last cookie;
// - for which zones it is lame, or avoided for another reason.
//
// It also holds the zones for which somebody seems to forge answers, whether IPv4 and IPv6 work
// (family_health.h), and which zones are silent (silent_zones.h).
//
// Bounded: a fixed number of sets of four. A new server replaces the one in its set that was not
// heard of for longest. A forgotten server costs one more round trip, nothing else.
//
// A server is known by a key of 64 bits under a secret seed. A caller makes the key once and may
// use it for many calls. The key stays valid when the table forgets the server. Two servers share a
// key only with the chance of guessing one.
//
// Invariants:
// 1. Every field of a record has a value that some caller noted. The fields of one record may be of
//    different moments. If two are noted at the same moment, one may be lost. These are statistics,
//    and the next answer mends them.
// 2. Only one caller claims a probe.
//
// Thread: any. Reading and noting take no lock. These do: the first note of a server, and marks of
// lame servers and forged zones. The table is not on the path of a cached answer.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/base/four_way_table.h"
#include "resolver/base/siphash.h"
#include "resolver/base/time.h"
#include "resolver/upstream/avoided.h"
#include "resolver/upstream/family_health.h"
#include "resolver/upstream/silent_zones.h"
#include "resolver/upstream/upstream_query.h"
#include "wire/name.h"

namespace tern::resolver::upstream {

// A server with so many silences in a row is dead: it is asked only when nothing better is left.
inline constexpr int kDeadAfter = 3;
// So many round trips say how fast a server is.
inline constexpr uint16_t kMeasuredMax = 8;

// A snapshot of one server.
struct ServerState {
  Duration srtt{0};  // RFC 6298's smoothed round trip; 0: never measured
  Duration rttvar{0};
  uint16_t measured = 0;             // round trips that these two come from, at most kMeasuredMax
  uint16_t silences = 0;             // attempts without an answer since the last answer
  Duration penalty{0};               // while there are silences, it counts as at least this slow
  bool plain_dns = false;            // it answered FORMERR or NOTIMP to EDNS
  bool keeps_no_case = false;        // it answers with another case than the query's
  bool takes_no_cookie = false;      // it takes EDNS, but not with a cookie in it
  bool takes_no_capitals = false;    // it answers only when the name is in lower case
  bool loses_large_replies = false;  // its replies over 512 octets do not arrive
  cache::Instant gives_cookies_until;
  cache::Instant takes_all_until;
  cache::Instant takes_capitals_until;
  Time last_answer{};
  Time last_silence{};

  bool IsKnown() const { return srtt.count() != 0; }
  // False when the last measurement is old. Then the server is measured again, because a slow
  // server may have got better.
  bool IsKnownAt(Time now) const {
    return IsKnown() && now - std::max(last_answer, last_silence) < std::chrono::minutes(2);
  }
  // While it gives cookies, a reply without one is not its own.
  bool GivesCookiesAt(Time now) const { return StoreInstant(now) < gives_cookies_until; }
  // Within the hour it answered a query in random case with a cookie and EDNS.
  bool TakesAllAt(Time now) const { return StoreInstant(now) < takes_all_until; }
  // Within the hour it knew a name with capitals, or denied one in lower case too.
  bool TakesCapitalsAt(Time now) const { return StoreInstant(now) < takes_capitals_until; }
  bool HasAnswered() const { return last_answer != Time(); }
  // A server that still answers some questions is not dead, even if it stays silent about a zone it
  // has lost.
  bool IsDeadAt(Time now) const {
    return silences >= kDeadAfter && now - last_answer > std::chrono::seconds(10);
  }
  // How long an answer is expected to take. One silence may be a lost packet, so it alone changes
  // nothing. `usual` is for a server that was not measured.
  Duration ExpectedAt(Time now, Duration usual) const {
    const Duration measured = IsKnownAt(now) ? srtt : usual;
    return silences > 1 || !HasAnswered() ? std::max(measured, penalty) : measured;
  }
  // One round trip says little, because chance may have delayed it.
  bool IsMeasuredOnce() const { return measured == 1 && silences == 0; }
  bool IsMeasuredWell() const { return measured == kMeasuredMax; }
  // If an answer takes longer, the server is later than usual.
  Duration Lateness() const { return srtt + 4 * rttvar; }
};

enum class ServerKey : uint64_t {};

// A server that was silent, for people.
struct SilentServer {
  Endpoint server;
  ServerState state;
};

// How it is known that a server cannot do something. It decides how long that is remembered.
enum class Evidence : uint8_t {
  kSaidSo,   // it said so, for example with FORMERR
  kGuessed,  // another form of the query helped after a silence or a failure, which may be chance
};

class ServerTable {
 public:
  // `servers` is rounded up to a power of two. 16,384 servers take about 2 MiB. `cookie_key` is a
  // secret; client cookies are made with it.
  ServerTable(uint64_t seed, const SipKey& cookie_key, size_t servers = 16384);

  ServerKey KeyOf(const Endpoint& server) const;

  // Budget: two lines of memory and no lock (bench/resolver: BM_WholeMiss).
  ServerState Get(ServerKey server) const;
  ServerState Get(const Endpoint& server) const { return Get(KeyOf(server)); }

  // Call it when an answer came after `rtt` (RFC 6298 section 2: gains 1/8 and 1/4). If the second
  // one is four times as fast as the first, chance delayed the first, which is forgotten.
  void NoteAnswer(ServerKey server, Duration rtt, Time now);
  // Call it when no answer came within `waited`. Until the server answers again, it counts as at
  // least that slow. What was measured is kept. Of overlapping queries only one counts, because
  // many at a time say no more than one.
  void NoteSilence(ServerKey server, Duration waited, Time now);
  // The same, and the address is kept for ListSilent.
  void NoteSilence(const Endpoint& endpoint, ServerKey server, Duration waited, Time now);
  void NotePlainDns(ServerKey server, Time now, Evidence evidence = Evidence::kSaidSo);
  void NoteKeepsNoCase(ServerKey server, Time now);
  void NoteTakesNoCapitals(ServerKey server, Time now);
  void NoteLosesLargeReplies(ServerKey server, Time now);
  void NoteTakesAll(ServerKey server, Time now);
  void NoteTakesCapitals(ServerKey server, Time now);

  // Writes the cookie for a query to the server. It starts with a client cookie that only this
  // server ever sees and that changes each day (RFC 7873 sections 4.1 and 7.1). Behind it is the
  // server cookie that the server last gave for this client cookie.
  void WriteCookie(const Endpoint& server, ServerKey key, Time now, UpstreamCookie* cookie) const;
  // The server gave this cookie. For an hour it is expected to go on giving cookies. REQUIRES: the
  // cookie has kCookieOctetsMin to kCookieOctetsMax octets.
  void NoteCookie(ServerKey server, std::span<const uint8_t> cookie, Time now);
  // The server certainly answered without a cookie. For an hour it is not expected to give any.
  void NoteGivesNoCookie(ServerKey server, Time now);
  void NoteTakesNoCookie(ServerKey server, Time now, Evidence evidence = Evidence::kSaidSo);

  // A probe asks a dead server, although a better one is there, to see whether it lives again; or
  // one that seemed slow once.
  // True: this caller may send the probe, and nobody else in the process until `interval` is over.
  bool ClaimProbe(ServerKey server, Duration interval, Time now);

  // Forgets what is known of the server, but not for which zones it is lame.
  void Forget(ServerKey server);
  // Forgets for which zones servers are lame.
  void ForgetLame() { lame_.Clear(); }
  // Forgets all servers. What says that somebody forges stays, and so does the health of families:
  // they are about this machine and this moment.
  void ForgetAll();
  // The servers that have not answered since they were last silent: at most `count_max`, the most
  // silent first. For people: it walks over the whole table.
  std::vector<SilentServer> ListSilent(size_t count_max) const;

  // The family of the server's address. Only then may a caller claim its probe.
  bool IsOfBrokenFamily(ServerKey server) const { return families_.IsBroken(IsIpv6(server)); }
  bool ClaimFamilyProbe(ServerKey server, Time now) {
    return families_.ClaimProbe(IsIpv6(server), now);
  }
  bool IsFamilyBroken(bool ipv6) const { return families_.IsBroken(ipv6); }
  bool HasFamilyAnswered(bool ipv6) const { return families_.HasAnswered(ipv6); }
  // How many servers are known, how many there may be, and how often one made way for another one.
  size_t size() const { return known_.load(std::memory_order_relaxed); }
  size_t capacity() const { return servers_.places(); }
  uint64_t replaced() const { return replaced_.load(std::memory_order_relaxed); }

  FamilyHealth& families() { return families_; }
  SilentZones& silent_zones() { return silent_zones_; }
  const SilentZones& silent_zones() const { return silent_zones_; }

  // Lame delegations (RFC 9499 section 7), and what is as useless: for `duration` this server
  // counts as not serving this zone.
  void NoteLame(ServerKey server, wire::NameView zone, Duration duration, Time now,
                WhyAvoided why = WhyAvoided::kLame);
  bool IsLame(ServerKey server, wire::NameView zone, Time now) const;
  // Nothing when it counts as serving the zone. For people.
  std::optional<WhyAvoided> WhyLame(ServerKey server, wire::NameView zone, Time now) const;

  // Call it when replies came to an open query about the zone that were no answer to it. Somebody
  // may be guessing. The zone is marked, not the server. Servers of one operator serve thousands of
  // zones. The owner of one of these could let its own servers send such replies, and so mark all
  // of them.
  void NoteForgery(wire::NameView zone, Duration duration, Time now);
  bool IsForged(wire::NameView zone, Time now) const;

 private:
  static constexpr size_t kForgedZonesMax = 2048;
  static constexpr size_t kLocks = 64;
  // A key tells the family of the server's address.
  static constexpr uint64_t kIpv6Bit = 2;

  static bool IsIpv6(ServerKey key) { return (static_cast<uint64_t>(key) & kIpv6Bit) != 0; }

  // Moments are microseconds as in Time. 0 means never.
  struct Slot {
    std::atomic<uint64_t> speed = 0;    // srtt and rttvar in microseconds, 32 bits each
    std::atomic<uint32_t> penalty = 0;  // microseconds
    std::atomic<int64_t> last_answer = 0;
    std::atomic<int64_t> last_silence = 0;
    std::atomic<int64_t> touched = 0;
    std::atomic<int64_t> probe_until = 0;
    std::atomic<cache::Instant> plain_dns_until{};
    std::atomic<cache::Instant> keeps_no_case_until{};
    std::atomic<cache::Instant> takes_no_cookie_until{};
    std::atomic<cache::Instant> takes_no_capitals_until{};
    std::atomic<cache::Instant> loses_large_replies_until{};
    std::atomic<cache::Instant> takes_all_until{};
    std::atomic<cache::Instant> takes_capitals_until{};
    std::atomic<cache::Instant> gives_cookies_until{};
    std::atomic<cache::Instant> gives_no_cookie_until{};
    std::atomic<uint16_t> silences = 0;
    // The last server cookie. The checksum covers it and the client cookie it belongs to, with the
    // length in the lowest octet. Words from two moments do not fit the checksum. Yesterday's
    // cookie does not fit it either.
    std::array<std::atomic<uint64_t>, kServerCookieOctetsMax / 8> cookie{};
    std::atomic<uint64_t> cookie_check = 0;
    // The address, once the server was silent. If its words are of two servers, they do not have
    // the slot's key.
    std::array<std::atomic<uint64_t>, 2> address{};
    std::atomic<uint64_t> port_and_kind = 0;  // 0: not kept
  };
  using Servers = FourWayTable<std::array<Slot, 4>>;

  Servers::Set& SetOf(ServerKey key) const { return servers_.SetOf(static_cast<uint64_t>(key)); }
  Slot* Find(ServerKey key) const;
  // The server's slot. It is made if there is none.
  Slot& Touch(ServerKey key, Time now);
  Slot& Make(ServerKey key);
  void Clear(Servers::Set& set, size_t way);
  static ServerState StateOf(const Slot& slot);
  static Endpoint EndpointOf(const Slot& slot);
  uint64_t ZoneKey(ServerKey server, wire::NameView zone) const;

  uint64_t ClientCookie(const Endpoint& server, ServerKey key, Time now) const;

  uint64_t seed_;
  SipKey cookie_key_;
  Servers servers_;
  std::atomic<size_t> known_ = 0;
  std::atomic<uint64_t> replaced_ = 0;
  std::array<std::mutex, kLocks> making_;  // each for the sets with an equal number modulo kLocks
  FamilyHealth families_;
  SilentZones silent_zones_;
  ExpiringMarks lame_;
  ExpiringMarks forged_;
};

}  // namespace tern::resolver::upstream
