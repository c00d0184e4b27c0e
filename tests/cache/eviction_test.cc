// What the store keeps, compared with an LRU that has the same octets.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

#include "cache/store.h"
#include "tests/cache/entry_making.h"

namespace tern::cache {
namespace {

constexpr size_t kCeiling = size_t{4} << 20;
constexpr uint32_t kPopular = 1'000'000;

std::string EvictableName(uint64_t i) {
  std::string digits = std::to_string(i);
  digits.insert(0, 9 - digits.size(), '0');
  return "h" + digits + ".exa.test";
}

class Lru {
 public:
  explicit Lru(size_t capacity) : capacity_(capacity) {}
  size_t capacity() const { return capacity_; }
  bool Ask(uint32_t name) {
    const auto found = places_.find(name);
    if (found != places_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return true;
    }
    if (places_.size() == capacity_) {
      places_.erase(order_.back());
      order_.pop_back();
    }
    order_.push_front(name);
    places_[name] = order_.begin();
    return false;
  }

 private:
  size_t capacity_;
  std::list<uint32_t> order_;
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> places_;
};

// An entry, its index slot, and the links of the order.
size_t LruCapacity() {
  return kCeiling / (MakeRRset(MakeName(EvictableName(0)), "abcd").bytes().size() + 8 + 8);
}

struct Ratios {
  double store;
  double lru;
};

// Asks for popular names (Zipf's law with exponent 1) and for names that never come back.
class Race {
 public:
  explicit Race(double flood) : is_flood_(flood), lru_(LruCapacity()) {}
  // In lookups.
  size_t entries() const { return lru_.capacity(); }
  void ChangePopularNames() { first_ += kPopular; }
  Ratios Ask(size_t lookups) {
    size_t asked = 0;
    size_t store_hits = 0;
    size_t lru_hits = 0;
    for (size_t i = 0; i < lookups; ++i) {
      const bool floods = is_flood_(random_);
      const uint32_t name = floods ? flood_++ : first_ + DrawPopular();
      const bool store_hit = AskStore(name);
      const bool lru_hit = lru_.Ask(name);
      if (floods) continue;
      ++asked;
      store_hits += store_hit ? 1 : 0;
      lru_hits += lru_hit ? 1 : 0;
    }
    const auto all = static_cast<double>(asked);
    return {static_cast<double>(store_hits) / all, static_cast<double>(lru_hits) / all};
  }

 private:
  uint32_t DrawPopular() {
    const double toss = std::uniform_real_distribution<double>(0, 1)(random_);
    return static_cast<uint32_t>(std::exp(toss * std::log(kPopular))) - 1;
  }
  bool AskStore(uint32_t number) {
    const wire::Name name = MakeName(EvictableName(number));
    const bool hit = static_cast<bool>(store_.Find(name, KeySpace::kData, wire::RRType::kA));
    if (!hit) {
      EXPECT_EQ(store_.Put(MakeRRset(name, "abcd").bytes(), Instant(1)), PutOutcome::kStored);
    }
    reader_->Quiescent();
    return hit;
  }

  std::mt19937_64 random_{11};
  std::bernoulli_distribution is_flood_;
  Store store_{{.memory_octets = kCeiling, .seed = 6}};
  std::unique_ptr<Store::Reader> reader_ = store_.Register();
  Lru lru_;
  uint32_t first_ = 0;
  uint32_t flood_ = 100'000'000;
};

class EvictionTest : public testing::TestWithParam<double> {};

TEST_P(EvictionTest, RecoversFromAChangeOfAllPopularNames) {
  Race race(GetParam());
  race.Ask(race.entries() * 12);
  Ratios ratios = race.Ask(race.entries() * 2);
  EXPECT_GT(ratios.store, ratios.lru + 0.03);
  race.ChangePopularNames();
  race.Ask(race.entries() * 2);
  ratios = race.Ask(race.entries() * 2);
  EXPECT_GT(ratios.store, ratios.lru - 0.02);
  ratios = race.Ask(race.entries() * 4);
  EXPECT_GT(ratios.store, ratios.lru);
}

TEST_P(EvictionTest, KeepsWhatIsPopularWhileItStaysSo) {
  Race race(GetParam());
  race.Ask(race.entries() * 12);
  for (int i = 0; i < 4; ++i) {
    const Ratios ratios = race.Ask(race.entries() * 2);
    EXPECT_GT(ratios.store, ratios.lru + 0.03) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Floods, EvictionTest, testing::Values(0.0, 0.5));

}  // namespace
}  // namespace tern::cache
