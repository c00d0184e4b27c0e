#include "resolver/control/flush_wish.h"

namespace tern::resolver::control {
namespace {

bool IsNegative(cache::EntryKind kind) {
  return kind != cache::EntryKind::kRRset && kind != cache::EntryKind::kDelegation;
}

}  // namespace

bool Concerns(cache::EntryView entry, wire::RRType type) {
  switch (entry.kind()) {
    case cache::EntryKind::kNxDomain:
      return true;
    case cache::EntryKind::kDelegation:
      return type == wire::RRType::kNS;
    case cache::EntryKind::kRRset:
    case cache::EntryKind::kNoData:
    case cache::EntryKind::kFailure:
    case cache::EntryKind::kNxDomainOfType:
      break;
  }
  return entry.type() == type;
}

bool Wants(const FlushWish& wish, cache::EntryView entry) {
  const bool is_there =
      wish.below ? entry.name().IsSubdomainOf(wish.name) : entry.name().Equals(wish.name);
  return is_there && (!wish.negative || IsNegative(entry.kind())) &&
         (!wish.type || Concerns(entry, *wish.type));
}

}  // namespace tern::resolver::control
