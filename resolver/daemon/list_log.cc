#include "resolver/daemon/list_log.h"

#include <algorithm>
#include <new>
#include <utility>

#include "resolver/base/list_refusal.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {

bool ListLog::Admits(const wire::Name& zone, Time now, uint64_t* left_out) {
  const std::lock_guard guard(lock_);
  auto known = std::find_if(refusals_.begin(), refusals_.end(),
                            [&](const Refusals& list) { return list.zone == zone; });
  if (known == refusals_.end()) {
    if (refusals_.size() == kListsMax) refusals_.erase(refusals_.begin());
    known = refusals_.insert(refusals_.end(), {.zone = zone, .next_line = now});
  }
  if (now < known->next_line) {
    ++known->left_out;
    return false;
  }
  known->next_line = now + kRefusalPause;
  *left_out = std::exchange(known->left_out, 0);
  return true;
}

void ListLog::OnListRefusal(const wire::Name& zone, uint8_t code, Time now) try {
  uint64_t left_out = 0;
  if (!Admits(zone, now, &left_out)) return;
  const ListRefusalWords words = WordsOfListRefusal(code);
  const std::string more =
      left_out == 0 ? "" : Concat(" (", left_out, " more refusals since the last such line)");
  write_(LogLevel::kWarning, Concat("block list ", wire::ToText(zone), " refuses: ", words.what,
                                    " (127.255.255.", code, "). ", words.advice, more));
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

}  // namespace tern::resolver::daemon
