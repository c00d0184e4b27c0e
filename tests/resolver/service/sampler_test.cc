#include "resolver/service/sampler.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <vector>

namespace tern::resolver::service {
namespace {

class SamplerTest : public testing::Test {
 protected:
  // `batches` of `size` queries, evenly over the time. Returns how many were noted.
  size_t Ask(size_t batches, size_t size, Duration time) {
    size_t noted = 0;
    for (size_t i = 0; i < batches; ++i) {
      now_ += time / static_cast<int64_t>(batches);
      if (sampler_.PassesOver(size)) continue;
      sampler_.NoteSome(
          size, now_, [&] { return random_(); },
          [&](size_t index, double weight) {
            EXPECT_LT(index, size);
            stood_for_ += weight;
            ++noted;
            indexes_.push_back(index);
          });
    }
    return noted;
  }

  Time now_{std::chrono::seconds(1000)};
  std::mt19937_64 random_{4};
  Sampler sampler_;
  double stood_for_ = 0;
  std::vector<size_t> indexes_;
};

TEST_F(SamplerTest, WhileFewComeEachIsNoted) {
  EXPECT_EQ(Ask(500, 1, std::chrono::seconds(1)), 500u);
  EXPECT_EQ(Ask(100, 3, std::chrono::seconds(1)), 300u);
  EXPECT_EQ(stood_for_, 800);
}

TEST_F(SamplerTest, WhileManyComeSomeHundredsStandForAll) {
  (void)Ask(20'000, 20, std::chrono::seconds(2));
  stood_for_ = 0;
  const size_t noted = Ask(100'000, 20, std::chrono::seconds(10));
  EXPECT_GT(noted, 10 * Sampler::kNotedASecond / 3);
  EXPECT_LT(noted, 10 * Sampler::kNotedASecond * 2);
  EXPECT_NEAR(stood_for_, 2'000'000, 100'000);
}

TEST_F(SamplerTest, ABurstIsBoundedBeforeTheSecondIsOver) {
  EXPECT_LT(Ask(1000, 64, std::chrono::milliseconds(900)), 4 * Sampler::kNotedASecond);
  EXPECT_NEAR(stood_for_, 64'000, 6'000);
}

// A client whose queries are always the last ones of their batch is seen as all others are.
TEST_F(SamplerTest, NoPlaceInABatchHidesAQuery) {
  (void)Ask(20'000, 16, std::chrono::seconds(2));
  indexes_.clear();
  (void)Ask(200'000, 16, std::chrono::seconds(20));
  size_t last = 0;
  for (const size_t index : indexes_) last += index == 15 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(last) / static_cast<double>(indexes_.size()), 1.0 / 16, 0.01);
}

TEST_F(SamplerTest, WhenItIsQuietAgainEachIsNotedAgain) {
  (void)Ask(20'000, 20, std::chrono::seconds(2));
  (void)Ask(10'000, 1, std::chrono::seconds(100));
  EXPECT_EQ(Ask(500, 1, std::chrono::seconds(5)), 500u);
}

}  // namespace
}  // namespace tern::resolver::service
