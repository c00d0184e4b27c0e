#include "wire/name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>

#include "tests/wire/generators.h"
#include "wire/ascii_case.h"

namespace tern::wire {
namespace {

using namespace std::string_view_literals;
using test::Bytes;
using test::Generator;
using test::N;
using test::Octets;

// Naive oracles that look at one octet at a time.
std::string Lowered(NameView name) {
  std::string text;
  for (const uint8_t octet : name.octets()) text.push_back(char(LowerOctet(octet)));
  return text;
}

std::vector<std::string> LoweredLabels(NameView name) {
  std::vector<std::string> labels;
  const std::string octets = Lowered(name);
  for (size_t at = 0; octets[at] != 0; at += 1 + uint8_t(octets[at])) {
    labels.push_back(octets.substr(at + 1, uint8_t(octets[at])));
  }
  return labels;
}

// A name of exactly `octets` octets.
// REQUIRES: 3 <= octets <= 255.
Name NameOfSize(size_t octets) {
  Name name;
  while (name.size() < octets) {
    const size_t left = octets - name.size();
    size_t label = std::min(left - 1, kLabelOctetsMax);
    if (left - label == 2) --label;  // no label fits into the one octet that would be left
    EXPECT_TRUE(name.Prepend(std::string(label, name.size() % 2 == 0 ? 'x' : 'y')));
  }
  EXPECT_EQ(name.size(), octets);
  return name;
}

TEST(NameViewTest, DefaultIsTheRoot) {
  EXPECT_TRUE(NameView().IsRoot());
  EXPECT_EQ(NameView().size(), 1u);
  EXPECT_EQ(NameView().LabelCount(), 0u);
  EXPECT_EQ(NameView().FirstLabel(), "");
  EXPECT_TRUE(Name().view().Equals(NameView()));
}

TEST(NameViewTest, FromWireTakesTheNameAndLeavesWhatFollows) {
  const Octets octets = Bytes("\3www\7example\3com\0\0\1"sv);
  const auto name = NameView::FromWire(octets);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->size(), 17u);
  EXPECT_EQ(name->LabelCount(), 3u);
  EXPECT_EQ(name->FirstLabel(), "www");
}

TEST(NameViewTest, FromWireRefusesWhatIsNoName) {
  EXPECT_FALSE(NameView::FromWire({}));
  for (const std::string_view bad : {"\3ww"sv, "\3www"sv, "\3www\7exam"sv, "\xc0\x0c"sv,
                                     "\3www\xc0\x0c\0"sv, "\x40\0"sv, "\x80\0"sv, "\xff"sv}) {
    EXPECT_FALSE(NameView::FromWire(Bytes(bad))) << bad;
  }
  Octets long_label(65, 'a');
  long_label[0] = 64;
  long_label.push_back(0);
  EXPECT_FALSE(NameView::FromWire(long_label));
}

TEST(NameViewTest, FromWireHoldsTheLimitsOf255OctetsAnd127Labels) {
  Octets labels;
  for (int i = 0; i < 127; ++i) labels.insert(labels.end(), {1, 'a'});
  Octets fits = labels;
  fits.push_back(0);
  const auto longest = NameView::FromWire(fits);
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->size(), 255u);
  EXPECT_EQ(longest->LabelCount(), 127u);
  Octets too_many = labels;
  too_many.insert(too_many.end(), {1, 'a', 0});
  EXPECT_FALSE(NameView::FromWire(too_many));
  Octets one_more = labels;
  one_more[0] = 2;
  one_more.insert(one_more.begin() + 1, 'b');
  one_more.push_back(0);
  ASSERT_EQ(one_more.size(), 256u);
  EXPECT_FALSE(NameView::FromWire(one_more));
}

TEST(NameViewTest, FromWireNeverReadsBehindTheOctets) {
  Generator generator(2);
  for (int round = 0; round < 20000; ++round) {
    const size_t size = generator.Below(80);
    // On the heap and of exact size, so AddressSanitizer sees every over-read.
    const auto octets = std::make_unique<uint8_t[]>(size);
    for (size_t i = 0; i < size; ++i) octets[i] = uint8_t(generator.Below(12));
    const auto name = NameView::FromWire({octets.get(), size});
    if (name) {
      EXPECT_LE(name->size(), size);
      HashName(*name, 1);
    }
  }
}

TEST(NameViewTest, ParentAndSuffixDropLabelsFromTheLeft) {
  const Name name = N("a.b.c.example.");
  EXPECT_TRUE(name.view().Parent().Equals(N("b.c.example.")));
  EXPECT_TRUE(name.view().Suffix(4).Equals(name));
  EXPECT_TRUE(name.view().Suffix(1).Equals(N("example.")));
  EXPECT_TRUE(name.view().Suffix(0).IsRoot());
  EXPECT_TRUE(N("com.").view().Parent().IsRoot());
}

TEST(NameViewTest, EqualsIgnoresTheCaseOfAsciiLettersOnly) {
  EXPECT_TRUE(N("WWW.Example.COM.") == N("www.eXample.com."));
  EXPECT_FALSE(N("www.example.com.").view().EqualsExactly(N("www.Example.com.")));
  EXPECT_TRUE(N("www.example.com.").view().EqualsExactly(N("www.example.com.")));
  // Octets at a distance of 0x20 that are not letters, and Latin-1 letters (RFC 4343 section 3).
  EXPECT_FALSE(N("\\064.") == N("\\096."));
  EXPECT_FALSE(N("[.") == N("{."));
  EXPECT_FALSE(N("\\193.") == N("\\225."));
  EXPECT_FALSE(N("a.b.") == N("a\\.b."));
  EXPECT_FALSE(N("ab.c.") == N("a.bc."));
}

TEST(NameViewTest, SubdomainsEndAtLabelBoundaries) {
  EXPECT_TRUE(N("www.example.com.").view().IsSubdomainOf(N("EXAMPLE.com.")));
  EXPECT_TRUE(N("example.com.").view().IsSubdomainOf(N("example.com.")));
  EXPECT_TRUE(N("example.com.").view().IsSubdomainOf(NameView()));
  EXPECT_TRUE(NameView().IsSubdomainOf(NameView()));
  EXPECT_FALSE(NameView().IsSubdomainOf(N("com.")));
  EXPECT_FALSE(N("badexample.com.").view().IsSubdomainOf(N("example.com.")));
  EXPECT_FALSE(N("example.com.").view().IsSubdomainOf(N("www.example.com.")));
  // Octets that end like the ancestor but inside a label.
  EXPECT_FALSE(N("x\\003com.").view().IsSubdomainOf(N("com.")));
}

TEST(NameViewTest, CommonLabelsCountsFromTheRoot) {
  EXPECT_EQ(N("a.example.com.").view().CommonLabels(N("b.EXAMPLE.com.")), 2u);
  EXPECT_EQ(N("example.com.").view().CommonLabels(N("example.org.")), 0u);
  EXPECT_EQ(N("example.com.").view().CommonLabels(N("example.com.")), 2u);
  EXPECT_EQ(N("a.example.com.").view().CommonLabels(N("x.com.")), 1u);
  EXPECT_EQ(N("com.").view().CommonLabels(NameView()), 0u);
}

TEST(NameViewTest, WildcardHasAnAsteriskAloneAtTheLeft) {
  EXPECT_TRUE(N("*.example.").view().IsWildcard());
  EXPECT_TRUE(N("*.").view().IsWildcard());
  EXPECT_FALSE(N("a.*.example.").view().IsWildcard());
  EXPECT_FALSE(N("**.example.").view().IsWildcard());
  EXPECT_FALSE(NameView().IsWildcard());
}

TEST(NameOrderTest, FollowsTheExampleOfRfc4034Section6) {
  const char* const sorted[] = {"example.",         "a.example.",      "yljkjljk.a.example.",
                                "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
                                "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
  for (size_t i = 0; i < std::size(sorted); ++i) {
    for (size_t j = 0; j < std::size(sorted); ++j) {
      const int order = CompareCanonical(N(sorted[i]), N(sorted[j]));
      EXPECT_EQ(order < 0, i < j) << sorted[i] << " " << sorted[j];
      EXPECT_EQ(order == 0, i == j) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST(NameTest, PrependHoldsTheLimits) {
  Name name;
  EXPECT_FALSE(name.Prepend(""));
  EXPECT_FALSE(name.Prepend(std::string(64, 'a')));
  EXPECT_TRUE(name.view().IsRoot());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(name.Prepend(std::string(63, 'a')));
  EXPECT_FALSE(name.Prepend(std::string(62, 'b')));
  EXPECT_EQ(name.size(), 193u);
  EXPECT_TRUE(name.Prepend(std::string(61, 'b')));
  EXPECT_EQ(name.size(), 255u);
  EXPECT_FALSE(name.Prepend("c"));
}

TEST(NameTest, PrependTakesALabelOfItsOwn) {
  Name name = N("abc.example.");
  ASSERT_TRUE(name.Prepend(name.view().FirstLabel()));
  EXPECT_TRUE(name == N("abc.abc.example."));
}

TEST(NameTest, JoinSubstitutesLikeDname) {
  // RFC 6672 section 2.2.
  const Name query = N("shortloop.x.");
  Name joined;
  ASSERT_TRUE(joined.AssignJoined(query.view().octets().first(10), N("x.example.com.")));
  EXPECT_TRUE(joined == N("shortloop.x.example.com."));
  ASSERT_TRUE(joined.AssignJoined({}, N("example.")));
  EXPECT_TRUE(joined == N("example."));
}

TEST(NameTest, JoinRefusesOverflowAndBrokenLabels) {
  Name name = N("keep.me.");
  const Name long_prefix = NameOfSize(200);
  const Name long_suffix = NameOfSize(57);
  const auto labels = long_prefix.view().octets().first(199);
  EXPECT_FALSE(name.AssignJoined(labels, long_suffix));
  EXPECT_FALSE(name.AssignJoined(Bytes("\3ab"sv), N("com.")));
  EXPECT_FALSE(name.AssignJoined(Bytes("\0"sv), N("com.")));
  EXPECT_FALSE(name.AssignJoined(Bytes("\xc0\x0c"sv), N("com.")));
  EXPECT_TRUE(name == N("keep.me."));
  EXPECT_TRUE(name.AssignJoined(labels, NameOfSize(56)));
  EXPECT_EQ(name.size(), 255u);
}

TEST(NameTest, JoinMayReadFromTheNameItself) {
  Name name = N("a.b.c.");
  ASSERT_TRUE(name.AssignJoined(name.view().octets().first(4), name.view().Parent()));
  EXPECT_TRUE(name == N("a.b.b.c."));
}

TEST(NameTest, LowerAndRandomCaseChangeNothingButCase) {
  Generator generator(3);
  for (int round = 0; round < 2000; ++round) {
    const Name name = generator.RandomName(12, 20);
    const Name mixed = generator.WithRandomCase(name);
    EXPECT_TRUE(mixed == name);
    Name lowered = mixed;
    lowered.Lower();
    EXPECT_EQ(std::string(lowered.view().octets().begin(), lowered.view().octets().end()),
              Lowered(name));
  }
}

TEST(NameTest, RandomCaseFlipsTheLettersWhoseBitIsSet) {
  Name name = N("ab-cd.EF.");
  const uint64_t bits[4] = {0b1'0100'1010, 0, 0, 0};
  name.RandomiseCase(bits);
  // Octet 1 is `a`, 3 is `-`, 6 the length of `EF`, 8 is `F`.
  EXPECT_TRUE(name.view().EqualsExactly(N("Ab-cd.Ef.")));
  const uint64_t all[4] = {~0ull, ~0ull, ~0ull, ~0ull};
  Name longest = NameOfSize(255);
  longest.RandomiseCase(all);
  EXPECT_TRUE(longest == NameOfSize(255));
  EXPECT_EQ(longest.data()[254], 0);
}

TEST(NamePropertyTest, ComparisonsAgreeWithOneOctetAtATime) {
  Generator generator(4);
  for (int round = 0; round < 20000; ++round) {
    const Name a = generator.RandomName(4, 3);
    const Name b =
        generator.Below(3) == 0 ? generator.WithRandomCase(a) : generator.RandomName(4, 3);
    const auto labels_a = LoweredLabels(a);
    const auto labels_b = LoweredLabels(b);
    EXPECT_EQ(a == b, labels_a == labels_b);
    EXPECT_EQ(a.view().EqualsExactly(b), std::ranges::equal(a.view().octets(), b.view().octets()));
    size_t common = 0;
    while (common < std::min(labels_a.size(), labels_b.size()) &&
           labels_a[labels_a.size() - 1 - common] == labels_b[labels_b.size() - 1 - common]) {
      ++common;
    }
    EXPECT_EQ(a.view().CommonLabels(b), common);
    EXPECT_EQ(a.view().IsSubdomainOf(b), common == labels_b.size());
    const bool less = std::lexicographical_compare(
        labels_a.rbegin(), labels_a.rend(), labels_b.rbegin(), labels_b.rend(),
        [](const std::string& x, const std::string& y) {
          return std::lexicographical_compare(
              x.begin(), x.end(), y.begin(), y.end(),
              [](char c, char d) { return uint8_t(c) < uint8_t(d); });
        });
    EXPECT_EQ(CompareCanonical(a, b) < 0, less);
    EXPECT_EQ(CompareCanonical(a, b) == 0, a == b);
  }
}

TEST(HashNameTest, EqualNamesHashAlikeWhateverTheirCaseAndPlace) {
  Generator generator(5);
  for (int round = 0; round < 5000; ++round) {
    const Name name = generator.RandomName(round % 2 == 0 ? 5 : 127, round % 3 == 0 ? 4 : 63);
    const uint64_t seed = generator.Bits();
    // The copy ends where its allocation ends. So the sanitizer sees a hash that reads beyond it,
    // and a hash that depends on what follows differs.
    const auto copy = std::make_unique<uint8_t[]>(name.size());
    const Name mixed = generator.WithRandomCase(name);
    std::copy_n(mixed.data(), mixed.size(), copy.get());
    EXPECT_EQ(HashName(name, seed), HashName(NameView::FromValid(copy.get(), name.size()), seed));
  }
}

TEST(HashNameTest, EveryOctetAtEverySizeCounts) {
  for (size_t size = 3; size <= 255; ++size) {
    const Name name = NameOfSize(size);
    const uint64_t hash = HashName(name, 7);
    for (size_t i = 0; i < size; ++i) {
      if (name.data()[i] != 'x' && name.data()[i] != 'y') continue;
      Octets changed(name.data(), name.data() + size);
      changed[i] = 'q';
      const auto other = NameView::FromWire(changed);
      ASSERT_TRUE(other);
      EXPECT_NE(HashName(*other, 7), hash) << size << " " << i;
    }
  }
}

TEST(HashNameTest, SeedsGiveUnrelatedHashes) {
  std::unordered_set<uint64_t> hashes;
  for (uint64_t seed = 0; seed < 10000; ++seed) hashes.insert(HashName(N("example."), seed));
  EXPECT_EQ(hashes.size(), 10000u);
}

TEST(HashNameTest, SimilarNamesDoNotCollide) {
  std::unordered_set<uint64_t> hashes;
  size_t names = 0;
  for (int i = 0; i < 200000; ++i) {
    hashes.insert(HashName(N("host" + std::to_string(i) + ".example.com."), 99));
    hashes.insert(HashName(N(std::to_string(i) + ".cd."), 99));
    names += 2;
  }
  // Two of 400,000 values of 64 bits are equal with a probability of 4e-9.
  EXPECT_EQ(hashes.size(), names);
}

TEST(HashNameTest, EveryBitOfTheHashIsEvenAndChangesWithEveryInput) {
  constexpr int kNames = 20000;
  int ones[64] = {};
  int flips[64] = {};
  for (int i = 0; i < kNames; ++i) {
    const uint64_t hash = HashName(N("w" + std::to_string(i) + ".example.org."), 5);
    const uint64_t next = HashName(N("w" + std::to_string(i + 1) + ".example.org."), 5);
    for (int bit = 0; bit < 64; ++bit) {
      ones[bit] += int(hash >> bit & 1);
      flips[bit] += int((hash ^ next) >> bit & 1);
    }
  }
  // Six standard deviations of a fair coin.
  const int slack = int(6 * std::sqrt(kNames) / 2);
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_NEAR(ones[bit], kNames / 2, slack) << bit;
    EXPECT_NEAR(flips[bit], kNames / 2, slack) << bit;
  }
}

TEST(HashNameTest, UpperAndLowerBitsSpreadEvenlyOverBuckets) {
  constexpr int kBuckets = 1024;
  constexpr int kNames = kBuckets * 64;
  std::vector<int> low(kBuckets);
  std::vector<int> high(kBuckets);
  for (int i = 0; i < kNames; ++i) {
    const uint64_t hash = HashName(N("n" + std::to_string(i) + ".zone.test."), 12345);
    ++low[hash % kBuckets];
    ++high[hash >> 54];
  }
  for (const std::vector<int>& buckets : {low, high}) {
    double chi_square = 0;
    for (const int count : buckets) chi_square += (count - 64.0) * (count - 64.0) / 64.0;
    // 1023 degrees of freedom: mean 1023, deviation 45.
    EXPECT_GT(chi_square, 1023 - 6 * 45);
    EXPECT_LT(chi_square, 1023 + 6 * 45);
  }
}

TEST(NameViewDeathTest, RootHasNoParent) {
  EXPECT_DEATH(NameView().Parent(), "broken contract: !IsRoot");
}

TEST(NameViewDeathTest, SuffixHasNoMoreLabelsThanTheName) {
  EXPECT_DEATH(N("www.example.").view().Suffix(3), "broken contract: labels <= count");
}

}  // namespace
}  // namespace tern::wire
