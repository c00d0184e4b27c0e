// Takes two names from the input and holds every operation on them against the naive one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/fuzz/property.h"
#include "wire/ascii_case.h"
#include "wire/name.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"

namespace tern::wire {
namespace {

std::vector<std::string> LoweredLabels(NameView name) {
  std::vector<std::string> labels;
  for (NameView rest = name; !rest.IsRoot(); rest = rest.Parent()) {
    std::string label(rest.FirstLabel());
    for (char& c : label) c = static_cast<char>(LowerOctet(static_cast<uint8_t>(c)));
    labels.push_back(label);
  }
  return labels;
}

void CheckPair(NameView a, NameView b) {
  const std::vector<std::string> labels_a = LoweredLabels(a);
  const std::vector<std::string> labels_b = LoweredLabels(b);
  TERN_FUZZ_PROPERTY(a.LabelCount() == labels_a.size());
  TERN_FUZZ_PROPERTY(a.Equals(b) == (labels_a == labels_b));
  size_t common = 0;
  while (common < std::min(labels_a.size(), labels_b.size()) &&
         labels_a[labels_a.size() - 1 - common] == labels_b[labels_b.size() - 1 - common]) {
    ++common;
  }
  TERN_FUZZ_PROPERTY(a.CommonLabels(b) == common);
  TERN_FUZZ_PROPERTY(a.IsSubdomainOf(b) == (common == labels_b.size()));
  TERN_FUZZ_PROPERTY(a.IsSubdomainOf(a.Suffix(common)));
  const int order = CompareCanonical(a, b);
  TERN_FUZZ_PROPERTY((order == 0) == a.Equals(b));
  TERN_FUZZ_PROPERTY((order < 0) == (CompareCanonical(b, a) > 0));
  if (a.Equals(b)) TERN_FUZZ_PROPERTY(HashName(a, 3) == HashName(b, 3));
  Name joined;
  if (joined.AssignJoined(a.octets().first(a.size() - 1), b)) {
    TERN_FUZZ_PROPERTY(joined.view().IsSubdomainOf(b));
    TERN_FUZZ_PROPERTY(joined.view().LabelCount() == labels_a.size() + labels_b.size());
  } else {
    TERN_FUZZ_PROPERTY(a.size() + b.size() - 1 > kNameOctetsMax);
  }
}

void CheckText(NameView name) {
  const auto parsed = ParseName(ToText(name));
  TERN_FUZZ_PROPERTY(parsed.ok());
  TERN_FUZZ_PROPERTY(parsed->view().EqualsExactly(name));
}

void CheckCase(NameView name, std::span<const uint8_t> octets) {
  uint64_t bits[4] = {~0ull, 0, ~0ull, 1};
  std::memcpy(bits, octets.data(), std::min(octets.size(), sizeof bits));
  Name mixed(name);
  mixed.RandomiseCase(bits);
  TERN_FUZZ_PROPERTY(mixed.view().Equals(name));
  TERN_FUZZ_PROPERTY(HashName(mixed, 9) == HashName(name, 9));
  Name lowered = mixed;
  lowered.Lower();
  Name lowered_first(name);
  lowered_first.Lower();
  TERN_FUZZ_PROPERTY(lowered.view().EqualsExactly(lowered_first));
}

}  // namespace
}  // namespace tern::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using tern::wire::NameView;
  const std::span<const uint8_t> input(octets, size);
  const auto a = NameView::FromWire(input);
  if (!a) return 0;
  tern::wire::CheckText(*a);
  tern::wire::CheckCase(*a, input);
  tern::wire::CheckPair(*a, *a);
  const auto b = NameView::FromWire(input.subspan(a->size()));
  if (b) tern::wire::CheckPair(*a, *b);
  return 0;
}
