#include "tests/sim/least_queries.h"

#include <algorithm>

namespace tern::sim {
namespace {

using resolver::QnameMinimisation;
using wire::NameView;
using wire::RRType;

// RFC 9156 section 2.3.
constexpr size_t kMaxMinimiseCount = 10;
constexpr size_t kMinimiseOneLabel = 4;

// The number of the child zone whose cut stands at or above `name`, below `zone`; 0 for none.
size_t CutAbove(const RandomInternet& internet, size_t zone, NameView name, bool parent_side) {
  for (const size_t child : internet.zones()[zone].children) {
    const NameView origin = internet.zones()[child].origin;
    if (name.IsSubdomainOf(origin) && !(parent_side && origin.Equals(name))) return child;
  }
  return 0;
}

}  // namespace

std::optional<size_t> LeastQueries(const RandomInternet& internet, const NaiveOracle& oracle,
                                   QnameMinimisation mode, NameView name, RRType type, Time now) {
  const size_t labels = name.LabelCount();
  bool minimises = mode != QnameMinimisation::kOff;
  size_t zone = 0;
  size_t known = 0;  // labels
  size_t parts = 0;
  for (size_t queries = 1;; ++queries) {
    size_t next = labels;
    known = std::max(known, internet.zones()[zone].origin.view().LabelCount());
    if (minimises && parts < kMaxMinimiseCount && known < labels) {
      size_t step = 1;
      if (parts >= kMinimiseOneLabel) {
        step = std::max<size_t>(1, (labels - known) / (kMaxMinimiseCount - parts));
      }
      next = std::min(labels, known + step);
    }
    const bool whole = next == labels;
    if (!whole) ++parts;
    const NameView asked = name.Suffix(next);
    const RRType asked_type = whole ? type : RRType::kA;
    if (const size_t cut = CutAbove(internet, zone, asked, whole && type == RRType::kDS)) {
      if (!internet.IsPlain(cut)) return std::nullopt;
      zone = cut;
      continue;
    }
    const std::vector<Truth> truths = oracle.TruthsOf(asked, asked_type, now);
    if (truths.size() != 1 || truths[0].kind == Truth::Kind::kCname ||
        truths[0].kind == Truth::Kind::kDname) {
      return std::nullopt;
    }
    if (whole) return queries;
    if (truths[0].kind == Truth::Kind::kNxDomain) {
      // Strict: nothing is below it. Relaxed: asked once more, in full (step 6c).
      if (mode == QnameMinimisation::kStrict) return queries;
      minimises = false;
    }
    known = next;
  }
}

}  // namespace tern::sim
