#include "resolver/upstream/server_table.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "wire/check.h"
#include "wire/message.h"
#include "wire/mix.h"

namespace tern::resolver::upstream {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// After this time a server is tried again for what it could not do, because servers are mended.
constexpr uint32_t kForgetFaultsSeconds = 3600;
// The same for what is guessed.
constexpr uint32_t kGuessSeconds = 600;
// A measurement this old says little, so the server counts as new again. RFC 6298 knows no decay,
// but a name server is asked rarely.
constexpr Duration kForgetSpeed = std::chrono::minutes(15);
constexpr Duration kSlowest = std::chrono::seconds(10);
constexpr uint16_t kSilencesMax = 1000;

// RFC 7873 section 7.1: a client's secret is for a day.
constexpr uint32_t kCookieSeconds = 86400;
// A mark that is renewed all the time is written again when it is this old.
constexpr uint32_t kMarkSeconds = 60;

uint32_t SecondsFor(Evidence evidence) {
  return evidence == Evidence::kSaidSo ? kForgetFaultsSeconds : kGuessSeconds;
}

Time MomentOf(int64_t micros) { return Time(Duration(micros)); }

// The numbers of one measurement are in one word. So they are never from two measurements.
struct Speed {
  Duration srtt{0};
  Duration rttvar{0};
  uint16_t measured = 0;

  static constexpr int kBits = 24;  // of a duration
  static constexpr uint64_t kMask = (uint64_t{1} << kBits) - 1;
  static_assert(kSlowest.count() <= kMask);

  static Speed Unpack(uint64_t word) {
    return {Duration(static_cast<int64_t>(word >> kBits & kMask)),
            Duration(static_cast<int64_t>(word & kMask)), static_cast<uint16_t>(word >> 2 * kBits)};
  }
  // REQUIRES: neither duration is more than kSlowest.
  uint64_t Pack() const {
    TERN_DCHECK(srtt <= kSlowest && rttvar <= kSlowest);
    return uint64_t{measured} << 2 * kBits | static_cast<uint64_t>(srtt.count()) << kBits |
           static_cast<uint64_t>(rttvar.count());
  }
  void Add(Duration rtt) {
    if (measured == 0 || (measured == 1 && 4 * rtt < srtt)) {
      srtt = rtt;  // a first measurement, RFC 6298 (2.2)
      rttvar = rtt / 2;
    } else {
      const Duration error = rtt > srtt ? rtt - srtt : srtt - rtt;
      rttvar = (3 * rttvar + error) / 4;
      srtt = std::max(Duration(1), (7 * srtt + rtt) / 8);
    }
    if (measured < kMeasuredMax) ++measured;
  }
};

using CookieWords = std::array<uint64_t, kServerCookieOctetsMax / 8>;

// Lets a mark last for another hour.
void Renew(std::atomic<cache::Instant>& mark, Time now) {
  const cache::Instant until = StoreInstant(now) + kForgetFaultsSeconds;
  if (mark.load(kRelaxed) + kMarkSeconds <= until) mark.store(until, kRelaxed);
}

// The checksum of a whole cookie together with its client cookie. The length is in the lowest
// octet.
uint64_t CheckOf(const CookieWords& words, size_t octets, uint64_t client_cookie) {
  uint64_t check = client_cookie ^ octets;
  for (const uint64_t word : words) check = wire::Mix(check, word);
  return (check & ~uint64_t{0xff}) | octets;
}

}  // namespace

ServerTable::ServerTable(uint64_t seed, const SipKey& cookie_key, size_t servers)
    : seed_(seed),
      cookie_key_(cookie_key),
      servers_(servers),
      lame_(servers),
      forged_(kForgedZonesMax) {}

ServerKey ServerTable::KeyOf(const Endpoint& server) const {
  uint64_t words[2];
  std::memcpy(words, server.address.octets, sizeof words);
  // The interface of a link-local address counts: one address may be two hosts on two links.
  const uint64_t hash = wire::Mix(
      wire::Mix(seed_ ^ words[0], words[1]),
      uint64_t{server.address.scope} << 32 | uint64_t{server.port} << 8 | server.address.size);
  const uint64_t family = server.address.IsIpv6() ? kIpv6Bit : 0;
  // 0 means that the place has no server.
  return static_cast<ServerKey>((hash & ~kIpv6Bit) | family | 1);
}

ServerTable::Slot* ServerTable::Find(ServerKey key) const {
  Servers::Set& set = SetOf(key);
  // A thread that sees the key also sees what was stored before it. So the slot no longer has the
  // data of the server that was there before.
  const size_t way = set.Find(static_cast<uint64_t>(key), std::memory_order_acquire);
  return way < Servers::kWays ? &set.values[way] : nullptr;
}

ServerTable::Slot& ServerTable::Make(ServerKey key) {
  Servers::Set& set = SetOf(key);
  const std::lock_guard lock(making_[servers_.NumberOf(set) % kLocks]);
  if (Slot* made_meanwhile = Find(key); made_meanwhile != nullptr) return *made_meanwhile;
  const size_t oldest =
      Servers::LeastWay([&](size_t way) { return set.values[way].touched.load(kRelaxed); });
  Slot& slot = set.values[oldest];
  if (set.keys[oldest].exchange(0, kRelaxed) == 0) {
    known_.fetch_add(1, kRelaxed);
  } else {
    replaced_.fetch_add(1, kRelaxed);
  }
  slot.speed.store(0, kRelaxed);
  slot.penalty.store(0, kRelaxed);
  slot.last_answer.store(0, kRelaxed);
  slot.last_silence.store(0, kRelaxed);
  slot.probe_until.store(0, kRelaxed);
  slot.plain_dns_until.store(cache::Instant(), kRelaxed);
  slot.keeps_no_case_until.store(cache::Instant(), kRelaxed);
  slot.takes_no_cookie_until.store(cache::Instant(), kRelaxed);
  slot.takes_no_capitals_until.store(cache::Instant(), kRelaxed);
  slot.loses_large_replies_until.store(cache::Instant(), kRelaxed);
  slot.takes_all_until.store(cache::Instant(), kRelaxed);
  slot.takes_capitals_until.store(cache::Instant(), kRelaxed);
  slot.gives_cookies_until.store(cache::Instant(), kRelaxed);
  slot.gives_no_cookie_until.store(cache::Instant(), kRelaxed);
  slot.cookie_check.store(0, kRelaxed);
  slot.silences.store(0, kRelaxed);
  slot.port_and_kind.store(0, kRelaxed);
  set.keys[oldest].store(static_cast<uint64_t>(key), std::memory_order_release);
  return slot;
}

ServerTable::Slot& ServerTable::Touch(ServerKey key, Time now) {
  Slot* found = Find(key);
  Slot& slot = found != nullptr ? *found : Make(key);
  slot.touched.store(Micros(now), kRelaxed);
  return slot;
}

ServerState ServerTable::Get(ServerKey key) const {
  const Slot* slot = Find(key);
  return slot == nullptr ? ServerState() : StateOf(*slot);
}

ServerState ServerTable::StateOf(const Slot& slot) {
  ServerState record;
  const Speed speed = Speed::Unpack(slot.speed.load(kRelaxed));
  record.srtt = speed.srtt;
  record.rttvar = speed.rttvar;
  record.measured = speed.measured;
  record.silences = slot.silences.load(kRelaxed);
  record.penalty = Duration(slot.penalty.load(kRelaxed));
  record.plain_dns = slot.plain_dns_until.load(kRelaxed) != cache::Instant();
  record.keeps_no_case = slot.keeps_no_case_until.load(kRelaxed) != cache::Instant();
  record.takes_no_cookie = slot.takes_no_cookie_until.load(kRelaxed) != cache::Instant();
  record.takes_no_capitals = slot.takes_no_capitals_until.load(kRelaxed) != cache::Instant();
  record.loses_large_replies = slot.loses_large_replies_until.load(kRelaxed) != cache::Instant();
  record.takes_all_until = slot.takes_all_until.load(kRelaxed);
  record.takes_capitals_until = slot.takes_capitals_until.load(kRelaxed);
  record.gives_cookies_until = slot.gives_cookies_until.load(kRelaxed);
  record.last_answer = MomentOf(slot.last_answer.load(kRelaxed));
  record.last_silence = MomentOf(slot.last_silence.load(kRelaxed));
  return record;
}

void ServerTable::NoteAnswer(ServerKey server, Duration rtt, Time now) {
  families_.NoteAnswer(IsIpv6(server));
  rtt = std::clamp(rtt, Duration(1), kSlowest);
  Slot& slot = Touch(server, now);
  Speed speed = Speed::Unpack(slot.speed.load(kRelaxed));
  const Time last_answer = MomentOf(slot.last_answer.load(kRelaxed));
  if (now - last_answer > kForgetSpeed) speed = Speed();
  speed.Add(rtt);
  slot.speed.store(speed.Pack(), kRelaxed);
  slot.silences.store(0, kRelaxed);
  slot.penalty.store(0, kRelaxed);
  slot.last_answer.store(Micros(now), kRelaxed);
  for (std::atomic<cache::Instant>* until :
       {&slot.plain_dns_until, &slot.keeps_no_case_until, &slot.takes_no_cookie_until,
        &slot.takes_no_capitals_until, &slot.loses_large_replies_until}) {
    if (until->load(kRelaxed) <= StoreInstant(now)) until->store(cache::Instant(), kRelaxed);
  }
  slot.probe_until.store(0, kRelaxed);
}

void ServerTable::NoteSilence(ServerKey server, Duration waited, Time now) {
  families_.NoteSilence(IsIpv6(server), static_cast<uint64_t>(server));
  Slot& slot = Touch(server, now);
  const uint16_t silences = slot.silences.load(kRelaxed);
  if (silences == 0 || now - waited >= MomentOf(slot.last_silence.load(kRelaxed))) {
    if (silences < kSilencesMax) slot.silences.store(static_cast<uint16_t>(silences + 1), kRelaxed);
    slot.last_silence.store(Micros(now), kRelaxed);
  }
  const auto penalty = static_cast<uint32_t>(std::min(2 * waited, kSlowest).count());
  slot.penalty.store(std::max(slot.penalty.load(kRelaxed), penalty), kRelaxed);
}

void ServerTable::NoteSilence(const Endpoint& endpoint, ServerKey server, Duration waited,
                              Time now) {
  NoteSilence(server, waited, now);
  Slot* const slot = Find(server);
  if (slot == nullptr || slot->port_and_kind.load(kRelaxed) != 0) return;
  uint64_t words[2];
  std::memcpy(words, endpoint.address.octets, sizeof words);
  slot->address[0].store(words[0], kRelaxed);
  slot->address[1].store(words[1], kRelaxed);
  slot->port_and_kind.store(
      uint64_t{endpoint.address.scope} << 32 | uint64_t{endpoint.port} << 8 | endpoint.address.size,
      kRelaxed);
}

Endpoint ServerTable::EndpointOf(const Slot& slot) {
  Endpoint endpoint;
  const uint64_t rest = slot.port_and_kind.load(kRelaxed);
  const uint64_t words[2] = {slot.address[0].load(kRelaxed), slot.address[1].load(kRelaxed)};
  std::memcpy(endpoint.address.octets, words, sizeof words);
  endpoint.address.size = static_cast<uint8_t>(rest);
  endpoint.address.scope = static_cast<uint32_t>(rest >> 32);
  endpoint.port = static_cast<uint16_t>(rest >> 8);
  return endpoint;
}

std::vector<SilentServer> ServerTable::ListSilent(size_t count_max) const {
  std::vector<SilentServer> silent;
  const auto is_worse = [](const SilentServer& one, const SilentServer& other) {
    return one.state.silences > other.state.silences;
  };
  servers_.ForEachSet([&](const Servers::Set& set) {
    for (size_t way = 0; way < Servers::kWays; ++way) {
      const Slot& slot = set.values[way];
      if (slot.silences.load(kRelaxed) == 0 || slot.port_and_kind.load(kRelaxed) == 0) continue;
      const SilentServer server = {EndpointOf(slot), StateOf(slot)};
      const uint64_t key = set.keys[way].load(std::memory_order_acquire);
      if (key == 0 || static_cast<uint64_t>(KeyOf(server.server)) != key) continue;
      silent.push_back(server);
      std::push_heap(silent.begin(), silent.end(), is_worse);
      if (silent.size() <= count_max) continue;
      std::pop_heap(silent.begin(), silent.end(), is_worse);
      silent.pop_back();
    }
  });
  std::sort_heap(silent.begin(), silent.end(), is_worse);
  return silent;
}

void ServerTable::Forget(ServerKey server) {
  Servers::Set& set = SetOf(server);
  const std::lock_guard lock(making_[servers_.NumberOf(set) % kLocks]);
  const size_t way = set.Find(static_cast<uint64_t>(server), kRelaxed);
  if (way == Servers::kWays) return;
  Clear(set, way);
}

// REQUIRES: the lock of the set is held.
void ServerTable::Clear(Servers::Set& set, size_t way) {
  set.values[way].touched.store(0, kRelaxed);
  if (set.keys[way].exchange(0, kRelaxed) != 0) known_.fetch_sub(1, kRelaxed);
}

void ServerTable::ForgetAll() {
  servers_.ForEachSet([this](Servers::Set& set) {
    const std::lock_guard lock(making_[servers_.NumberOf(set) % kLocks]);
    for (size_t way = 0; way < Servers::kWays; ++way) Clear(set, way);
  });
  ForgetLame();
}

void ServerTable::NotePlainDns(ServerKey server, Time now, Evidence evidence) {
  Touch(server, now).plain_dns_until.store(StoreInstant(now) + SecondsFor(evidence), kRelaxed);
}

void ServerTable::NoteKeepsNoCase(ServerKey server, Time now) {
  Touch(server, now).keeps_no_case_until.store(StoreInstant(now) + kForgetFaultsSeconds, kRelaxed);
}

void ServerTable::NoteTakesNoCapitals(ServerKey server, Time now) {
  Touch(server, now).takes_no_capitals_until.store(StoreInstant(now) + kGuessSeconds, kRelaxed);
}

void ServerTable::NoteLosesLargeReplies(ServerKey server, Time now) {
  Touch(server, now).loses_large_replies_until.store(StoreInstant(now) + kGuessSeconds, kRelaxed);
}

void ServerTable::NoteTakesAll(ServerKey server, Time now) {
  Renew(Touch(server, now).takes_all_until, now);
}

void ServerTable::NoteTakesCapitals(ServerKey server, Time now) {
  Renew(Touch(server, now).takes_capitals_until, now);
}

// Each server's cookie changes at another moment, so not all cookies become stale at once.
uint64_t ServerTable::ClientCookie(const Endpoint& server, ServerKey key, Time now) const {
  const uint64_t offset = static_cast<uint64_t>(key) % kCookieSeconds;
  const auto day = static_cast<uint32_t>((StoreInstant(now).seconds() + offset) / kCookieSeconds);
  uint8_t message[sizeof server.address.octets + 7];
  std::memcpy(message, server.address.octets, sizeof server.address.octets);
  uint8_t* const behind = message + sizeof server.address.octets;
  behind[0] = server.address.size;
  wire::StoreU16(behind + 1, server.port);
  wire::StoreU32(behind + 3, day);
  return SipHash(cookie_key_, message);
}

void ServerTable::WriteCookie(const Endpoint& server, ServerKey key, Time now,
                              UpstreamCookie* cookie) const {
  const uint64_t client = ClientCookie(server, key, now);
  std::memcpy(cookie->octets.data(), &client, kClientCookieOctets);
  cookie->size = kClientCookieOctets;
  const Slot* slot = Find(key);
  if (slot == nullptr) return;
  const uint64_t check = slot->cookie_check.load(kRelaxed);
  const size_t octets = check & 0xff;
  if (octets == 0) return;
  CookieWords words;
  for (size_t i = 0; i < words.size(); ++i) words[i] = slot->cookie[i].load(kRelaxed);
  if (CheckOf(words, octets, client) != check) return;
  std::memcpy(cookie->octets.data() + kClientCookieOctets, words.data(), octets);
  cookie->size += octets;
}

void ServerTable::NoteCookie(ServerKey server, std::span<const uint8_t> cookie, Time now) {
  Slot& slot = Touch(server, now);
  uint64_t client = 0;
  std::memcpy(&client, cookie.data(), kClientCookieOctets);
  CookieWords words{};
  const size_t octets = cookie.size() - kClientCookieOctets;
  std::memcpy(words.data(), cookie.data() + kClientCookieOctets, octets);
  const uint64_t check = CheckOf(words, octets, client);
  if (slot.cookie_check.load(kRelaxed) != check) {
    for (size_t i = 0; i < words.size(); ++i) slot.cookie[i].store(words[i], kRelaxed);
    slot.cookie_check.store(check, kRelaxed);
  }
  const cache::Instant moment = StoreInstant(now);
  const cache::Instant until = moment + kForgetFaultsSeconds;
  if (moment < slot.gives_no_cookie_until.load(kRelaxed)) return;
  if (slot.gives_cookies_until.load(kRelaxed) + kMarkSeconds > until) return;
  slot.gives_cookies_until.store(until, kRelaxed);
}

// For an hour no cookie is expected, even if the server gives one again. Several servers may be
// behind one address, and only some of them give cookies.
void ServerTable::NoteGivesNoCookie(ServerKey server, Time now) {
  Slot& slot = Touch(server, now);
  slot.gives_cookies_until.store(cache::Instant(), kRelaxed);
  slot.gives_no_cookie_until.store(StoreInstant(now) + kForgetFaultsSeconds, kRelaxed);
}

void ServerTable::NoteTakesNoCookie(ServerKey server, Time now, Evidence evidence) {
  Slot& slot = Touch(server, now);
  slot.gives_cookies_until.store(cache::Instant(), kRelaxed);
  slot.takes_no_cookie_until.store(StoreInstant(now) + SecondsFor(evidence), kRelaxed);
}

bool ServerTable::ClaimProbe(ServerKey server, Duration interval, Time now) {
  std::atomic<int64_t>& until = Touch(server, now).probe_until;
  int64_t claimed_until = until.load(kRelaxed);
  if (claimed_until > Micros(now)) return false;
  return until.compare_exchange_strong(claimed_until, Micros(now + interval), kRelaxed);
}

uint64_t ServerTable::ZoneKey(ServerKey server, wire::NameView zone) const {
  return wire::Mix(static_cast<uint64_t>(server), wire::HashName(zone, seed_));
}

void ServerTable::NoteLame(ServerKey server, wire::NameView zone, Duration duration, Time now,
                           WhyAvoided why) {
  lame_.Put(ZoneKey(server, zone), now + duration, static_cast<uint8_t>(why));
}

std::optional<WhyAvoided> ServerTable::WhyLame(ServerKey server, wire::NameView zone,
                                               Time now) const {
  const std::optional<uint8_t> note = lame_.NoteOf(ZoneKey(server, zone), now);
  return note ? std::optional(static_cast<WhyAvoided>(*note)) : std::nullopt;
}

bool ServerTable::IsLame(ServerKey server, wire::NameView zone, Time now) const {
  return !lame_.never_used() && lame_.Has(ZoneKey(server, zone), now);
}

void ServerTable::NoteForgery(wire::NameView zone, Duration duration, Time now) {
  forged_.Put(ZoneKey(ServerKey(), zone), now + duration);
}

bool ServerTable::IsForged(wire::NameView zone, Time now) const {
  return !forged_.never_used() && forged_.Has(ZoneKey(ServerKey(), zone), now);
}

}  // namespace tern::resolver::upstream
