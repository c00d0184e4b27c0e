// What the tests of threats share: a small internet with a victim and an attacker in it, servers
// that say what a test tells them, and functions that look into the store.
//
// At the end of every test nothing is under way: no job, exchange, timer or waiting client is left.
//
// Thread: one.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/small_internet.h"
#include "tests/support/message_making.h"
#include "wire/edns.h"

namespace tern::sim {

using resolver::test::Records;
using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Rcode;
using wire::RRType;

// Answers each query with what a function makes of it. The function gets the query turned into a
// reply, with QR and AA set, and fills it. If it returns false, the server is silent.
class ScriptedServer : public SimServer {
 public:
  using Script = std::function<bool(const SimQuery& query, PlainMessage* reply)>;
  explicit ScriptedServer(Script script) : script_(std::move(script)) {}

  SimAnswer OnQuery(const SimQuery& query) override {
    ++queries_;
    std::optional<PlainMessage> message = PlainMessage::Decode(query.octets);
    if (!message || message->questions.size() != 1) return {};
    message->flags = wire::kFlagQR | wire::kFlagAA;
    if (!script_(query, &*message)) return {};
    return {{{message->Encode(), think_time_}}, false};
  }
  void set_think_time(Duration think_time) { think_time_ = think_time; }
  size_t queries() const { return queries_; }

 private:
  Script script_;
  Duration think_time_{0};
  size_t queries_ = 0;
};

inline Duration Percentile99(std::vector<Duration> latencies) {
  std::sort(latencies.begin(), latencies.end());
  return latencies.empty() ? Duration(0) : latencies[(latencies.size() - 1) * 99 / 100];
}

// `h0 300 A 198.51.100.1` and so on.
inline std::string Hosts(int count, std::string_view prefix = "h") {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += std::string(prefix) + std::to_string(i) + " 300 A 198.51.100.1\n";
  }
  return text;
}

// attacker.com. is delegated to a server that says what the test wants.
inline constexpr std::string_view kAttacker = "203.0.113.66";
inline void AddAttacker(SmallInternet* internet, SimServer* server) {
  internet->AddToTld("com.",
                     "attacker.com. 3600 NS ns.attacker.com.\n"
                     "ns.attacker.com. 3600 A 203.0.113.66\n");
  internet->world().AddServer(kAttacker, server);
}

inline cache::Instant StoreNow(SmallInternet& internet) {
  return resolver::StoreInstant(internet.world().Now());
}

// The fresh entries of the store at and below `zone`, one per line, with their original TTL: `rrset
// www.example.com. A 300`.
inline std::vector<std::string> Stored(SmallInternet& internet, std::string_view zone) {
  static constexpr const char* kKinds[] = {"rrset",      "nodata",  "nxdomain",
                                           "delegation", "failure", "nxdomain of"};
  std::vector<std::string> lines;
  const wire::Name above = NameOf(zone);
  internet.resolver().store().ForEach([&](cache::EntryView entry) {
    if (!entry.IsFresh(StoreNow(internet)) || !entry.name().IsSubdomainOf(above)) return;
    std::string line = kKinds[static_cast<size_t>(entry.kind())];
    line += " " + wire::ToText(entry.name());
    if (entry.type() != RRType::kNone) line += " " + wire::ToText(entry.type());
    lines.push_back(line + " " + std::to_string(entry.ttl()));
  });
  std::sort(lines.begin(), lines.end());
  return lines;
}

// The fresh address records stored for a name; empty when none are.
inline std::string StoredAddresses(SmallInternet& internet, std::string_view name) {
  std::string text;
  const wire::Name owner = NameOf(name);
  internet.resolver().store().ForEach([&](cache::EntryView entry) {
    if (entry.kind() != cache::EntryKind::kRRset || entry.type() != RRType::kA) return;
    if (entry.IsFresh(StoreNow(internet)) && entry.name().Equals(owner)) {
      text += resolver::test::RecordLines(entry, RRType::kA);
    }
  });
  return text;
}

// The name servers of a fresh delegation, with glue.
inline std::string StoredServers(SmallInternet& internet, std::string_view cut) {
  std::string text;
  const wire::Name name = NameOf(cut);
  internet.resolver().store().ForEach([&](cache::EntryView entry) {
    if (entry.kind() == cache::EntryKind::kDelegation && entry.IsFresh(StoreNow(internet)) &&
        entry.name().Equals(name)) {
      text += resolver::test::ServerLines(entry);
    }
  });
  return text;
}

// Lets everything under way end before the servers go that a test made itself.
class RestCheck {
 public:
  explicit RestCheck(SmallInternet* internet) : internet_(internet) {}
  ~RestCheck() { EXPECT_EQ(internet_->CheckRest(), "") << internet_->world().Trace(); }
  RestCheck(const RestCheck&) = delete;
  RestCheck& operator=(const RestCheck&) = delete;

 private:
  SmallInternet* internet_;
};

class ThreatTest : public testing::Test {
 protected:
  static constexpr std::string_view kVictim = "192.0.2.20";

  explicit ThreatTest(const SimWorld::Options& options = SimWorld::Options{.seed = 4})
      : internet_(options) {}
  void TearDown() override { EXPECT_EQ(internet_.CheckRest(), "") << Trace(); }

  std::string Trace() { return internet_.world().Trace(); }
  std::vector<std::string> Stored(std::string_view zone) { return sim::Stored(internet_, zone); }
  using Lines = std::vector<std::string>;

  // Upstream queries since number `first`. The resolver's own question for the root servers, which
  // the first client query causes, is not counted (RFC 9609).
  size_t UpstreamSince(size_t first = 0) {
    const std::vector<UpstreamQuery>& all = internet_.world().upstream();
    return static_cast<size_t>(std::count_if(all.begin() + static_cast<std::ptrdiff_t>(first),
                                             all.end(), [](const UpstreamQuery& query) {
                                               return !(query.name.view().IsRoot() &&
                                                        query.type == RRType::kNS);
                                             }));
  }
  size_t Sent() { return internet_.world().upstream().size(); }

  SmallInternet internet_;
};

}  // namespace tern::sim
