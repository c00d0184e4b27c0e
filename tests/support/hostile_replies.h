// Replies that are made to cost a resolver much: deep names that differ only at their right ends,
// and as many records as a reply may have. And a recursor whose only server sends them. The
// benchmark uses both, and the test of what they cost.
//
// Thread: one.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cache/store.h"
#include "resolver/base/environment.h"
#include "resolver/config/settings.h"
#include "resolver/policy/local_data_build.h"
#include "resolver/resolution/recursor.h"
#include "resolver/upstream/server_table.h"
#include "tests/support/timed_environment.h"
#include "wire/message.h"
#include "wire/name.h"

namespace tern::resolver::test {

enum class Hostility : uint8_t {
  kReferral,   // 13 name servers, and many addresses of other names
  kStrayGlue,  // 13 name servers elsewhere, and many addresses of names there
  kChain,      // 10 CNAME, 19 DNAME and many A
  kPointers,   // many addresses whose owners are chains of pointers
  kDenials,    // many SOA records of such owners
};

// Writes one reply to a query, record by record.
class HostileReply {
 public:
  explicit HostileReply(std::span<const uint8_t> query) : octets_(query.begin(), query.end()) {
    const auto question = wire::ReadFirstQuestion(query);
    if (!question) std::abort();
    name_ = question->name;
    opt_.assign(octets_.begin() + static_cast<ptrdiff_t>(question->end), octets_.end());
    octets_.resize(question->end);
    octets_[2] = 0x84;
    octets_[3] = 0;
    std::fill(octets_.begin() + 6, octets_.begin() + wire::kHeaderOctets, uint8_t{0});
  }
  wire::NameView name() const { return name_; }
  size_t labels() const { return name_.view().LabelCount(); }

  // The octets of a pointer to the last `labels` labels of the question's name.
  std::string Suffix(size_t labels) const {
    const wire::NameView suffix = name_.view().Suffix(labels);
    return PointerTo(wire::kHeaderOctets + name_.size() - suffix.size());
  }
  std::string Plain(size_t labels) const {
    const wire::NameView suffix = name_.view().Suffix(labels);
    return {reinterpret_cast<const char*>(suffix.data()), suffix.size()};
  }
  static std::string PointerTo(size_t at) {
    return {static_cast<char>(0xc0 | at >> 8), static_cast<char>(at & 0xff)};
  }
  // One-letter labels `x` and then `right` before the last `labels` labels of the question's name,
  // so that the whole has about 120 labels.
  std::string Deep(const std::string& right, size_t labels) const {
    std::string name;
    const size_t left = 118 - std::min<size_t>(labels, 110);
    for (size_t i = 0; i < left && right.size() + 2 * i < 200; ++i) name += std::string("\1x", 2);
    return name + static_cast<char>(right.size()) + right + Suffix(labels);
  }
  // Adds a record to section 0 (answer), 1 or 2. Returns where its RDATA starts.
  size_t Add(int section, const std::string& owner, wire::RRType type, const std::string& rdata) {
    Put(owner);
    PutU16(static_cast<uint16_t>(type));
    PutU16(1);
    PutU16(0);
    PutU16(3600);
    PutU16(static_cast<uint16_t>(rdata.size()));
    const size_t start = octets_.size();
    Put(rdata);
    uint8_t* count = octets_.data() + 6 + 2 * section;
    wire::StoreU16(count, static_cast<uint16_t>(wire::LoadU16(count) + 1));
    return start;
  }
  // Adds the query's OPT, which has its cookie.
  std::span<const uint8_t> Finish() {
    octets_.insert(octets_.end(), opt_.begin(), opt_.end());
    if (!opt_.empty()) wire::StoreU16(&octets_[10], wire::LoadU16(&octets_[10]) + 1);
    // A message that is too long is no message, so it is cut off.
    octets_.resize(std::min(octets_.size(), wire::kMessageOctetsMax));
    return octets_;
  }

 private:
  void Put(const std::string& octets) {
    octets_.insert(octets_.end(), octets.begin(), octets.end());
  }
  void PutU16(uint16_t value) {
    octets_.push_back(static_cast<uint8_t>(value >> 8));
    octets_.push_back(static_cast<uint8_t>(value));
  }

  std::vector<uint8_t> octets_;
  std::vector<uint8_t> opt_;
  wire::Name name_;
};

inline std::string Address(size_t i) {
  return {static_cast<char>(192), 0, static_cast<char>(2 + i / 250),
          static_cast<char>(1 + i % 250)};
}

// A referral to the zone of the last `cut` labels of the question's name.
inline std::vector<uint8_t> MakeReferral(HostileReply reply, Hostility hostility, size_t cut,
                                         size_t records) {
  constexpr size_t kServers = 13;
  const bool is_stray = hostility == Hostility::kStrayGlue;
  const size_t below = is_stray ? 1 : cut;
  std::vector<size_t> names;
  for (size_t i = 0; i < kServers; ++i) {
    const std::string right{static_cast<char>('a' + i)};
    names.push_back(reply.Add(1, reply.Suffix(cut), wire::RRType::kNS, reply.Deep(right, below)));
  }
  // One address for each server, so that the resolution goes on.
  for (size_t i = 0; !is_stray && i < kServers; ++i) {
    reply.Add(2, HostileReply::PointerTo(names[i]), wire::RRType::kA, Address(i));
  }
  const size_t other_at = reply.Add(2, reply.Deep("z", below), wire::RRType::kA, Address(20)) - 10;
  const size_t other =
      other_at - (reply.Deep("z", below).size());  // where that record's owner starts
  for (size_t i = 0; i < records; ++i) {
    reply.Add(2, HostileReply::PointerTo(other), wire::RRType::kA, Address(i));
  }
  const auto octets = reply.Finish();
  return {octets.begin(), octets.end()};
}

inline std::vector<uint8_t> MakeChain(HostileReply reply, size_t records) {
  // Each link leads to a deep name, which differs at its right end.
  const size_t zone = std::min<size_t>(reply.labels(), 2);
  std::string owner = reply.Suffix(reply.labels());
  for (size_t i = 0; i < 10; ++i) {
    const std::string right{static_cast<char>('a' + i)};
    owner =
        HostileReply::PointerTo(reply.Add(0, owner, wire::RRType::kCNAME, reply.Deep(right, zone)));
  }
  for (size_t i = 0; i < 19; ++i) {
    const std::string right{static_cast<char>('A' + 32 + i), 'q'};
    reply.Add(0, reply.Deep(right, zone), wire::RRType::kDNAME, "\1d" + reply.Plain(zone));
  }
  for (size_t i = 0; i < records; ++i) {
    reply.Add(0, i % 4 != 0 ? owner : HostileReply::PointerTo(wire::kHeaderOctets),
              wire::RRType::kA, Address(i));
  }
  const auto octets = reply.Finish();
  return {octets.begin(), octets.end()};
}

// Records of which each owner is a chain of 120 labels and pointers.
inline std::vector<uint8_t> MakePointers(HostileReply reply, Hostility hostility, size_t records) {
  std::string chain;
  const size_t start = [&] {
    HostileReply probe = reply;
    return probe.Add(1, probe.Suffix(1), static_cast<wire::RRType>(65300), "");
  }();
  std::string last = reply.Suffix(std::min<size_t>(reply.labels(), 1));
  size_t at = start;
  for (size_t i = 0; i < 118; ++i) {
    chain += std::string("\1y", 2) + last;
    last = HostileReply::PointerTo(at);
    at += 4;
  }
  reply.Add(1, reply.Suffix(1), static_cast<wire::RRType>(65300), chain);
  const bool denials = hostility == Hostility::kDenials;
  const std::string soa = last + last + std::string(20, '\1');
  for (size_t i = 0; i < records; ++i) {
    reply.Add(denials ? 1 : 2, last, denials ? wire::RRType::kSOA : wire::RRType::kA,
              denials ? soa : Address(i));
  }
  const auto octets = reply.Finish();
  return {octets.begin(), octets.end()};
}

inline std::vector<uint8_t> MakeHostileReply(std::span<const uint8_t> query, Hostility hostility,
                                             size_t cut, size_t records) {
  const HostileReply reply(query);
  switch (hostility) {
    case Hostility::kReferral:
    case Hostility::kStrayGlue:
      return MakeReferral(reply, hostility, std::min(cut, reply.labels()), records);
    case Hostility::kChain:
      return MakeChain(reply, records);
    case Hostility::kPointers:
    case Hostility::kDenials:
      return MakePointers(reply, hostility, records);
  }
  return {};
}

// The same with as many records as a reply may have that is still read.
inline std::vector<uint8_t> MakeCostliestReply(std::span<const uint8_t> query, Hostility hostility,
                                               size_t cut) {
  size_t fewest = 1;  // is read
  size_t most = 2000;
  while (fewest + 1 < most) {
    const size_t middle = (fewest + most) / 2;
    upstream::ReplyRecords records;
    const std::vector<uint8_t> reply = MakeHostileReply(query, hostility, cut, middle);
    const bool is_read = records.Read(reply, wire::NameView()) == wire::ParseError::kNone;
    (is_read ? fewest : most) = middle;
  }
  return MakeHostileReply(query, hostility, cut, fewest);
}

// What this thread has used.
inline std::chrono::nanoseconds ProcessorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Keeps the exchanges and answers them when it is told to.
class HostileEnvironment final : public TimedEnvironment {
 public:
  ExchangeId StartExchange(const Endpoint&, Transport, std::span<const uint8_t> query,
                           ExchangeSink* sink) override {
    open_.push_back({ExchangeId{++last_id_}, {query.begin(), query.end()}, sink});
    return ExchangeId{last_id_};
  }
  void EndExchange(ExchangeId id) override {
    std::erase_if(open_, [id](const Exchange& exchange) { return exchange.id == id; });
  }

  void HandOver(ExchangeId id, ExchangeSink* sink) override {
    for (Exchange& exchange : open_) {
      if (exchange.id == id) exchange.sink = sink;
    }
  }

  bool HasOpen() const { return !open_.empty(); }
  const std::vector<uint8_t>& oldest_query() const { return open_.front().query; }
  void Reply(std::span<const uint8_t> message) {
    now_ += std::chrono::microseconds(100);
    open_.front().sink->OnReply(open_.front().id, message);
  }
  // Until the next timer. False when none is armed.
  bool Wait() {
    const std::optional<Time> next = timers_.Next();
    if (!next) return false;
    now_ = std::max(now_, *next);
    timers_.RunDue(now_);
    return true;
  }

 private:
  struct Exchange {
    ExchangeId id;
    std::vector<uint8_t> query;
    ExchangeSink* sink;
  };
  std::vector<Exchange> open_;
  uint64_t last_id_ = 0;
};

class CountingAnswers final : public resolution::Waiter {
 public:
  void OnAnswer(const answer::Answer&) override { ++count; }
  int count = 0;
};

// Asks one deep name, and answers each upstream query in the same hostile way.
class HostileWorld {
 public:
  // `records`: of each reply. 0: as many as are still read.
  explicit HostileWorld(Hostility hostility, size_t records = 0, config::Settings settings = {})
      : hostility_(hostility),
        records_(records),
        store_({.memory_octets = size_t{64} << 20, .seed = 42}),
        table_(1, {{2, 3}}) {
    reader_ = store_.Register();
    settings.resolution.ipv6 = Ipv6Use::kOff;
    settings.dnssec.validation = Validation::kOff;
    settings.resolution.root_hints.push_back({wire::Name(), {*IpAddress::Parse("192.0.2.250")}});
    auto local = policy::BuildLocalData({.special_names = true, .hosts_file = ""}, {});
    if (!local.ok()) std::abort();
    recursor_ = std::make_unique<resolution::Recursor>(
        &store_, &table_, &environment_,
        std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(settings)),
        std::shared_ptr<const policy::LocalData>(std::move(*local)));
    alignas(8) uint8_t room[1024];
    cache::EntryBuilder builder(room);
    const std::string address = Address(200);
    const std::span octets(reinterpret_cast<const uint8_t*>(address.data()), 4);
    wire::Name zone;
    if (!zone.Prepend("net") || !builder.StartDelegation(zone, 86400, recursor_->StoreNow()) ||
        !builder.AddNameServer(zone, octets, {}) ||
        store_.Put(builder.Finish(), recursor_->StoreNow()) != cache::PutOutcome::kStored) {
      std::abort();
    }
  }

  // `on_reply` is called around each reply, with the call that hands it over. Returns the number of
  // upstream queries until the client had its answer and nothing was open.
  size_t Ask(const std::function<void(const std::function<void()>&)>& on_reply) {
    wire::Name name;
    const std::string first = "n" + std::to_string(++asked_);
    if (!name.Prepend("net") || !name.Prepend("evil" + first)) std::abort();
    size_t cut = 2;
    while (name.size() < 230 && name.Prepend("x")) continue;
    CountingAnswers waiter;
    if (!recursor_->Ask(name, wire::RRType::kA, &waiter)) std::abort();
    size_t queries = 0;
    while (environment_.HasOpen() || waiter.count == 0) {
      if (!environment_.HasOpen()) {
        if (!environment_.Wait()) break;
        continue;
      }
      ++queries;
      const std::vector<uint8_t>& query = environment_.oldest_query();
      const std::vector<uint8_t> reply = records_ == 0
                                             ? MakeCostliestReply(query, hostility_, cut)
                                             : MakeHostileReply(query, hostility_, cut, records_);
      ++cut;
      on_reply([&] { environment_.Reply(reply); });
      reader_->Quiescent();
    }
    return queries;
  }

 private:
  Hostility hostility_;
  size_t records_;
  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
  upstream::ServerTable table_;
  HostileEnvironment environment_;
  std::unique_ptr<resolution::Recursor> recursor_;
  int asked_ = 0;
};

}  // namespace tern::resolver::test
