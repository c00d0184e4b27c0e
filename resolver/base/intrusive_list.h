// A doubly linked list whose links are in its elements. So the list allocates nothing, and removing
// an element needs no search.
//
//   struct ByAge;  // a name for the list; an element has one ListNode for each list it can be in
//   class Job : public ListNode<ByAge> { ... };
//   IntrusiveList<Job, ByAge> jobs;
//
// Thread: the owner's.
// Invariants:
// 1. The list owns nothing. While the list is in use, an element is removed before it is destroyed.
// 2. An element is in at most one list of each tag. The element knows whether it is in one.
// Bound: two pointers in each element; each call takes constant time.
#pragma once

#include <cstddef>
#include <utility>

#include "wire/check.h"

namespace tern::resolver {

// The links of one element. An element that is in no list points to itself.
template <typename Tag>
class ListNode {
 public:
  bool IsLinked() const { return previous_ != this; }

 protected:
  ListNode() = default;
  ~ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;

 private:
  template <typename T, typename>
  friend class IntrusiveList;

  ListNode* previous_ = this;  // null for the first of its list
  ListNode* next_ = this;      // null for the last of its list
};

// T derives from ListNode<Tag>. T need not be complete where the list is declared.
template <typename T, typename Tag>
class IntrusiveList {
 public:
  // The body of a loop may remove the current element, but no other.
  class Iterator {
   public:
    explicit Iterator(T* at) : at_(at), next_(at == nullptr ? nullptr : Next(*at)) {}
    T& operator*() const { return *at_; }
    Iterator& operator++() { return *this = Iterator(next_); }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    T* at_;
    T* next_;
  };

  IntrusiveList() = default;
  // Moves the elements to the new list.
  IntrusiveList(IntrusiveList&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)),
        last_(std::exchange(other.last_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  // REQUIRES: this list is empty.
  IntrusiveList& operator=(IntrusiveList&& other) noexcept {
    TERN_REQUIRE(empty());
    first_ = std::exchange(other.first_, nullptr);
    last_ = std::exchange(other.last_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  bool empty() const { return first_ == nullptr; }
  size_t size() const { return size_; }
  // Null when the list is empty.
  T* front() const { return static_cast<T*>(first_); }
  T* back() const { return static_cast<T*>(last_); }
  // The element after `element`, or null after the last one.
  // REQUIRES: the element is in a list.
  static T* Next(const T& element) { return static_cast<T*>(NodeOf(element).next_); }

  Iterator begin() const { return Iterator(front()); }
  Iterator end() const { return Iterator(nullptr); }

  // REQUIRES: the element is in no list of this tag.
  void PushBack(T* element) {
    Node* node = element;
    TERN_DCHECK(!node->IsLinked());
    node->previous_ = last_;
    node->next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = node;
    last_ = node;
    ++size_;
  }
  // REQUIRES: the element is in no list of this tag.
  void PushFront(T* element) {
    Node* node = element;
    TERN_DCHECK(!node->IsLinked());
    node->previous_ = nullptr;
    node->next_ = first_;
    (first_ != nullptr ? first_->previous_ : last_) = node;
    first_ = node;
    ++size_;
  }
  // REQUIRES: the element is in this list.
  void Remove(T* element) {
    Node* node = element;
    TERN_DCHECK(node->IsLinked() && size_ != 0);
    TERN_DCHECK((node->previous_ != nullptr ? node->previous_->next_ : first_) == node);
    TERN_DCHECK((node->next_ != nullptr ? node->next_->previous_ : last_) == node);
    (node->previous_ != nullptr ? node->previous_->next_ : first_) = node->next_;
    (node->next_ != nullptr ? node->next_->previous_ : last_) = node->previous_;
    node->previous_ = node;
    node->next_ = node;
    --size_;
  }
  // Removes the first element and returns it; null when the list is empty.
  T* PopFront() {
    T* element = front();
    if (element != nullptr) Remove(element);
    return element;
  }

  // True when all links and the count agree. It walks the whole list: for TERN_DCHECK and tests.
  bool IsWhole() const {
    size_t count = 0;
    const Node* previous = nullptr;
    for (const Node* node = first_; node != nullptr; node = node->next_) {
      if (node->previous_ != previous || ++count > size_) return false;
      previous = node;
    }
    return previous == last_ && count == size_;
  }

 private:
  using Node = ListNode<Tag>;
  static const Node& NodeOf(const T& element) { return element; }

  Node* first_ = nullptr;
  Node* last_ = nullptr;
  size_t size_ = 0;
};

}  // namespace tern::resolver
