#include "resolver/tool/dmarc.h"

#include <algorithm>
#include <utility>

#include "wire/concat.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::tool {
namespace {

using wire::RRType;

// A longer name is cut to so many labels after the first question.
constexpr size_t kWalkLabelsMax = kDmarcQuestionsMax - 1;

struct Found {
  wire::Name domain;
  std::string record;
};

bool HasTag(const Found& found, std::string_view tag, std::string_view value) {
  return wire::EqualTexts(TagValue(found.record, tag), value);
}

// A domain says that it is a public suffix, or that it is none.
bool EndsWalk(const Found& found) { return HasTag(found, "psd", "y") || HasTag(found, "psd", "n"); }

TxtPolicy ReadDmarc(const wire::Name& domain, AnswerBook* book) {
  if (const auto name = DmarcName(domain)) {
    return ReadTxtPolicy(book->AskOne(*name, RRType::kTXT), "v=DMARC1");
  }
  TxtPolicy none;
  none.kind = AnswerKind::kNoData;
  return none;
}

// The records above the domain, the nearest first.
std::vector<Found> WalkAbove(const wire::Name& domain, AnswerBook* book, DmarcPolicy* policy) {
  const std::vector<wire::Name> walk = DmarcWalk(domain);
  std::vector<Question> questions;
  for (size_t i = 1; i < walk.size(); ++i) {
    if (const auto name = DmarcName(walk[i])) questions.push_back({*name, RRType::kTXT});
  }
  book->Ask(questions);
  std::vector<Found> above;
  for (size_t i = 1; i < walk.size(); ++i) {
    TxtPolicy there = ReadDmarc(walk[i], book);
    const std::string text = wire::ToText(walk[i]);
    if (IsTemporary(there.kind)) {
      policy->failure = Concat("_dmarc.", text, ": ", there.outcome);
      return {};
    }
    if (there.records.size() > 1) policy->ambiguous.push_back(text);
    if (there.records.size() != 1) continue;
    above.push_back({walk[i], std::move(there.records[0])});
    if (EndsWalk(above.back())) break;
  }
  return above;
}

// The record of the organisational domain, or of the public suffix. The last record above the
// domain ended the walk, or has the fewest labels.
const Found* Choose(const std::vector<Found>& above) {
  if (above.empty()) return nullptr;
  const Found& last = above.back();
  if (!HasTag(last, "psd", "y") || above.size() == 1) return &last;
  // The organisational domain has one label more than its public suffix.
  const Found& below = above[above.size() - 2];
  return below.domain.view().LabelCount() == last.domain.view().LabelCount() + 1 ? &below : &last;
}

// What a record says of a domain below its own. If it has no tag for that, p counts.
std::string PolicyBelow(const std::string& record, bool exists) {
  std::string policy = exists ? "" : TagValue(record, "np");
  if (policy.empty()) policy = TagValue(record, "sp");
  return policy.empty() ? TagValue(record, "p") : policy;
}

}  // namespace

std::optional<wire::Name> DmarcName(wire::NameView domain) {
  wire::Name name(domain);
  return name.Prepend("_dmarc") ? std::optional(name) : std::nullopt;
}

std::vector<wire::Name> DmarcWalk(const wire::Name& domain) {
  std::vector<wire::Name> walk = {domain};
  for (size_t labels = domain.view().LabelCount(); labels > 1;) {
    labels = std::min(labels - 1, kWalkLabelsMax);
    walk.emplace_back(domain.view().Suffix(labels));
  }
  return walk;
}

DmarcPolicy FindDmarc(const wire::Name& domain, bool exists, AnswerBook* book) {
  DmarcPolicy policy;
  policy.own = ReadDmarc(domain, book);
  if (IsTemporary(policy.own.kind)) {
    policy.failure = policy.own.outcome;
    return policy;
  }
  if (policy.own.records.size() == 1) {
    policy.domain = wire::ToText(domain);
    policy.record = policy.own.records[0];
    policy.policy = TagValue(policy.record, "p");
    return policy;
  }
  if (!policy.own.records.empty()) policy.ambiguous.push_back(wire::ToText(domain));
  const std::vector<Found> above = WalkAbove(domain, book, &policy);
  if (const Found* const found = Choose(above)) {
    policy.domain = wire::ToText(found->domain);
    policy.record = found->record;
    policy.policy = PolicyBelow(found->record, exists);
  }
  return policy;
}

}  // namespace tern::resolver::tool
