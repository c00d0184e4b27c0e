#include "resolver/base/slot_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "tests/support/allocation_count.h"

namespace tern::resolver {
namespace {

enum class Id : uint64_t { kNone = 0 };

struct Object {
  Object(Id id, int number, int* destroyed = nullptr)
      : id(id), number(number), destroyed(destroyed) {}
  ~Object() {
    if (destroyed != nullptr) ++*destroyed;
  }
  Id id;
  int number;
  int* destroyed;
};

using Map = SlotMap<Object, Id>;
using TaggedMap = SlotMap<Object, Id, 1>;

TEST(SlotMapTest, FindsWhatWasMade) {
  Map map(3);
  Object* one = map.Make(1);
  Object* two = map.Make(2);
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  EXPECT_EQ(map.size(), 2u);
  EXPECT_EQ(map.Find(one->id), one);
  EXPECT_EQ(map.Find(two->id), two);
  EXPECT_EQ(two->number, 2);
}

TEST(SlotMapTest, NoIdIsNone) {
  Map map(200);
  EXPECT_EQ(map.Find(Id::kNone), nullptr);
  std::set<Id> ids;
  for (int i = 0; i < 200; ++i) ids.insert(map.Make(i)->id);
  EXPECT_EQ(ids.size(), 200u);
  EXPECT_FALSE(ids.contains(Id::kNone));
  EXPECT_EQ(map.Find(Id::kNone), nullptr);
}

TEST(SlotMapTest, IdsThatItNeverGaveFindNothing) {
  Map map(3);
  const auto id = static_cast<uint64_t>(map.Make(1)->id);
  for (const uint64_t forged : {id + 1, id - 1, id + (uint64_t{1} << 32), id << 32, ~id,
                                ~uint64_t{0}, uint64_t{1} << 32, uint64_t{1}}) {
    EXPECT_EQ(map.Find(Id{forged}), nullptr) << forged;
  }
}

TEST(SlotMapTest, AnOldIdFindsNothingOnceItsSlotIsTakenAgain) {
  int destroyed = 0;
  Map map(1);
  std::set<Id> old;
  for (int i = 0; i < 100; ++i) {
    Object* object = map.Make(i, &destroyed);
    ASSERT_NE(object, nullptr);
    EXPECT_TRUE(old.insert(object->id).second) << "given twice";
    const Id id = object->id;
    map.Free(id);
    EXPECT_EQ(destroyed, i + 1);
    EXPECT_EQ(map.Find(id), nullptr);
  }
  Object* const last = map.Make(100);
  for (const Id id : old) EXPECT_EQ(map.Find(id), nullptr);
  EXPECT_EQ(map.Find(last->id), last);
}

TEST(SlotMapTest, TheSlotFreedLastIsTakenFirst) {
  Map map(10);
  std::vector<Object*> objects;
  for (int i = 0; i < 4; ++i) objects.push_back(map.Make(i));
  Object* const freed = objects[1];
  map.Free(objects[2]->id);
  map.Free(freed->id);
  EXPECT_EQ(map.Make(5), freed);
}

TEST(SlotMapTest, HoldsAsManyAsItWasMadeFor) {
  for (const size_t most : {size_t{0}, size_t{1}, Map::kChunkSlots, 2 * Map::kChunkSlots + 1}) {
    Map map(most);
    std::vector<Object*> objects;
    for (size_t i = 0; i < most; ++i) {
      objects.push_back(map.Make(static_cast<int>(i)));
      ASSERT_NE(objects.back(), nullptr);
    }
    EXPECT_EQ(map.Make(0), nullptr);
    EXPECT_EQ(map.size(), most);
    // None has moved.
    for (size_t i = 0; i < most; ++i) EXPECT_EQ(objects[i]->number, static_cast<int>(i));
    if (most == 0) continue;
    map.Free(objects[0]->id);
    EXPECT_NE(map.Make(0), nullptr);
    EXPECT_EQ(map.Make(0), nullptr);
  }
}

TEST(SlotMapTest, RenewingChangesTheIdAndKeepsTheObject) {
  Map map(2);
  Object* object = map.Make(7);
  const Id old = object->id;
  object->id = map.Renew(old);
  EXPECT_NE(object->id, old);
  EXPECT_EQ(map.Find(old), nullptr);
  EXPECT_EQ(map.Find(object->id), object);
  EXPECT_EQ(object->number, 7);
  EXPECT_EQ(map.size(), 1u);
}

TEST(SlotMapTest, TheTagTellsMapsApart) {
  Map plain(3);
  TaggedMap zero(3, 0);
  TaggedMap one(3, 1);
  const Id of_zero = zero.Make(0)->id;
  const Id of_one = one.Make(1)->id;
  EXPECT_EQ(TaggedMap::TagOf(of_zero), 0u);
  EXPECT_EQ(TaggedMap::TagOf(of_one), 1u);
  EXPECT_EQ(zero.Find(of_one), nullptr);
  EXPECT_EQ(one.Find(of_zero), nullptr);
  EXPECT_EQ(one.Find(of_one)->number, 1);
  EXPECT_EQ(TaggedMap::TagOf(one.Renew(of_one)), 1u);
  EXPECT_EQ(Map::TagOf(plain.Make(2)->id), 0u);
}

TEST(SlotMapTest, ForEachShowsThoseThatAreThereAndMayFreeThem) {
  int destroyed = 0;
  Map map(200);
  std::vector<Id> ids;
  for (int i = 0; i < 150; ++i) ids.push_back(map.Make(i, &destroyed)->id);
  for (int i = 0; i < 150; i += 3) map.Free(ids[static_cast<size_t>(i)]);
  int shown = 0;
  map.ForEach([&](Object& object) {
    EXPECT_NE(object.number % 3, 0);
    ++shown;
    if (object.number % 3 == 1) map.Free(object.id);
  });
  EXPECT_EQ(shown, 100);
  EXPECT_EQ(map.size(), 50u);
  EXPECT_EQ(destroyed, 100);
}

TEST(SlotMapTest, ItsEndDestroysWhatIsLeft) {
  int destroyed = 0;
  {
    Map map(100);
    for (int i = 0; i < 70; ++i) map.Make(i, &destroyed);
    const Id id = map.Make(70, &destroyed)->id;
    map.Free(id);
    EXPECT_EQ(destroyed, 1);
  }
  EXPECT_EQ(destroyed, 71);
}

TEST(SlotMapTest, AgreesWithAMapOverRandomCalls) {
  Map map(100);
  std::map<Id, int> model;
  std::set<Id> gone;
  std::mt19937 random(5);
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      Object* object = map.Make(step);
      ASSERT_EQ(object == nullptr, model.size() == 100);
      if (object != nullptr) {
        ASSERT_FALSE(gone.contains(object->id));
        model[object->id] = step;
      }
    } else if (!model.empty()) {
      const auto chosen = std::next(model.begin(), random() % model.size());
      const Id id = chosen->first;
      const int number = chosen->second;
      model.erase(chosen);
      gone.insert(id);
      ASSERT_EQ(map.Find(id)->number, number);
      if (random() % 3 == 0) {
        Object* object = map.Find(id);
        object->id = map.Renew(id);
        model[object->id] = number;
      } else {
        map.Free(id);
      }
      ASSERT_EQ(map.Find(id), nullptr);
    }
    ASSERT_EQ(map.size(), model.size());
  }
  for (const auto& [id, number] : model) EXPECT_EQ(map.Find(id)->number, number);
}

TEST(SlotMapTest, WithoutMemoryNothingIsMadeAndTheOthersStay) {
  Map map(2 * Map::kChunkSlots);
  const auto make_without_memory = [&map] {
    const test::MemoryRunsOut no_memory;
    return map.Make(0);
  };
  EXPECT_EQ(make_without_memory(), nullptr);
  std::vector<Object*> objects;
  for (size_t i = 0; i < Map::kChunkSlots; ++i) objects.push_back(map.Make(static_cast<int>(i)));
  EXPECT_EQ(make_without_memory(), nullptr);
  EXPECT_EQ(map.size(), objects.size());
  map.Free(objects[0]->id);
  objects[0] = make_without_memory();
  ASSERT_NE(objects[0], nullptr) << "a freed slot needs no memory";
  for (size_t i = 0; i < objects.size(); ++i) EXPECT_EQ(objects[i]->number, static_cast<int>(i));
  EXPECT_NE(map.Make(0), nullptr);
}

TEST(SlotMapDeathTest, FreeingTwiceAborts) {
  Map map(2);
  const Id id = map.Make(1)->id;
  map.Free(id);
  EXPECT_DEATH(map.Free(id), "slot != nullptr");
  EXPECT_DEATH(map.Renew(id), "slot != nullptr");
}

TEST(SlotMapDeathTest, ATagOfTooManyBitsAborts) {
  EXPECT_DEATH(TaggedMap(2, 2), "tag");
  EXPECT_DEATH(Map(2, 1), "tag");
  EXPECT_DEATH(TaggedMap(TaggedMap::kSlotsMax + 1), "most");
}

}  // namespace
}  // namespace tern::resolver
