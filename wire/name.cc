#include "wire/name.h"

#include <algorithm>
#include <array>

#include "wire/check.h"
#include "wire/mix.h"

namespace tern::wire {
namespace {

// Where each label starts, from the left, without the root label.
struct LabelOffsets {
  explicit LabelOffsets(NameView name) {
    const uint8_t* octets = name.data();
    for (size_t at = 0; octets[at] != 0; at += octets[at] + size_t{1}) {
      offsets[count++] = static_cast<uint8_t>(at);
    }
  }
  std::array<uint8_t, kLabelsMax> offsets;
  size_t count = 0;
};

// Compares as memcmp does. If one is the start of the other, the shorter comes first (RFC 4034
// section 6.1).
int CompareLabels(const uint8_t* a, const uint8_t* b) {
  const size_t shared = std::min(a[0], b[0]);
  for (size_t i = 1; i <= shared; ++i) {
    const int difference = LowerOctet(a[i]) - LowerOctet(b[i]);
    if (difference != 0) return difference;
  }
  return a[0] - b[0];
}

bool IsLetter(uint8_t octet) {
  const uint8_t lowered = octet | 0x20;
  return lowered >= 'a' && lowered <= 'z';
}

}  // namespace

std::optional<NameView> NameView::FromWire(std::span<const uint8_t> octets) {
  size_t at = 0;
  while (at < octets.size()) {
    const size_t length = octets[at];
    at += length + 1;
    if (length == 0) return NameView(octets.data(), static_cast<uint8_t>(at));
    // The root label still has to fit into 255 octets. So there are at most 127 labels: each takes
    // two.
    if (length > kLabelOctetsMax || at >= kNameOctetsMax) return std::nullopt;
  }
  return std::nullopt;
}

size_t NameView::LabelCount() const {
  size_t count = 0;
  for (size_t at = 0; data_[at] != 0; at += data_[at] + size_t{1}) ++count;
  return count;
}

std::string_view NameView::FirstLabel() const {
  return {reinterpret_cast<const char*>(data_) + 1, data_[0]};
}

NameView NameView::Parent() const {
  TERN_REQUIRE(!IsRoot());
  const size_t skipped = data_[0] + size_t{1};
  return NameView(data_ + skipped, static_cast<uint8_t>(size_ - skipped));
}

NameView NameView::Suffix(size_t labels) const {
  size_t count = LabelCount();
  TERN_REQUIRE(labels <= count);
  size_t at = 0;
  for (; count > labels; --count) at += data_[at] + size_t{1};
  return NameView(data_ + at, static_cast<uint8_t>(size_ - at));
}

bool NameView::EqualsExactly(NameView other) const {
  return size_ == other.size_ && std::memcmp(data_, other.data_, size_) == 0;
}

bool NameView::IsSubdomainOf(NameView ancestor) const {
  size_t at = 0;
  while (size_ - at > ancestor.size_) at += data_[at] + size_t{1};
  return NameView(data_ + at, static_cast<uint8_t>(size_ - at)).Equals(ancestor);
}

size_t NameView::CommonLabels(NameView other) const {
  const LabelOffsets ours(*this);
  const LabelOffsets theirs(other);
  const size_t most = std::min(ours.count, theirs.count);
  size_t common = 0;
  while (common < most) {
    const uint8_t* a = data_ + ours.offsets[ours.count - common - 1];
    const uint8_t* b = other.data_ + theirs.offsets[theirs.count - common - 1];
    if (a[0] != b[0] || !EqualIgnoringCase(a + 1, b + 1, a[0])) break;
    ++common;
  }
  return common;
}

int CompareCanonical(NameView a, NameView b) {
  const LabelOffsets left(a);
  const LabelOffsets right(b);
  const size_t most = std::min(left.count, right.count);
  for (size_t i = 1; i <= most; ++i) {
    const int order = CompareLabels(a.data() + left.offsets[left.count - i],
                                    b.data() + right.offsets[right.count - i]);
    if (order != 0) return order;
  }
  return static_cast<int>(left.count) - static_cast<int>(right.count);
}

// Both factors of every product hold a secret. So nobody can choose octets that make a factor zero,
// which would lose everything hashed before.
uint64_t HashName(NameView name, uint64_t seed) {
  constexpr uint64_t kSeedStir = 0x9e3779b97f4a7c15;
  constexpr uint64_t kSecretStir = 0xd6e8feb86659fd93;
  constexpr uint64_t kLengthStir = 0xa0761d6478bd642f;
  const uint8_t* octets = name.data();
  const size_t size = name.size();
  const uint8_t* end = octets + size;
  const uint64_t secret = MultiplyFold(seed ^ kSeedStir, kSecretStir);
  uint64_t hash = seed ^ size * kLengthStir;
  uint64_t first;
  uint64_t last;
  if (size > 16) {
    for (size_t left = size; left > 16; left -= 16, octets += 16) {
      hash = MultiplyFold(LoadLowered(octets) ^ secret, LoadLowered(octets + 8) ^ hash);
    }
    first = LoadLowered(end - 16);
    last = LoadLowered(end - 8);
  } else if (size >= 8) {
    first = LoadLowered(octets);
    last = LoadLowered(end - 8);
  } else if (size >= 4) {
    first = LoadLoweredHalf(octets);
    last = LoadLoweredHalf(end - 4);
  } else {
    // A name of one octet is the root, and of three has one letter. No name has two octets.
    first = size == 1 ? 0 : LowerOctet(octets[1]) + uint64_t{1};
    last = 0;
  }
  hash = MultiplyFold(first ^ secret, last ^ hash);
  return MultiplyFold(hash ^ seed, secret ^ kSeedStir);
}

bool Name::Prepend(std::string_view label) {
  if (label.empty() || label.size() > kLabelOctetsMax) return false;
  if (label.size() + 1 + size_ > kNameOctetsMax) return false;
  uint8_t copy[kLabelOctetsMax];  // the label may be inside this name
  std::memcpy(copy, label.data(), label.size());
  std::memmove(octets_ + label.size() + 1, octets_, size_);
  octets_[0] = static_cast<uint8_t>(label.size());
  std::memcpy(octets_ + 1, copy, label.size());
  size_ = static_cast<uint8_t>(size_ + label.size() + 1);
  return true;
}

bool Name::AssignJoined(std::span<const uint8_t> prefix_labels, NameView suffix) {
  const size_t size = prefix_labels.size() + suffix.size();
  if (size > kNameOctetsMax) return false;
  size_t at = 0;
  while (at < prefix_labels.size()) {
    const size_t length = prefix_labels[at];
    if (length == 0 || length > kLabelOctetsMax) return false;
    at += length + 1;
  }
  if (at != prefix_labels.size()) return false;
  uint8_t joined[kNameOctetsMax];  // either part may be inside this name
  if (!prefix_labels.empty()) std::memcpy(joined, prefix_labels.data(), prefix_labels.size());
  std::memcpy(joined + prefix_labels.size(), suffix.data(), suffix.size());
  std::memcpy(octets_, joined, size);
  size_ = static_cast<uint8_t>(size);
  return true;
}

void Name::Lower() {
  for (size_t i = 0; i < size_; ++i) octets_[i] = LowerOctet(octets_[i]);
}

void Name::RandomiseCase(std::span<const uint64_t, 4> bits) {
  for (size_t i = 0; i < size_; ++i) {
    const uint64_t flip = bits[i / 64] >> (i % 64) & 1;
    if (IsLetter(octets_[i])) octets_[i] = static_cast<uint8_t>(octets_[i] ^ flip << 5);
  }
}

}  // namespace tern::wire
