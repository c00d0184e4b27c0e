// A small internet for measurements of hedging. Its zones have several replicas, whose distances
// and jitter are like those of real name servers. Clients ask at random moments. It counts the
// queries to the replicas, and how long the clients wait.
//
// Thread: one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/recursor_world.h"

namespace tern::resolver::test {

class ReplicaWorld {
 public:
  enum class Credit : uint8_t { kAsBuilt, kNone, kUnlimited };
  struct Options {
    uint64_t seed = 1;
    size_t zones = 40;
    size_t replicas = 3;
    size_t silent = 0;    // so many of each zone's replicas never answer
    double sigma = 0.25;  // of the log-normal delay of each packet
    double loss = 0;      // of each packet
    size_t questions = 4000;
    Duration between = milliseconds(25);  // between two questions, on average
    Credit credit = Credit::kAsBuilt;
  };
  struct Outcome {
    double queries_a_question = 0;  // to replicas; 1 is the minimum
    size_t unanswered = 0;          // or answered with a failure
    uint64_t hedges = 0;
    std::vector<Duration> waits;  // of the clients, sorted

    Duration Quantile(double part) const {
      return waits[std::min(waits.size() - 1,
                            static_cast<size_t>(part * static_cast<double>(waits.size())))];
    }
  };

  explicit ReplicaWorld(const Options& options)
      : options_(options), random_(options.seed * 7919), world_({.seed = options.seed}) {
    std::string root;
    for (size_t zone = 0; zone < options.zones; ++zone) AddZone(zone, &root);
    world_.Start(root);
  }

  RecursorWorld& world() { return world_; }
  // Medians of the replicas' round trips, in the order in which the replicas were made.
  const std::vector<Duration>& medians() const { return medians_; }

  // Asks the questions of `Options`, each for a name of its own.
  Outcome Run() {
    const size_t before = world_.world().upstream().size();
    const uint64_t hedges = world_.recursor().counters().hedges;
    std::vector<HeardAnswer*> heard;
    for (size_t i = 0; i < options_.questions; ++i) {
      SetCredit();
      heard.push_back(
          world_.Ask("q" + std::to_string(asked_++) + "." + ZoneName(DrawZone()), RRType::kA));
      const double wait = -std::log(1 - random_.Unit());
      world_.Run(Duration(
          static_cast<Duration::rep>(wait * static_cast<double>(options_.between.count()))));
    }
    world_.Run(seconds(8));
    Outcome outcome;
    size_t queries = 0;
    const auto& upstream = world_.world().upstream();
    for (size_t i = before; i < upstream.size(); ++i) {
      if (upstream[i].server.address.ToText() != RecursorWorld::kRoot) ++queries;
    }
    outcome.queries_a_question =
        static_cast<double>(queries) / static_cast<double>(options_.questions);
    outcome.hedges = world_.recursor().counters().hedges - hedges;
    for (const HeardAnswer* answer : heard) {
      if (answer == nullptr || answer->count != 1 || answer->rcode != Rcode::kNoError) {
        ++outcome.unanswered;
        continue;
      }
      outcome.waits.push_back(answer->latency);
    }
    std::sort(outcome.waits.begin(), outcome.waits.end());
    return outcome;
  }

  static std::string ZoneName(size_t zone) { return "z" + std::to_string(zone) + "."; }
  static std::string Address(size_t zone, size_t replica) {
    return "192.0." + std::to_string(zone) + "." + std::to_string(1 + replica);
  }

 private:
  void AddZone(size_t zone, std::string* root) {
    const std::string name = ZoneName(zone);
    for (size_t i = 0; i < options_.replicas; ++i) {
      const std::string server = "n" + std::to_string(i) + "." + name;
      const std::string address = Address(zone, i);
      *root += name + " 86400 NS " + server + "\n" + server + " 86400 A " + address + "\n";
      sim::ZoneServer* made = world_.Add(address, name, "* 300 A 203.0.113.1\n");
      if (i < options_.silent) made->conduct().fault = sim::Fault::kSilent;
      // From 10 to 300 ms, half of them under 55.
      const double median_us =
          std::clamp(55'000 * std::exp(0.9 * random_.Normal()), 10'000.0, 300'000.0);
      const Duration median(static_cast<Duration::rep>(median_us));
      medians_.push_back(median);
      world_.world().SetLink(
          address,
          {.latency = sim::Latency::LogNormal(median / 2, options_.sigma), .loss = options_.loss});
    }
  }

  // Zipf's law with exponent one, as in clients' questions: some zones are asked for all the time,
  // and some once in minutes.
  size_t DrawZone() {
    double sum = 0;
    for (size_t i = 0; i < options_.zones; ++i) sum += 1.0 / static_cast<double>(i + 1);
    double at = random_.Unit() * sum;
    for (size_t i = 0; i < options_.zones; ++i) {
      at -= 1.0 / static_cast<double>(i + 1);
      if (at <= 0) return i;
    }
    return options_.zones - 1;
  }

  void SetCredit() {
    upstream::HedgeCredit& credit = world_.recursor().facilities().hedge_credit;
    if (options_.credit == Credit::kUnlimited) credit.GiveBack(1000);
    while (options_.credit == Credit::kNone && credit.Spend()) {
    }
  }

  Options options_;
  sim::SeededRandom random_;
  RecursorWorld world_;
  std::vector<Duration> medians_;
  size_t asked_ = 0;
};

}  // namespace tern::resolver::test
