#include "resolver/base/expiring_marks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace tern::resolver {
namespace {

using std::chrono::seconds;

constexpr Time kNow = Time(seconds(10));

TEST(ExpiringMarksTest, AMarkIsThereUntilItsTimeIsOver) {
  ExpiringMarks marks(64);
  EXPECT_TRUE(marks.never_used());
  EXPECT_FALSE(marks.Has(7, kNow));
  marks.Put(7, kNow + seconds(5));
  EXPECT_FALSE(marks.never_used());
  EXPECT_TRUE(marks.Has(7, kNow + seconds(4)));
  EXPECT_FALSE(marks.Has(7, kNow + seconds(5)));
  EXPECT_FALSE(marks.Has(9, kNow));
}

TEST(ExpiringMarksTest, TheMarkThatLastsLongerKeepsItsNote) {
  ExpiringMarks marks(64);
  EXPECT_EQ(marks.NoteOf(7, kNow), std::nullopt);
  marks.Put(7, kNow + seconds(5), 6);
  EXPECT_EQ(marks.NoteOf(7, kNow + seconds(4)), 6);
  EXPECT_EQ(marks.NoteOf(7, kNow + seconds(5)), std::nullopt);
  EXPECT_FALSE(marks.Has(7, kNow + seconds(5)));
  marks.Put(7, kNow + seconds(4), 7);
  EXPECT_EQ(marks.NoteOf(7, kNow), 6);
  marks.Put(7, kNow + seconds(9), 1);
  EXPECT_EQ(marks.NoteOf(7, kNow), 1);
}

TEST(ExpiringMarksTest, ClearForgetsAllMarks) {
  ExpiringMarks marks(64);
  for (uint64_t key = 1; key < 100; ++key) marks.Put(key << 33, kNow + seconds(5));
  marks.Clear();
  for (uint64_t key = 1; key < 100; ++key) EXPECT_FALSE(marks.Has(key << 33, kNow)) << key;
  marks.Put(uint64_t{7} << 33, kNow + seconds(2));
  EXPECT_TRUE(marks.Has(uint64_t{7} << 33, kNow + seconds(1)));
  EXPECT_FALSE(marks.Has(uint64_t{7} << 33, kNow + seconds(3)));
}

TEST(ExpiringMarksTest, MarkingAgainMovesTheEnd) {
  ExpiringMarks marks(4);
  marks.Put(7, kNow + seconds(5));
  marks.Put(7, kNow + seconds(9));
  EXPECT_TRUE(marks.Has(7, kNow + seconds(8)));
  // But not back.
  marks.Put(7, kNow + seconds(1));
  EXPECT_TRUE(marks.Has(7, kNow + seconds(8)));
  // It took one place, not two: three more fit.
  for (uint64_t key = 101; key < 107; key += 2) marks.Put(key, kNow + seconds(20));
  EXPECT_TRUE(marks.Has(7, kNow));
}

TEST(ExpiringMarksTest, TheMarkThatWouldGoSoonestMakesWay) {
  ExpiringMarks marks(4);
  for (uint64_t key = 1; key <= 9; key += 2) marks.Put(key, kNow + seconds(key));
  EXPECT_FALSE(marks.Has(1, kNow));
  for (uint64_t key = 3; key <= 9; key += 2) EXPECT_TRUE(marks.Has(key, kNow)) << key;
}

TEST(ExpiringMarksTest, AReaderBesideAWriterSeesNoKeyThatNobodyPut) {
  ExpiringMarks marks(4);
  std::thread writer([&] {
    for (uint64_t i = 0; i < 50'000; ++i) marks.Put(2 * (i % 16) + 1, kNow + seconds(5));
  });
  for (int i = 0; i < 50'000; ++i) ASSERT_FALSE(marks.Has(1001, kNow));
  writer.join();
}

}  // namespace
}  // namespace tern::resolver
