// Plays a scenario: its servers in a simulated world, the resolver between them and the client.
//
// A QUERY step lasts until its answer is there and the network is quiet again; until then the
// ranges of that step's number count. A REPLY step is a reply that is given once, to the first
// query that it matches, whatever the address; TIMEOUT and ERROR steps likewise to any query, of
// the address that they name.
//
// Thread: one. Bounds: kAnswerLimit of virtual time a query.
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

// What a query gets for which an address of the scenario has no entry.
enum class Unscripted : uint8_t { kServFail, kSilence };

struct PlayOptions {
  uint64_t seed = 1;
  // Where the scenario does not say.
  resolver::QnameMinimisation qname_minimisation = resolver::QnameMinimisation::kRelaxed;
  Unscripted unscripted = Unscripted::kServFail;
};

class RplPlayer {
 public:
  static constexpr Duration kAnswerLimit = std::chrono::seconds(15);

  // The scenario outlives the player.
  RplPlayer(const Scenario& scenario, const PlayOptions& options);
  ~RplPlayer();

  // Empty when all was as the scenario demands. Otherwise what was not, with expected and got.
  std::string Play();
  std::string Trace() const { return world_.Trace(); }

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
  std::vector<ClientQueryId> unchecked_;  // asked, answer not looked at
  std::map<std::string, std::string> variables_;
  size_t upstream_before_query_ = 0;  // upstream queries sent before the last QUERY step
};

// Does an entry's MATCH line accept that query of the resolver?
bool AcceptsQuery(const RplEntry& entry, const PlainMessage& query, Transport transport);

// What of `got` differs from the entry of a CHECK_ANSWER step; empty when nothing does.
std::string DiffAnswer(const RplEntry& expected, const PlainMessage& got);

}  // namespace tern::sim
