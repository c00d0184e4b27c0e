// Zones that make validation expensive (KeyTrap, CVE-2023-50387; NSEC3, CVE-2023-50868): colliding
// key tags, bad signatures, costly algorithms, long chains of hashes. What one question costs, and
// what others notice of it.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/signed_tlds.h"
#include "tests/support/dnssec/breakages.h"
#include "tests/support/dnssec/rrsig.h"
#include "tests/support/dnssec/verify_signature.h"
#include "tests/support/dnssec/zone_key.h"

namespace tern::sim {
namespace {

using std::chrono::nanoseconds;
using wire::Rcode;
using wire::RRType;

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kTrapSlower = 1;
#else
constexpr int kTrapSlower = 20;
#endif

nanoseconds SpentSoFar() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

// Checks a signature of the costliest algorithm, and measures that. It takes about as long as a
// trap, so what slows one of them down slows the other down too.
class OneCheck {
 public:
  OneCheck() : key_(kEcdsaP384, 1, kZoneKeyFlag), set_(RecordsOfText(".", "www 300 A 192.0.2.1")) {
    rrsig_ = {.covered = RRType::kA,
              .algorithm = kEcdsaP384,
              .labels = 1,
              .original_ttl = 300,
              .tag = key_.Tag()};
    rrsig_.signature = key_.Sign(SignedOctets(rrsig_, set_));
  }
  nanoseconds Measure() const {
    constexpr int kTimes = 20;
    const nanoseconds before = SpentSoFar();
    for (int i = 0; i < kTimes; ++i) {
      EXPECT_TRUE(VerifiesSignature(key_.Dnskey(), rrsig_, set_));
    }
    return (SpentSoFar() - before) / kTimes;
  }

 private:
  ZoneKey key_;
  std::vector<PlainRecord> set_;
  Rrsig rrsig_;
};

struct Trap {
  std::string_view name;
  uint8_t algorithm;
  int colliding_keys;  // beside the zone's own
  int signatures;      // none of them good; kBadBeforeGood: the last is
  size_t turns;        // that the checks take at least
  Denial denial = Denial::kNsec;
  std::string_view question = "www.example.com.";
};

constexpr int kBadBeforeGood = 7;

void PutBadBeforeGood(const SignedZone&, wire::NameView, RRType, std::vector<Rrsig>* signatures) {
  for (int i = 0; i < kBadBeforeGood; ++i) {
    Rrsig bad = signatures->back();
    bad.signature[bad.signature.size() / 2] ^= static_cast<uint8_t>(1 + i);
    signatures->insert(signatures->begin(), std::move(bad));
  }
}

// In checks of one signature of the costliest algorithm.
constexpr int kMostOfQuestion = 30;
constexpr int kMostOfTurn = 7;

struct TrapCost {
  nanoseconds question{0};
  nanoseconds costliest_turn{0};
  Rcode rcode = Rcode::kNoError;
  std::vector<Duration> hits;  // how long others waited who asked while the trap was checked
};

class KeyTrapTest : public testing::TestWithParam<Trap> {
 protected:
  KeyTrapTest() : internet_({.seed = 8}) {
    SigningPlan plan;
    plan.keys = {{.algorithm = GetParam().algorithm}};
    plan.denial = GetParam().denial;
    plan.iterations = 50;
    plan.salt = Octets(255, 's');
    if (GetParam().signatures == kBadBeforeGood) {
      plan.after_signing = {PutBadBeforeGood};
    } else {
      AddKeyTrap(GetParam().colliding_keys, GetParam().signatures, &plan, BrokenSets());
    }
    std::string records = "www 300 A 198.51.100.1\nlink10 300 A 198.51.100.1\n";
    for (int i = 0; i < 10; ++i) {
      records += "link" + std::to_string(i) + " 300 CNAME link" + std::to_string(i + 1) + "\n";
    }
    internet_.AddSigned("example.com.", "192.0.2.20", records, plan);
    internet_.AddSigned("other.com.", "192.0.2.21", "www 300 A 198.51.100.2\n");
    internet_.Start();
    // The zone's servers sign once.
    internet_.Lookup(GetParam().question, RRType::kA);
  }

  // The processor time of one question, with all that the simulated network does for it.
  TrapCost Spring() {
    internet_.Restart();
    EXPECT_EQ(internet_.Lookup("www.other.com.", RRType::kA).rcode, Rcode::kNoError);
    SimWorld& world = internet_.world();
    const ClientQueryId id =
        world.AskDatagram(MakeQuery(7, GetParam().question, RRType::kA).Encode());
    std::vector<ClientQueryId> hits;
    TrapCost cost;
    world.RunUntil(
        [&] {
          const nanoseconds now = SpentSoFar();
          if (last_ != nanoseconds(0)) {
            cost.question += now - last_;
            cost.costliest_turn = std::max(cost.costliest_turn, now - last_);
          }
          if (world.client_query(id).answered) return true;
          if (ask_others_ && world.Now() != asked_others_) {
            asked_others_ = world.Now();
            hits.push_back(world.AskDatagram(MakeQuery(8, "www.other.com.", RRType::kA).Encode()));
          }
          last_ = SpentSoFar();
          return false;
        },
        std::chrono::seconds(15));
    cost.rcode = world.client_query(id).Message()->rcode;
    world.RunFor(std::chrono::seconds(1));
    // The network never needs as little time as one turn.
    for (size_t i = 1; i < hits.size(); ++i) {
      const ClientQuery& hit = world.client_query(hits[i]);
      if (hit.asked - world.client_query(hits[i - 1]).asked == kTurn) {
        cost.hits.push_back(hit.Latency());
      }
    }
    last_ = nanoseconds(0);
    return cost;
  }

  static constexpr Duration kTurn = std::chrono::microseconds(1);

  SignedTlds internet_;
  nanoseconds last_{0};
  bool ask_others_ = false;
  Time asked_others_ = Time::min();
};

TEST_P(KeyTrapTest, CostsOneQuestionLittleAndIsCheckedInShortTurns) {
  // On a busy machine also cpu time doubles now and then: the best of some rounds counts. Machines
  // differ too, so the unit is one check on this machine, before and after.
  const OneCheck one;
  nanoseconds before = one.Measure();
  std::string seen;
  for (int round = 0; round < 20; ++round) {
    const TrapCost cost = Spring();
    EXPECT_EQ(cost.rcode, Rcode::kServFail);
    const nanoseconds after = one.Measure();
    const nanoseconds check = std::max(before, after);
    if (cost.question < kTrapSlower * kMostOfQuestion * check &&
        cost.costliest_turn < kTrapSlower * kMostOfTurn * check) {
      return;
    }
    seen += "a check takes " + std::to_string(check.count()) + " ns, the question " +
            std::to_string(cost.question.count()) + ", one of its turns " +
            std::to_string(cost.costliest_turn.count()) + "\n";
    before = after;
  }
  ADD_FAILURE() << seen;
}

// Each turn of the worker's loop looks after everybody else.
TEST_P(KeyTrapTest, OthersAreAnsweredBetweenTheChecks) {
  ask_others_ = true;
  const TrapCost cost = Spring();
  EXPECT_GE(cost.hits.size(), GetParam().turns);
  for (const Duration latency : cost.hits) EXPECT_LE(latency, kTurn);
}

constexpr int kWholeTrap = 100;
INSTANTIATE_TEST_SUITE_P(Ways, KeyTrapTest,
                         testing::Values(Trap{"All", kEcdsaP256, kWholeTrap, kWholeTrap, 0},
                                         Trap{"TwoKeysOfP256", kEcdsaP256, 1, kWholeTrap, 1},
                                         Trap{"TwoKeysOfP384", kEcdsaP384, 1, kWholeTrap, 8},
                                         Trap{"TwoKeysOfEd448", kEd448, 1, kWholeTrap, 4},
                                         Trap{"TwoKeysOfRsa", kRsaSha256, 1, kWholeTrap, 1},
                                         Trap{"ChainOfP384", kEcdsaP384, 0, kBadBeforeGood, 4,
                                              Denial::kNsec, "link0.example.com."},
                                         Trap{"HashesAndP384", kEcdsaP384, 1, 8, 4, Denial::kNsec3,
                                              "a.b.c.d.e.f.g.h.i.j.k.l.m.n.example.com."}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tern::sim
