#include "resolver/tool/unbound_access.h"

#include <algorithm>
#include <string_view>

namespace tern::resolver::tool {
namespace {

using Rules = std::vector<UnboundAccessRule>;

constexpr std::string_view kAllowedByDefault[] = {"127.0.0.0/8", "::1/128"};

bool IsInside(const Prefix& inner, const Prefix& outer) {
  return inner.length >= outer.length && outer.Contains(inner.address);
}

// The rule that counts for the block. Null when there is none.
const UnboundAccessRule* NearestRule(const Rules& rules, const Prefix& block) {
  const UnboundAccessRule* nearest = nullptr;
  for (const UnboundAccessRule& rule : rules) {
    if (!IsInside(block, rule.prefix)) continue;
    if (nearest == nullptr || IsInside(rule.prefix, nearest->prefix)) nearest = &rule;
  }
  return nearest;
}

void AddDefaults(Rules* rules) {
  for (const std::string_view text : kAllowedByDefault) {
    const Prefix block = *Prefix::Parse(text);
    const UnboundAccessRule* const nearest = NearestRule(*rules, block);
    const bool is_settled =
        nearest != nullptr && (nearest->allowed || nearest->prefix.length == block.length);
    if (!is_settled) rules->push_back({block, true, rules->front().option});
  }
}

}  // namespace

UnboundAccess JoinUnboundAccess(std::vector<UnboundAccessRule> rules) {
  UnboundAccess access;
  if (rules.empty()) return access;
  AddDefaults(&rules);
  for (const UnboundAccessRule& rule : rules) {
    const auto is_inside = [&](bool of_allowed) {
      return std::any_of(rules.begin(), rules.end(), [&](const UnboundAccessRule& other) {
        return other.allowed == of_allowed && &other != &rule &&
               IsInside(rule.prefix, other.prefix);
      });
    };
    if (!rule.allowed) {
      if (is_inside(true)) access.deny.push_back(rule.prefix);
      continue;
    }
    access.allow.push_back(rule.prefix);
    if (is_inside(true) && is_inside(false)) access.refused.push_back(rule.option);
  }
  return access;
}

}  // namespace tern::resolver::tool
