// A recursor with one known zone whose server answers at once. It shows what a miss costs this
// process alone, without any system call. The benchmark uses it, and the test that counts a miss's
// allocations.
//
// Thread: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "cache/entry.h"
#include "cache/store.h"
#include "resolver/base/environment.h"
#include "resolver/config/settings.h"
#include "resolver/policy/cookies.h"
#include "resolver/policy/local_data_build.h"
#include "resolver/resolution/recursor.h"
#include "resolver/upstream/server_table.h"
#include "tests/support/timed_environment.h"
#include "wire/message.h"
#include "wire/name.h"

namespace tern::resolver::bench {

using std::chrono::seconds;

// Answers the one open exchange when it is told to.
class InstantEnvironment final : public test::TimedEnvironment {
 public:
  ExchangeId StartExchange(const Endpoint&, Transport, std::span<const uint8_t> query,
                           ExchangeSink* sink) override {
    std::memcpy(message_, query.data(), query.size());
    octets_ = query.size();
    sink_ = sink;
    return ExchangeId{++last_id_};
  }
  void HandOver(ExchangeId, ExchangeSink* sink) override { sink_ = sink; }
  void EndExchange(ExchangeId) override { sink_ = nullptr; }

  // Turns the query into its reply: header flags, an address record, and OPT with the query's
  // cookie at the end.
  bool Reply() {
    if (sink_ == nullptr) return false;
    constexpr size_t kOptOctets = 11 + 4 + kClientCookieOctets;
    constexpr uint8_t kRecord[16] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 192, 0, 2, 1};
    std::memmove(message_ + octets_ - kOptOctets + sizeof kRecord, message_ + octets_ - kOptOctets,
                 kOptOctets);
    std::memcpy(message_ + octets_ - kOptOctets, kRecord, sizeof kRecord);
    message_[2] = 0x84;
    message_[7] = 1;
    now_ += std::chrono::microseconds(100);
    sink_->OnReply(ExchangeId{last_id_}, {message_, octets_ + sizeof kRecord});
    return true;
  }

 private:
  uint8_t message_[512];
  size_t octets_ = 0;
  ExchangeSink* sink_ = nullptr;
  uint64_t last_id_ = 0;
};

class CountingWaiter final : public resolution::Waiter {
 public:
  void OnAnswer(const answer::Answer& answer) override {
    if (answer.rcode() == wire::Rcode::kNoError && answer.count() == 1) ++answers;
  }
  int64_t answers = 0;
};

inline wire::Name NameOf(std::initializer_list<std::string_view> labels) {
  wire::Name name;
  for (auto label = std::rbegin(labels); label != std::rend(labels); ++label) {
    if (!name.Prepend(*label)) std::abort();
  }
  return name;
}

class MissWorld {
 public:
  explicit MissWorld(config::Settings settings = {})
      : store_({.memory_octets = size_t{64} << 20, .seed = 42}), table_(1, {{2, 3}}) {
    std::memcpy(octets_, name_.data(), name_.size());
    reader_ = store_.Register();
    settings.resolution.ipv6 = Ipv6Use::kOff;
    settings.dnssec.validation = Validation::kOff;
    auto local = policy::BuildLocalData({.special_names = true, .hosts_file = ""}, {});
    if (!local.ok()) std::abort();
    recursor_ = std::make_unique<resolution::Recursor>(
        &store_, &table_, &environment_,
        std::make_shared<const policy::CoreSettings>(config::CoreSettingsOf(settings)),
        std::shared_ptr<const policy::LocalData>(std::move(*local)));
    alignas(8) uint8_t room[512];
    cache::EntryBuilder builder(room);
    const uint8_t address[4] = {192, 0, 2, 53};
    if (!builder.StartDelegation(NameOf({"example", "net"}), 86400, recursor_->StoreNow()) ||
        !builder.AddNameServer(NameOf({"ns", "example", "net"}), address, {}) ||
        store_.Put(builder.Finish(), recursor_->StoreNow()) != cache::PutOutcome::kStored) {
      std::abort();
    }
  }

  // Asks for a name that was not asked before. False when the answer was not as expected.
  bool MissNext() {
    // The digits come after the label's length and its letter.
    for (uint8_t* digit = octets_ + 8; digit >= octets_ + 2 && ++*digit > '9'; --digit) {
      *digit = '0';
    }
    return Miss(wire::NameView::FromValid(octets_, name_.size()));
  }

 private:
  bool Miss(wire::NameView name) {
    const int64_t before = waiter_.answers;
    if (!recursor_->Ask(name, wire::RRType::kA, &waiter_)) return false;
    if (!environment_.Reply()) return false;
    reader_->Quiescent();
    return waiter_.answers == before + 1;
  }

  cache::Store store_;
  std::unique_ptr<cache::Store::Reader> reader_;
  upstream::ServerTable table_;
  InstantEnvironment environment_;
  std::unique_ptr<resolution::Recursor> recursor_;
  CountingWaiter waiter_;
  const wire::Name name_ = NameOf({"n0000000", "example", "net"});
  uint8_t octets_[wire::kNameOctetsMax];
};

}  // namespace tern::resolver::bench
