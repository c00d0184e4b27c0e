// Events as lines of the query log: one JSON object on each line.
//
//   {"time":"2026-11-29T12:00:00.123456Z","client":"192.0.2.1","transport":"udp",
//    "name":"www.example.com.","type":"A","rcode":"NOERROR","source":"upstream","octets":61,
//    "total_ms":12.3,"queue_ms":0.1,"upstream_ms":12.2}
//
// - `time` is when the query came. `source` is a word of the metric tern_answers.
// - `ede` has the numbers of the extended errors (RFC 8914), if there are any, and `reason` says
//   the first in words. The log has them for a client without EDNS too, which is not told them.
// - `class` is there if it is not IN.
// - Without an answer there is no `rcode`, and `octets` is 0.
// - `queue_ms`: until the worker that owns the question took it. `upstream_ms`: from then to the
//   answer. Both are 0 for what was answered at once: a worker reads its clock once a turn.
//
// The name is in presentation format, in which every octet that is not printable ASCII is escaped.
// So nothing that a client sends can break a line, or reaches a terminal as it is.
//
// Thread: the writer's. Bound: kLineOctetsMax.
#pragma once

#include <cstddef>
#include <string>

#include "resolver/base/event.h"
#include "resolver/base/event_settings.h"
#include "resolver/control/shown_address.h"

namespace tern::resolver::control {

inline constexpr size_t kLineOctetsMax = 4096;

class QueryLogLines {
 public:
  // Throws std::bad_alloc.
  explicit QueryLogLines(const QueryLogSettings& settings) : clients_(settings.addresses) {}

  // Appends the event's line, with its newline. Throws std::bad_alloc.
  // REQUIRES: the event is an answer to a client, or that it gets none.
  void Append(const Event& event, Duration wall_shift, std::string* lines);

 private:
  ShownAddress clients_;
};

}  // namespace tern::resolver::control
