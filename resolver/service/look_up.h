// A question that is resolved for those who watch, with the steps of its resolution.
//
// Thread: as the members say. Bound: one answer, and one trace (trace_account.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::service {

// From where a question is resolved.
enum class LookUpFrom : uint8_t {
  kKnown,    // what is known counts, as for a client
  kServers,  // what is known does not count, but for the zones' servers (resolution/replay.h)
};

class LookUpSource {
 public:
  // Resolves the question, as a traced one. `done` is called with the
  // JSON, on any thread, when the resolution has ended, and at the latest after
  // resolution.budget.total_timeout. Without memory, or at the process's end, `done` is destroyed
  // and not called. It must not wait. Throws std::bad_alloc.
  //
  //   {"name":"www.example.","type":"A","status":"NOERROR","secure":true,"time_us":4120,
  //    "extended_errors":[{"code":..,"name":..,"text":..}],
  //    "answer":[{"name":..,"ttl":..,"type":..,"data":..}],"trace":[..]}
  virtual void LookUp(const wire::Name& name, wire::RRType type, LookUpFrom from,
                      std::function<void(std::string json)> done) = 0;

 protected:
  ~LookUpSource() = default;
};

}  // namespace tern::resolver::service
