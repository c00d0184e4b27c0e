// The order of ranges, against a naive list of them.
#include "resolver/dnssec/range_chain.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/dnssec/kept_range.h"
#include "wire/name.h"

namespace tern::resolver::dnssec {
namespace {

KeptRange::Pointer RangeBetween(std::string_view key, std::string_view next_key) {
  constexpr uint8_t kRdata[] = {1};
  return KeptRange::Make(nullptr, {.key = key, .next_key = next_key, .goes_back = key >= next_key},
                         {.owner = wire::NameView(), .type = wire::RRType::kNSEC, .rdata = kRdata});
}

// By keys of one letter: the letters that a range contains.
std::string LettersOf(const KeptRange& range) {
  std::string letters;
  for (char letter = 'a'; letter <= 'h'; ++letter) {
    if (range.Contains(std::string_view(&letter, 1))) letters += letter;
  }
  return letters;
}

TEST(RangeChainTest, ARangeContainsItsOwnerAndNotItsEnd) {
  EXPECT_EQ(LettersOf(*RangeBetween("c", "e")), "cd");
  EXPECT_EQ(LettersOf(*RangeBetween("f", "b")), "afgh");
  EXPECT_EQ(LettersOf(*RangeBetween("f", "")), "fgh");
  EXPECT_EQ(LettersOf(*RangeBetween("c", "c")), "abcdefgh");
}

TEST(RangeChainTest, FindsWhatANaiveListHas) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    RangeChain chain;
    std::vector<KeptRange::Pointer> list;  // those in the chain
    const auto key = [&] { return std::string(1, static_cast<char>('a' + random() % 8)); };
    for (int step = 0; step < 20; ++step) {
      KeptRange::Pointer range = RangeBetween(key(), random() % 8 == 0 ? "" : key());
      const std::string letters = LettersOf(*range);
      while (KeptRange* const overlap = chain.FindOverlap(*range)) {
        ASSERT_NE(LettersOf(*overlap).find_first_of(letters), std::string::npos);
        chain.Remove(overlap);
        std::erase_if(list, [&](const KeptRange::Pointer& kept) { return kept.get() == overlap; });
      }
      for (const KeptRange::Pointer& kept : list) {
        ASSERT_EQ(LettersOf(*kept).find_first_of(letters), std::string::npos);
      }
      chain.Insert(range.get());
      list.push_back(std::move(range));
      for (char letter = 'a'; letter <= 'h'; ++letter) {
        const KeptRange* expected = nullptr;
        for (const KeptRange::Pointer& kept : list) {
          if (kept->Contains(std::string_view(&letter, 1))) expected = kept.get();
        }
        ASSERT_EQ(chain.Find(std::string_view(&letter, 1)), expected);
      }
    }
  }
}

}  // namespace
}  // namespace tern::resolver::dnssec
