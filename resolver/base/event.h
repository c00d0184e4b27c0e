// What a worker tells of the messages that it receives and sends, for the query log and for dnstap.
//
// - A client's query that is answered at once is one event, with the query and the answer.
// - A query that has to wait is two: one with the query, when it comes, and one with the answer.
// - A query to a name server is one event, and so is its reply, or that none came.
//
// Thread: any; values. The octets are borrowed: from the worker, and then from the ring
// (event_ring.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "resolver/base/answer_counts.h"
#include "resolver/base/endpoint.h"
#include "resolver/base/environment.h"
#include "resolver/base/time.h"
#include "wire/types.h"

namespace tern::resolver {

struct Event {
  enum class Kind : uint8_t {
    kClient,       // a query with its answer
    kClientQuery,  // a query that has to wait
    kClientReply,  // its answer; of the query only the header and the question are there
    kServerQuery,
    kServerReply,
    kServerSilent,       // no reply within its time
    kServerUnreachable,  // the network said that nobody is there
  };

  Kind kind = Kind::kClient;
  Transport transport = Transport::kUdp;
  AnswerSource source = AnswerSource::kDropped;  // of an answer to a client
  bool to_dnstap = false;
  bool to_log = false;
  bool forwarded = false;  // the server is one of a forward zone
  uint16_t listener = 0;   // index into the listening addresses, of a client's query
  Endpoint peer;           // the client or the server
  IpAddress local;         // where the client's query was sent, or size 0
  Time began;              // the query came, or was sent
  Time ended;              // the answer was sent, or the reply came
  // How long a client's query was on its way to the worker that owns the question.
  Duration queued{0};
  std::span<const uint8_t> zone;   // the name of the servers' zone, as on the wire
  std::span<const uint8_t> query;  // empty: not known
  std::span<const uint8_t> reply;  // empty: none
  // What the reply would say (RFC 8914) if the client's query had EDNS.
  wire::ExtendedError error = wire::ExtendedError::kNone;
  std::span<const uint8_t> error_text;

  bool IsOfClient() const { return kind <= Kind::kClientReply; }
};

}  // namespace tern::resolver
