// The naive validator against what the zones say in random worlds, and the resolver against it.
#include "tests/sim/signed_world.h"

#include <cstdlib>

#include "gtest/gtest.h"
#include "wire/presentation.h"

namespace tern::sim {
namespace {

constexpr uint64_t kWorlds = 100;
constexpr int kQuestionsEach = 20;

TEST(SignedWorldTest, SoundZonesAreNeverBogusAndSayWhatTheyHave) {
  size_t counts[3] = {};
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    SignedWorld world(seed, SignedWorld::Kind::kSound);
    for (int i = 0; i < kQuestionsEach; ++i) {
      const SignedWorld::Question question = world.RandomQuestion();
      const Verdict verdict = world.internet().Expect(question.name, question.type);
      if (verdict.why == "too many aliases") continue;
      ++counts[static_cast<size_t>(verdict.security)];
      const PlainMessage plain =
          world.internet().oracle().Answer(MakeQuery(1, question.name, question.type));
      const std::string where = "seed " + std::to_string(seed) + ": " + question.name + " " +
                                wire::ToText(question.type) + ": " + verdict.why + "\n" +
                                world.Describe() + plain.ToText();
      ASSERT_NE(verdict.security, Security::kBogus) << where;
      ASSERT_EQ(verdict.rcode, plain.rcode) << where;
      ASSERT_TRUE(SameRecords(verdict.answer, plain.answer)) << where;
      if (world.is_signed_throughout() && !world.has_opt_out()) {
        ASSERT_EQ(verdict.security, Security::kSecure) << where;
      }
    }
  }
  EXPECT_GT(counts[0] * 2, counts[1]);
  EXPECT_GT(counts[1], 50u);
}

TEST(SignedWorldTest, BrokenZonesHaveVerdictsOfAllKindsAndAllBreakagesMatter) {
  size_t counts[3] = {};
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    SignedWorld world(seed, SignedWorld::Kind::kBroken);
    for (int i = 0; i < kQuestionsEach; ++i) {
      const SignedWorld::Question question = world.RandomQuestion();
      const Verdict verdict = world.internet().Expect(question.name, question.type);
      ++counts[static_cast<size_t>(verdict.security)];
      EXPECT_EQ(verdict.security == Security::kBogus, verdict.rcode == wire::Rcode::kServFail);
    }
  }
  for (const size_t count : counts) EXPECT_GT(count * 10, kWorlds * kQuestionsEach);
}

TEST(SignedWorldTest, EqualSeedsGiveEqualWorlds) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SignedWorld first(seed, SignedWorld::Kind::kBroken);
    SignedWorld second(seed, SignedWorld::Kind::kBroken);
    EXPECT_EQ(first.Describe(), second.Describe());
    for (int i = 0; i < 10; ++i) {
      const SignedWorld::Question question = first.RandomQuestion();
      EXPECT_EQ(second.RandomQuestion().name, question.name);
      PlainMessage query = MakeQuery(1, question.name, question.type);
      query.edns->dnssec_ok = true;
      EXPECT_EQ(first.internet().oracle().Answer(query).Encode(),
                second.internet().oracle().Answer(query).Encode());
    }
  }
}

// TERN_SIGNED_FIRST, TERN_SIGNED_SEEDS: other worlds, and more of them.
uint64_t NumberFrom(const char* variable, uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(SignedWorldTest, TheResolverAnswersAsTheNaiveValidatorSays) {
  constexpr int kQuestions = 30;
  const uint64_t first = NumberFrom("TERN_SIGNED_FIRST", 1);
  const uint64_t seeds = NumberFrom("TERN_SIGNED_SEEDS", 40);
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    for (const auto kind : {SignedWorld::Kind::kSound, SignedWorld::Kind::kBroken}) {
      SignedWorld world(seed, kind);
      // The resolver gives up sooner than the naive validator, which tries all keys of a tag, and
      // does not believe ranges whose types contradict each other.
      const std::string zones = world.Describe();
      const auto has = [&](std::string_view breakage) {
        return zones.find(breakage) != zones.npos;
      };
      if (has("CollidingTags") || has("KeyTrap") || has("TooManyTypes")) continue;
      const std::string wrong = world.Play(kQuestions);
      EXPECT_EQ(wrong, "") << "seed " << seed
                           << (kind == SignedWorld::Kind::kSound ? "" : ", broken") << "\n"
                           << zones;
    }
  }
}

}  // namespace
}  // namespace tern::sim
