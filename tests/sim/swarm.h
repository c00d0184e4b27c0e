// One world of the swarm: a random internet, the resolver in it, and clients that ask in bursts.
// These things must hold in every case:
// - Every query has one sound reply by its deadline, with the question as it was asked.
// - The answer is what the zones say, as a naive oracle reads them, or what they said within the
//   TTL. If each zone has a sound server and no packet is lost, it is not SERVFAIL. It is not
//   SERVFAIL either if the server of a zone answers in one form of the query only, in one address
//   family only, or after a lost packet.
// - A stale answer was true within max_stale. ANY and queries without recursion are answered at
//   once, from the store alone, and cost nothing upstream.
// - The upstream cost of a client question is bounded. In a clean world the first look-ups cost the
//   least that the tree of zones and what is known allow.
// - TTLs do not grow while nobody asks upstream.
// - Everything in the store is true, and each delegation came from the parent.
// - At rest no frame, waiter, exchange or timer is left.
//
// Thread: one. Bounds: kQuestionsMax questions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resolver/config/settings.h"
#include "tests/sim/naive_oracle.h"
#include "tests/sim/random_internet.h"
#include "tests/sim/resolver_under_test.h"
#include "tests/sim/sim_world.h"

namespace tern::sim {

class SwarmWorld {
 public:
  static constexpr int kQuestionsMax = 64;

  enum class Kind : uint8_t {
    kClean,  // nothing goes wrong
    kSound,  // replicas are unsound, but one per zone is not, and no packet is lost
    kOdd,    // servers dislike something about queries, a family is dead, packets are lost or late,
             // somebody spoofs; but each zone can be had
    kFaulty,  // any server may be unsound, packets are lost, cut off and overtaken, somebody spoofs
    kChanging,  // and everything changes with time
    kCorrupt,   // bits of packets flip: then an answer may be anything sound
  };

  SwarmWorld(uint64_t seed, bool trace);
  ~SwarmWorld();

  // Empty when everything held.
  std::string Run();

  Kind kind() const { return kind_; }
  size_t asked() const;  // questions that must be resolved
  size_t answered() const { return answered_; }
  // Questions whose number of upstream queries was compared with the least possible: the first one
  // of a world, and others.
  size_t counted_cold() const { return counted_cold_; }
  size_t counted_warm() const { return counted_warm_; }
  size_t stale() const { return stale_; }               // answers
  std::string Trace() const { return world_.Trace(); }  // empty without `trace`
  // A digest of all that was sent and answered. For worlds without a trace.
  uint64_t Digest() const;

 private:
  struct Question {
    ClientQueryId client = 0;
    std::optional<ClientQueryId> over_tcp;  // asked again because of TC
    wire::Name name;
    wire::RRType type = wire::RRType::kA;
    uint16_t payload_octets = 0;
    bool tcp = false;
    bool recursion = true;

    // Whether it is answered without a query upstream.
    bool AtOnce() const { return !recursion || type == wire::RRType::kANY; }
  };
  class Forwarder;
  class Spoofer;

  void AddTrouble(bool is_rough);
  void MakeSettings();
  void AddStaticZone();
  void Fault(std::string what);
  std::string Describe(const Question& question) const;

  size_t Ask(Question question);
  size_t AskOverTcp(const wire::Name& name, wire::RRType type);
  Question MakeQuestion();
  Octets MakeQuery(const Question& question);
  void AskSomething(uint64_t count);
  void RunUntilAnswered(size_t first_question);
  void Rest();
  // In a clean world, before everything else.
  size_t CountAskedInLowerCase(size_t upstream_before);
  void CheckLeastQueries();
  void CheckCostOf(size_t upstream_before, const Question& question);
  void CheckAskedAgainWithoutRecursion(const Question& question);
  void RunBurst();

  void CheckQuestion(const Question& question);
  void CheckReply(const Question& question, ClientQueryId client, bool tcp);
  void CheckHeader(const Question& question, const PlainMessage& reply, bool tcp);
  void CheckAdditional(const Question& question, const ClientQuery& client,
                       const PlainMessage& reply);
  void CheckAny(const Question& question, const PlainMessage& reply);
  void CheckWithoutRecursion(const Question& question, const ClientQuery& client,
                             const PlainMessage& reply);
  void CheckStale(const Question& question, const ClientQuery& client, const PlainMessage& reply);
  // When the resolver may have last heard what a reply without aliases says. Nothing when it never
  // did.
  std::optional<Time> HeardLast(const Question& question, const ClientQuery& client,
                                const PlainMessage& reply) const;
  // Whether the world gives no excuse for a question without an answer.
  bool MustResolve(const Question& question, Time now) const;
  // Whether some server that has to do with the chain cannot say what is in it.
  bool CannotTell(const NaiveOracle::Chain& chain) const;
  void CheckFailure(const Question& question, const ClientQuery& client, const PlainMessage& reply);
  void CheckTtls();

  void AuditStore();
  void AuditEntry(cache::EntryView entry);
  void AuditAnswer(cache::EntryView entry);
  void AuditDelegation(cache::EntryView entry);

  SimWorld world_;
  SeededRandom* random_;
  Kind kind_;
  bool ipv6_;
  RandomInternet internet_;
  TtlBounds bounds_;
  NaiveOracle oracle_;
  resolver::config::Settings settings_;
  bool has_static_zone_ = false;
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<Spoofer> spoofer_;
  std::unique_ptr<ResolverUnderTest> resolver_;
  std::vector<Question> questions_;
  std::string faults_;
  size_t answered_ = 0;
  std::map<std::string, Time> asked_in_lower_case_;  // servers whose denial was doubted
  size_t counted_cold_ = 0;
  size_t counted_warm_ = 0;
  size_t stale_ = 0;
};

const char* ToText(SwarmWorld::Kind kind);

}  // namespace tern::sim
