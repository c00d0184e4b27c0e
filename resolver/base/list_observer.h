// Hears what the block lists of the configuration (RFC 5782) do.
//
// Thread: it is called on the threads of all workers, also at the same time. Bound: its owner's.
#pragma once

#include <cstdint>

#include "resolver/base/time.h"
#include "wire/name.h"

namespace tern::resolver {

// What the check of a list by its test entries (RFC 5782 section 5) has found.
enum class ListHealth : uint8_t {
  kUnknown,  // not checked yet
  kWorks,
  kSilent,        // no answer, or a failure
  kRefuses,       // it answers, but not this resolver
  kListsAll,      // it lists also what no list has
  kListsNothing,  // it does not list its test entries
  kForeign,       // it answers with addresses outside of 127.0.0.0/8
};

struct ListFinding {
  ListHealth health = ListHealth::kUnknown;
  uint8_t refusal = 0;  // kRefuses: the last octet of the address

  bool operator==(const ListFinding&) const = default;
};

class ListObserver {
 public:
  // The list answered a client's question with 127.255.255.`code`. `now`: the worker's time. It
  // must not wait, and a lack of memory must not leave it.
  virtual void OnListRefusal(const wire::Name& zone, uint8_t code, Time now) = 0;
  // A check has found something else than the one before. The first one of a list that works is
  // not told. The rules are the same.
  virtual void OnListChecked(const wire::Name& zone, const ListFinding& found) = 0;

 protected:
  ~ListObserver() = default;
};

}  // namespace tern::resolver
