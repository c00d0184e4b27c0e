// Random worlds, one per seed (see swarm.h).
// - TERN_SWARM_SEEDS=N runs N seeds instead of this build's number, from TERN_SWARM_FIRST (1) on.
// - TERN_SWARM_SHARD=I/K runs every K-th of them from the I-th on.
// - TERN_SWARM_SEED=S runs only one, with its trace.
#include "tests/sim/swarm.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"
#include "tests/sim/words.h"

namespace tern::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

constexpr uint64_t kSeeds = kSanitized ? 2000 : 10000;
constexpr uint64_t kSeedsShownMax = 5;
constexpr uint64_t kWorldsThatTellMin = 1000;  // with fewer, shares say nothing
// One world in so many is played twice.
constexpr uint64_t kTwiceEvery = 50;

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t number = otherwise;
  if (text != nullptr && !ReadNumber(text, &number)) {
    ADD_FAILURE() << name << ": expected a number, got '" << text << "'";
  }
  return number;
}

struct Shard {
  uint64_t index = 0;
  uint64_t count = 1;
};

Shard ShardFromEnvironment() {
  Shard shard;
  const char* text = std::getenv("TERN_SWARM_SHARD");
  if (text == nullptr) return shard;
  const std::string_view word = text;
  const size_t slash = word.find('/');
  if (slash == std::string_view::npos || !ReadNumber(word.substr(0, slash), &shard.index) ||
      !ReadNumber(word.substr(slash + 1), &shard.count) || shard.index >= shard.count) {
    ADD_FAILURE() << "TERN_SWARM_SHARD: expected I/K, got '" << text << "'";
  }
  return shard;
}

TEST(SwarmTest, EveryWorldKeepsItsInvariants) {
  const uint64_t only = NumberFromEnvironment("TERN_SWARM_SEED", 0);
  const uint64_t seeds = only != 0 ? 1 : NumberFromEnvironment("TERN_SWARM_SEEDS", kSeeds);
  const uint64_t first = only != 0 ? only : NumberFromEnvironment("TERN_SWARM_FIRST", 1);
  const Shard shard = ShardFromEnvironment();
  uint64_t failed = 0;
  uint64_t lived = 0;
  size_t asked = 0;
  size_t answered = 0;
  size_t cold = 0;
  size_t warm = 0;
  size_t stale = 0;
  for (uint64_t seed = first; seed < first + seeds && failed < kSeedsShownMax; ++seed) {
    // The seed chooses the kind, in blocks, so each shard has all kinds.
    if (only == 0 && seed / 20 % shard.count != shard.index) continue;
    SwarmWorld world(seed, only != 0);
    const std::string fault = world.Run();
    ++lived;
    asked += world.asked();
    answered += world.answered();
    cold += world.counted_cold();
    warm += world.counted_warm();
    stale += world.stale();
    if (only != 0) std::printf("%s%s world\n", world.Trace().c_str(), ToText(world.kind()));
    if (!fault.empty()) {
      ++failed;
      ADD_FAILURE() << "seed " << seed << ", a " << ToText(world.kind()) << " world:\n"
                    << fault << "replay: TERN_SWARM_SEED=" << seed
                    << " sim_tests --gtest_filter=SwarmTest.Every*";
    }
    if (seed % kTwiceEvery != 0) continue;
    SwarmWorld again(seed, false);
    EXPECT_EQ(again.Run(), fault);
    EXPECT_EQ(again.Digest(), world.Digest()) << "seed " << seed << " gave another world";
  }
  std::printf(
      "%" PRIu64
      " worlds, %zu questions, %zu answered, %zu stale, %zu cold and %zu warm look-ups counted\n",
      lived, asked, answered, stale, cold, warm);
  if (lived < kWorldsThatTellMin) return;
  // Without this, a resolver that always says SERVFAIL would pass.
  EXPECT_GT(answered * 10, asked * 7);
  EXPECT_GT(stale, 0u);
  EXPECT_GT(cold * 5, lived);
  EXPECT_GT(warm, cold);
}

TEST(SwarmTest, EqualSeedsGiveEqualTraces) {
  for (uint64_t seed = 100; seed < 120; ++seed) {
    SwarmWorld first(seed, true);
    SwarmWorld second(seed, true);
    first.Run();
    second.Run();
    EXPECT_GT(first.Trace().size(), 1000u);
    EXPECT_TRUE(first.Trace() == second.Trace()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tern::sim
