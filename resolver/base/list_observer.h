// Hears what the block lists of the configuration (RFC 5782) do.
//
// Thread: it is called on the threads of all workers, also at the same time. Bound: its owner's.
#pragma once

#include <cstdint>

#include "resolver/base/time.h"
#include "wire/name.h"

namespace tern::resolver {

class ListObserver {
 public:
  // The list answered a client's question with 127.255.255.`code`. `now`: the worker's time. It
  // must not wait, and a lack of memory must not leave it.
  virtual void OnListRefusal(const wire::Name& zone, uint8_t code, Time now) = 0;

 protected:
  ~ListObserver() = default;
};

}  // namespace tern::resolver
