// What the process has learnt about upstream name servers, by address: how fast each is, whether
// it answers at all, what it cannot do, its last cookie, and for which zones it is lame. And the
// zones for which somebody seems to forge answers.
//
// Bounded: a fixed number of sets of four; a new server takes the place of the one in its set that
// was not heard of for longest. Forgetting costs a round trip, nothing else.
//
// A server is known by a key of 64 bits under a secret seed, made once for as many calls as the
// caller likes; it holds no place, so it stays good when the table forgets the server. That two
// servers share a key is as likely as that a key is guessed.
//
// Invariants:
// 1. Every field of a record is one that somebody recorded. Fields of one record may be of
//    different moments, and of two records made at one moment one may be lost: these are
//    statistics, and the next answer mends them.
// 2. A probe is claimed by one caller only.
//
// Thread: any. Reading and recording take no lock; the first record of a server and marks of lame
// servers and forged zones do. Not on the path of a cached answer.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "resolver/base/endpoint.h"
#include "resolver/base/expiring_marks.h"
#include "resolver/base/four_way_table.h"
#include "resolver/base/siphash.h"
#include "resolver/base/time.h"
#include "resolver/upstream/upstream_query.h"
#include "wire/name.h"

namespace tern::resolver::upstream {

// So many silences in a row, and a server is asked by one query at a time.
inline constexpr int kDeadAfter = 3;

// A snapshot of one server.
struct ServerState {
  Duration srtt{0};  // RFC 6298's smoothed round trip; 0: never measured
  Duration rttvar{0};
  uint16_t silences = 0;         // attempts without an answer since the last answer
  bool plain_dns = false;        // no EDNS (FORMERR or NOTIMP to it)
  bool keeps_no_case = false;    // answers with another case than it was asked with
  bool takes_no_cookie = false;  // EDNS, but not with a cookie in it
  cache::Seconds gives_cookies_until;
  Time last_answer{};
  Time last_silence{};

  bool IsKnown() const { return srtt.count() != 0; }
  // Known, and not so long ago that it should be measured again: a slow server may have got better.
  bool IsKnownAt(Time now) const {
    return IsKnown() && now - std::max(last_answer, last_silence) < std::chrono::minutes(2);
  }
  // It gives cookies, so a reply without one is not its own.
  bool GivesCookiesAt(Time now) const { return StoreSeconds(now) < gives_cookies_until; }
  bool HasAnswered() const { return last_answer != Time(); }
  // Not so who answers some questions and lets others wait, as one does that has lost a zone.
  bool IsDeadAt(Time now) const {
    return silences >= kDeadAfter && now - last_answer > std::chrono::seconds(10);
  }
  // How long an answer may take before the server is later than it usually is.
  Duration Lateness() const { return srtt + 4 * rttvar; }
};

enum class ServerKey : uint64_t {};

class ServerTable {
 public:
  // `servers` is rounded up to a power of two. 16,384 servers take about 2 MiB. Client cookies are
  // made with `cookie_key`, a secret.
  ServerTable(uint64_t seed, const SipKey& cookie_key, size_t servers = 16384);

  ServerKey KeyOf(const Endpoint& server) const;

  // Budget: two lines of memory and no lock (bench/resolver: BM_WholeMiss).
  ServerState Get(ServerKey server) const;
  ServerState Get(const Endpoint& server) const { return Get(KeyOf(server)); }

  // An answer came after `rtt` (RFC 6298 section 2: gains 1/8 and 1/4).
  void NoteAnswer(ServerKey server, Duration rtt, Time now);
  // No answer within `waited`; the server counts as at least that slow until it answers again. Of
  // queries that overlapped one counts: many at a time say no more than one does.
  void NoteSilence(ServerKey server, Duration waited, Time now);
  void NotePlainDns(ServerKey server, Time now);
  void NoteKeepsNoCase(ServerKey server, Time now);

  // The cookie for a query to the server: a client cookie that only this server ever sees, another
  // one each day (RFC 7873 sections 4.1 and 7.1), with the server cookie that it last gave for it.
  void WriteCookie(const Endpoint& server, ServerKey key, Time now, UpstreamCookie* cookie) const;
  // The server gave this cookie, of kCookieOctetsMin to kCookieOctetsMax. For an hour it is
  // expected to go on giving cookies.
  void NoteCookie(ServerKey server, std::span<const uint8_t> cookie, Time now);
  // It certainly answered without one: for an hour it is not expected to give any.
  void NoteGivesNoCookie(ServerKey server, Time now);
  void NoteTakesNoCookie(ServerKey server, Time now);

  // A server that has been silent again and again is asked by one query at a time in the whole
  // process. True: this caller is the one, until `interval` is over.
  bool ClaimProbe(ServerKey server, Duration interval, Time now);

  // Lame delegations (RFC 9499 section 7): this server does not serve this zone; for `duration`.
  void NoteLame(ServerKey server, wire::NameView zone, Duration duration, Time now);
  bool IsLame(ServerKey server, wire::NameView zone, Time now) const;

  // Replies came to an open query about the zone that were no answer to it: somebody may be
  // guessing. By zone, not by server: servers of one operator serve thousands of zones, and whoever
  // owns one of these could have its own servers send such replies and mark them all.
  void NoteForgery(wire::NameView zone, Duration duration, Time now);
  bool IsForged(wire::NameView zone, Time now) const;

 private:
  static constexpr size_t kForgedZonesMax = 2048;
  static constexpr size_t kLocks = 64;

  // Moments are microseconds as in Time; 0: never.
  struct Slot {
    std::atomic<uint64_t> speed = 0;  // srtt and rttvar in microseconds, 32 bits each
    std::atomic<int64_t> last_answer = 0;
    std::atomic<int64_t> last_silence = 0;
    std::atomic<int64_t> touched = 0;
    std::atomic<int64_t> probe_until = 0;
    std::atomic<uint32_t> plain_dns_until_s = 0;
    std::atomic<uint32_t> keeps_no_case_until_s = 0;
    std::atomic<uint32_t> takes_no_cookie_until_s = 0;
    std::atomic<uint32_t> gives_cookies_until_s = 0;
    std::atomic<uint32_t> gives_no_cookie_until_s = 0;
    std::atomic<uint16_t> silences = 0;
    // The last server cookie, and a checksum of it and of the client cookie that it belongs to,
    // with the length in the lowest octet. Words of two moments, and cookies of yesterday, do not
    // fit it.
    std::array<std::atomic<uint64_t>, kServerCookieOctetsMax / 8> cookie{};
    std::atomic<uint64_t> cookie_check = 0;
  };
  using Servers = FourWayTable<std::array<Slot, 4>>;

  Servers::Set& SetOf(ServerKey key) const { return servers_.SetOf(static_cast<uint64_t>(key)); }
  Slot* Find(ServerKey key) const;
  // The server's slot, made when there is none.
  Slot& Touch(ServerKey key, Time now);
  Slot& Make(ServerKey key);
  uint64_t ZoneKey(ServerKey server, wire::NameView zone) const;

  uint64_t ClientCookie(const Endpoint& server, ServerKey key, Time now) const;

  uint64_t seed_;
  SipKey cookie_key_;
  Servers servers_;
  std::array<std::mutex, kLocks> making_;  // of slots in sets with an equal number modulo kLocks
  ExpiringMarks lame_;
  ExpiringMarks forged_;
};

}  // namespace tern::resolver::upstream
