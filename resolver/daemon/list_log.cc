#include "resolver/daemon/list_log.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "resolver/base/list_refusal.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::daemon {
namespace {

std::string RefusalText(uint8_t code) {
  const ListRefusalWords words = WordsOfListRefusal(code);
  return Concat(words.what, " (127.255.255.", code, "). ", words.advice);
}

// What was found, and what to do.
std::string FaultText(const ListFinding& found) {
  switch (found.health) {
    case ListHealth::kUnknown:
    case ListHealth::kWorks:
      return "";
    case ListHealth::kSilent:
      return "it does not answer. Check that this machine may ask it. Until then take it out of "
             "the mail software: each mail waits for it.";
    case ListHealth::kRefuses:
      return RefusalText(found.refusal);
    case ListHealth::kListsAll:
      return "it lists everything, also what no list has. Take it out of the mail software at "
             "once: with it a mail server rejects all mail.";
    case ListHealth::kListsNothing:
      return "it does not list its test entries. Correct the name of the zone, or take the list "
             "out: it may have ended.";
    case ListHealth::kForeign:
      return "it answers with addresses outside of 127.0.0.0/8. Take it out: its domain has "
             "another owner, or somebody changes its answers.";
  }
  return "";
}

}  // namespace

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
  const std::string more =
      left_out == 0 ? "" : Concat(" (", left_out, " more refusals since the last such line)");
  write_(LogLevel::kWarning,
         Concat("block list ", wire::ToText(zone), " refuses: ", RefusalText(code), more));
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

void ListLog::OnListChecked(const wire::Name& zone, const ListFinding& found) try {
  const std::string list = Concat("block list ", wire::ToText(zone));
  if (found.health == ListHealth::kWorks) {
    write_(LogLevel::kInfo, Concat(list, " passes its test again"));
  } else {
    write_(LogLevel::kWarning, Concat(list, " fails its test: ", FaultText(found)));
  }
} catch (const std::bad_alloc&) {
  // The counters still have it.
}

}  // namespace tern::resolver::daemon
