// How the verifications of a worker share its turns.
#include "resolver/dnssec/verification_turn.h"

#include <gtest/gtest.h>

#include <chrono>

namespace tern::resolver::dnssec {
namespace {

constexpr Time kFirstTurn(std::chrono::seconds(1));
constexpr Time kSecondTurn = kFirstTurn + std::chrono::microseconds(1);

TEST(VerificationTurnTest, AllowsItsWorkAndWhatWasBegunAtTheEndOfIt) {
  VerificationTurn turn;
  turn.Enter(kFirstTurn);
  turn.Charge(kValidationWorkOfTurn - 1);
  EXPECT_TRUE(turn.Allows());
  turn.Charge(11);
  EXPECT_FALSE(turn.Allows());
  EXPECT_TRUE(turn.TakeRanOut());
  EXPECT_FALSE(turn.TakeRanOut());
  turn.Enter(kFirstTurn);
  EXPECT_FALSE(turn.Allows());
  turn.Enter(kSecondTurn);
  EXPECT_FALSE(turn.ran_out());
  EXPECT_TRUE(turn.Allows());
}

TEST(VerificationTurnTest, WhoWaitsGoesBeforeWhoBegins) {
  VerificationTurn turn;
  turn.Enter(kFirstTurn);
  turn.AddWaiting();
  turn.Enter(kSecondTurn);
  EXPECT_FALSE(turn.Allows());
  turn.SetTurnOfWaiting(true);
  EXPECT_TRUE(turn.Allows());
  turn.SetTurnOfWaiting(false);
  EXPECT_FALSE(turn.Allows());
  turn.RemoveWaiting();
  EXPECT_TRUE(turn.Allows());
}

}  // namespace
}  // namespace tern::resolver::dnssec
