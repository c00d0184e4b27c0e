#include "resolver/resolution/qname_minimiser.h"

#include <algorithm>

namespace tern::resolver::resolution {
namespace {

// So many labels, or more if the part would begin with an underscore (RFC 9156 section 2.3).
size_t WithoutUnderscore(wire::NameView name, size_t labels) {
  const size_t all = name.LabelCount();
  while (labels < all && name.Suffix(labels).FirstLabel().starts_with('_')) ++labels;
  return labels;
}

}  // namespace

NextQuestion QnameMinimiser::Next(wire::NameView zone, const cache::Store& store,
                                  cache::Instant now) {
  const size_t zone_labels = zone.LabelCount();
  while (mode_ != QnameMinimisation::kOff && asked_ < kMinimisedMax) {
    const size_t base = std::max(known_, zone_labels);
    if (base >= std::min(labels_, parts_labels_)) break;
    size_t step = 1;
    if (asked_ >= kMinimisedOneLabel) {
      const auto left = static_cast<size_t>(kMinimisedMax - asked_);
      step = std::max<size_t>(1, (labels_ - base) / left);
    }
    const size_t labels = WithoutUnderscore(*name_, std::min(base + step, parts_labels_));
    if (labels >= std::min(labels_, parts_labels_ + 1)) break;
    const wire::NameView part = name_->view().Suffix(labels);
    const cache::EntryView known = store.Find(part, cache::KeySpace::kData, wire::RRType::kA);
    if (known && known.IsFresh(now) && !cache::SaysNxDomain(known.kind())) {
      known_ = labels;
      continue;
    }
    // A relaxed minimisation would only hear once more that the part is denied.
    const cache::EntryView denial = strict() ? cache::EntryView() : store.FindDenial(part);
    if (denial && denial.IsFresh(now)) break;
    ++asked_;
    // RFC 9156 section 2.1: a type that every server knows and that reveals nothing.
    return {wire::Name(part), wire::RRType::kA, false};
  }
  return {*name_, type_, true};
}

void QnameMinimiser::PartExists(wire::NameView part) {
  known_ = std::max(known_, part.LabelCount());
}

}  // namespace tern::resolver::resolution
