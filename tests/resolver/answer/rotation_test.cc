#include "resolver/answer/rotation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tern::resolver::answer {
namespace {

// Clients ask for A and AAAA in turn, or for A, AAAA and HTTPS. Each type alone must see every
// shift equally often.
TEST(RotationTest, IsFairToClientsThatAskInARhythm) {
  for (const size_t rhythm : {1u, 2u, 3u, 4u}) {
    for (const uint32_t addresses : {2u, 3u, 4u, 8u}) {
      Rotation rotation;
      constexpr size_t kAnswers = 10'000;
      std::array<size_t, 8> seen{};
      for (size_t i = 0; i < kAnswers * rhythm; ++i) {
        const uint32_t shift = rotation.Next() % addresses;
        if (i % rhythm == 0) ++seen[shift];
      }
      const size_t fair = kAnswers / addresses;
      for (uint32_t shift = 0; shift < addresses; ++shift) {
        EXPECT_GT(seen[shift], fair * 9 / 10) << rhythm << " " << addresses;
        EXPECT_LT(seen[shift], fair * 11 / 10) << rhythm << " " << addresses;
      }
    }
  }
}

}  // namespace
}  // namespace tern::resolver::answer
