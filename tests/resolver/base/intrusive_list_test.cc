#include "resolver/base/intrusive_list.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <utility>
#include <vector>

namespace tern::resolver {
namespace {

struct ByAge;
struct ByName;

struct Element : ListNode<ByAge>, ListNode<ByName> {
  explicit Element(int number) : number(number) {}
  int number;
};

using Ages = IntrusiveList<Element, ByAge>;
using Names = IntrusiveList<Element, ByName>;

template <typename List>
std::vector<int> Numbers(const List& list) {
  EXPECT_TRUE(list.IsWhole());
  std::vector<int> numbers;
  for (const Element& element : list) numbers.push_back(element.number);
  return numbers;
}

class IntrusiveListTest : public testing::Test {
 protected:
  IntrusiveListTest() {
    debug_checks = true;
    for (int i = 0; i < 5; ++i) elements_.emplace_back(i);
  }
  ~IntrusiveListTest() override { debug_checks = kDebugBuild; }

  Element* at(size_t index) { return &elements_[index]; }

  std::deque<Element> elements_;
};

using IntrusiveListDeathTest = IntrusiveListTest;

TEST_F(IntrusiveListTest, IsEmptyAtFirst) {
  Ages list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.size(), 0u);
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(list.back(), nullptr);
  EXPECT_EQ(list.PopFront(), nullptr);
  EXPECT_TRUE(list.IsWhole());
}

TEST_F(IntrusiveListTest, KeepsTheOrderOfPushing) {
  Ages list;
  for (size_t i = 0; i < 3; ++i) list.PushBack(at(i));
  list.PushFront(at(3));
  EXPECT_EQ(Numbers(list), (std::vector<int>{3, 0, 1, 2}));
  EXPECT_EQ(list.size(), 4u);
  EXPECT_EQ(list.front(), at(3));
  EXPECT_EQ(list.back(), at(2));
  EXPECT_EQ(Ages::Next(*at(3)), at(0));
  EXPECT_EQ(Ages::Next(*at(2)), nullptr);
}

TEST_F(IntrusiveListTest, RemovesFirstMiddleLastAndOnlyElement) {
  Ages list;
  for (size_t i = 0; i < 5; ++i) list.PushBack(at(i));
  list.Remove(at(2));
  EXPECT_EQ(Numbers(list), (std::vector<int>{0, 1, 3, 4}));
  list.Remove(at(0));
  EXPECT_EQ(Numbers(list), (std::vector<int>{1, 3, 4}));
  list.Remove(at(4));
  EXPECT_EQ(Numbers(list), (std::vector<int>{1, 3}));
  EXPECT_EQ(list.PopFront(), at(1));
  list.Remove(at(3));
  EXPECT_TRUE(list.empty());
  EXPECT_TRUE(list.IsWhole());
}

TEST_F(IntrusiveListTest, AnElementKnowsWhetherItIsInAList) {
  Ages list;
  EXPECT_FALSE(at(0)->ListNode<ByAge>::IsLinked());
  list.PushBack(at(0));
  EXPECT_TRUE(at(0)->ListNode<ByAge>::IsLinked());
  EXPECT_FALSE(at(0)->ListNode<ByName>::IsLinked());
  list.Remove(at(0));
  EXPECT_FALSE(at(0)->ListNode<ByAge>::IsLinked());
}

TEST_F(IntrusiveListTest, AnElementIsInListsOfDifferentTagsAtOnce) {
  Ages ages;
  Names names;
  for (size_t i = 0; i < 3; ++i) {
    ages.PushBack(at(i));
    names.PushFront(at(i));
  }
  ages.Remove(at(1));
  EXPECT_EQ(Numbers(ages), (std::vector<int>{0, 2}));
  EXPECT_EQ(Numbers(names), (std::vector<int>{2, 1, 0}));
}

TEST_F(IntrusiveListTest, TheElementShownInALoopMayBeRemoved) {
  Ages list;
  for (size_t i = 0; i < 5; ++i) list.PushBack(at(i));
  for (Element& element : list) {
    if (element.number % 2 == 0) list.Remove(&element);
  }
  EXPECT_EQ(Numbers(list), (std::vector<int>{1, 3}));
}

TEST_F(IntrusiveListTest, MovingHandsOverTheElements) {
  Ages list;
  for (size_t i = 0; i < 3; ++i) list.PushBack(at(i));
  Ages taken = std::move(list);
  list = {};
  EXPECT_EQ(Numbers(list), std::vector<int>{});
  list.PushBack(at(3));
  EXPECT_EQ(Numbers(taken), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(Numbers(list), std::vector<int>{3});
  taken.Remove(at(1));
  EXPECT_EQ(Numbers(taken), (std::vector<int>{0, 2}));
}

TEST_F(IntrusiveListTest, AgreesWithADequeOverRandomCalls) {
  Ages list;
  std::deque<int> model;
  std::mt19937 random(17);
  for (int step = 0; step < 2000; ++step) {
    Element* const element = at(random() % elements_.size());
    if (element->ListNode<ByAge>::IsLinked()) {
      list.Remove(element);
      std::erase(model, element->number);
    } else if (random() % 2 == 0) {
      list.PushBack(element);
      model.push_back(element->number);
    } else {
      list.PushFront(element);
      model.push_front(element->number);
    }
    ASSERT_EQ(Numbers(list), std::vector<int>(model.begin(), model.end()));
    ASSERT_EQ(list.size(), model.size());
  }
}

TEST_F(IntrusiveListDeathTest, PushingAnElementTwiceAborts) {
  Ages list;
  list.PushBack(at(0));
  EXPECT_DEATH(list.PushBack(at(0)), "IsLinked");
  EXPECT_DEATH(list.PushFront(at(0)), "IsLinked");
}

TEST_F(IntrusiveListDeathTest, RemovingFromNoListOrFromAnotherAborts) {
  Ages list;
  Ages other;
  list.PushBack(at(0));
  other.PushBack(at(1));
  EXPECT_DEATH(list.Remove(at(2)), "IsLinked");
  EXPECT_DEATH(other.Remove(at(0)), "previous_");
}

TEST_F(IntrusiveListDeathTest, ElementsAreNotLostByAssigning) {
  Ages list;
  list.PushBack(at(0));
  EXPECT_DEATH(list = {}, "empty");
}

}  // namespace
}  // namespace tern::resolver
