#include "resolver/server_table.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace tern::resolver {
namespace {

// What a server cannot do is asked again after a while: servers are mended.
constexpr Duration kForgetFaults = std::chrono::hours(1);
// A measurement this old says little; the server counts as new again (RFC 6298 knows no decay, but
// a name server is asked rarely).
constexpr Duration kForgetSpeed = std::chrono::minutes(15);
constexpr Duration kSlowest = std::chrono::seconds(10);

uint64_t Mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product =
      static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xd6e8feb86659fd93);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

ServerTable::ServerTable(uint64_t seed, size_t servers)
    : seed_(seed),
      mask_(std::bit_ceil(std::max<size_t>(servers / kWays, 1)) - 1),
      sets_(std::make_unique<Set[]>(mask_ + 1)) {}

uint64_t ServerTable::HashOf(const Endpoint& server) const {
  uint64_t words[2];
  std::memcpy(words, server.address.octets, sizeof words);
  return Mix(Mix(seed_ ^ words[0], words[1]), uint64_t{server.port} << 8 | server.address.size);
}

ServerTable::Slot& ServerTable::Touch(Set& set, const Endpoint& server, Time now) {
  Slot* oldest = &set.slots[0];
  for (Slot& slot : set.slots) {
    if (slot.server == server) {
      slot.touched = now;
      return slot;
    }
    if (slot.touched < oldest->touched) oldest = &slot;
  }
  *oldest = Slot();
  oldest->server = server;
  oldest->touched = now;
  return *oldest;
}

ServerRecord ServerTable::Get(const Endpoint& server) const {
  const Set& set = SetOf(HashOf(server));
  const std::lock_guard lock(set.lock);
  for (const Slot& slot : set.slots) {
    if (slot.server == server) return slot.record;
  }
  return ServerRecord();
}

void ServerTable::RecordAnswer(const Endpoint& server, Duration rtt, Time now) {
  rtt = std::clamp(rtt, Duration(1), kSlowest);
  Set& set = SetOf(HashOf(server));
  const std::lock_guard lock(set.lock);
  Slot& slot = Touch(set, server, now);
  ServerRecord& record = slot.record;
  if (!record.IsKnown() || record.silences > 0 || now - record.last_answer > kForgetSpeed) {
    // A first measurement, RFC 6298 (2.2); and one after silences, whose penalty it lifts.
    record.srtt = rtt;
    record.rttvar = rtt / 2;
  } else {
    const Duration error = rtt > record.srtt ? rtt - record.srtt : record.srtt - rtt;
    record.rttvar = (3 * record.rttvar + error) / 4;
    record.srtt = std::max(Duration(1), (7 * record.srtt + rtt) / 8);
  }
  record.silences = 0;
  record.last_answer = now;
  record.plain_dns = slot.plain_dns_until > now;
  record.keeps_no_case = slot.keeps_no_case_until > now;
  slot.probe_until = Time();
}

void ServerTable::RecordSilence(const Endpoint& server, Duration waited, Time now) {
  Set& set = SetOf(HashOf(server));
  const std::lock_guard lock(set.lock);
  ServerRecord& record = Touch(set, server, now).record;
  if (record.silences < 1000) ++record.silences;
  record.last_silence = now;
  record.srtt = std::clamp(std::max(record.srtt, 2 * waited), Duration(1), kSlowest);
}

void ServerTable::RecordPlainDns(const Endpoint& server, Time now) {
  Set& set = SetOf(HashOf(server));
  const std::lock_guard lock(set.lock);
  Slot& slot = Touch(set, server, now);
  slot.record.plain_dns = true;
  slot.plain_dns_until = now + kForgetFaults;
}

void ServerTable::RecordKeepsNoCase(const Endpoint& server, Time now) {
  Set& set = SetOf(HashOf(server));
  const std::lock_guard lock(set.lock);
  Slot& slot = Touch(set, server, now);
  slot.record.keeps_no_case = true;
  slot.keeps_no_case_until = now + kForgetFaults;
}

bool ServerTable::ClaimProbe(const Endpoint& server, Duration interval, Time now) {
  Set& set = SetOf(HashOf(server));
  const std::lock_guard lock(set.lock);
  Slot& slot = Touch(set, server, now);
  if (slot.probe_until > now) return false;
  slot.probe_until = now + interval;
  return true;
}

void ServerTable::RecordLame(const Endpoint& server, wire::NameView zone, Duration duration,
                             Time now) {
  const uint64_t key = Mix(HashOf(server), wire::HashName(zone, seed_)) | 1;
  Set& set = SetOf(key >> 1);
  ever_lame_.store(true, std::memory_order_relaxed);
  const std::lock_guard lock(set.lock);
  for (LameSlot& slot : set.lame) {
    if (slot.key == key) {
      slot.until = now + duration;
      return;
    }
  }
  set.lame[set.lame_next++ % kWays] = {key, now + duration};
}

bool ServerTable::IsLame(const Endpoint& server, wire::NameView zone, Time now) const {
  if (!ever_lame_.load(std::memory_order_relaxed)) return false;
  const uint64_t key = Mix(HashOf(server), wire::HashName(zone, seed_)) | 1;
  const Set& set = SetOf(key >> 1);
  const std::lock_guard lock(set.lock);
  for (const LameSlot& slot : set.lame) {
    if (slot.key == key) return slot.until > now;
  }
  return false;
}

}  // namespace tern::resolver
