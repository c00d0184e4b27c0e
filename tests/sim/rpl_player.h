// Plays a scenario: its servers in a simulated world, the client, and the resolver between them.
//
// - A QUERY step lasts until its answer has come and the network is quiet again. Until then the
//   ranges of that step's number count.
// - A REPLY step is a reply that is given once, to the first query that it matches, from any
//   address.
// - TIMEOUT and ERROR steps are used once too. They match any query, to the address that they name.
//
// Thread: one. Bounds: kAnswerLimit of virtual time per query.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "resolver/base/resolution_settings.h"
#include "tests/sim/resolver_under_test.h"
#include "tests/sim/rpl.h"
#include "tests/sim/sim_world.h"

namespace tern::sim {

// The one place where what a scenario says about validation becomes settings.
void ApplyValidation(const RplValidation& validation, resolver::config::Settings* settings);

// What a query gets if no entry of the scenario matches its address.
enum class Unscripted : uint8_t { kServFail, kSilence };

struct PlayOptions {
  uint64_t seed = 1;
  // For what the scenario does not set.
  resolver::QnameMinimisation qname_minimisation = resolver::QnameMinimisation::kRelaxed;
  Unscripted unscripted = Unscripted::kServFail;
};

class RplPlayer {
 public:
  static constexpr Duration kAnswerLimit = std::chrono::seconds(15);

  // REQUIRES: the scenario outlives the player.
  RplPlayer(const Scenario& scenario, const PlayOptions& options);
  ~RplPlayer();

  // Empty when everything was as the scenario demands. Otherwise it says what was not, what was
  // expected and what came.
  std::string Play();
  std::string Trace() const { return world_.Trace(); }
  uint32_t WallSeconds() { return world_.WallSeconds(); }

 private:
  class ScriptedServer;

  std::string Run(const RplStep& step);
  std::string RunQuery(const RplStep& step);
  std::string Evaluate(const RplStep& step);
  std::string CheckAnswer(const RplStep& step);
  std::string CheckUpstreamQueries(const RplStep& step) const;
  std::string CheckOutQuery(const RplStep& step, bool wanted) const;
  std::string CheckRest();

  const Scenario& scenario_;
  PlayOptions options_;
  SimWorld world_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<ResolverUnderTest> resolver_;
  std::vector<ClientQueryId> unchecked_;  // asked, but the answer was not checked yet
  std::map<std::string, std::string> variables_;
  size_t upstream_before_query_ = 0;  // upstream queries sent before the last QUERY step
};

// Whether an entry's MATCH line accepts that query of the resolver.
bool AcceptsQuery(const RplEntry& entry, const PlainMessage& query, Transport transport);

// Says how `got` differs from the entry of a CHECK_ANSWER step. Empty when it does not.
std::string DiffAnswer(const RplEntry& expected, const PlainMessage& got);

}  // namespace tern::sim
