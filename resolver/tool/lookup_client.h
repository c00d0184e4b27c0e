// Asks one server one question, like a stub resolver. It asks over UDP with EDNS and retries. It
// uses TCP when the answer does not fit into a datagram, and when the user wants TCP or a trace.
//
// Thread: any. It blocks until the timeout at the longest.
// Bounded: one message of 64 KiB.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "resolver/base/environment.h"
#include "resolver/tool/lookup_options.h"

namespace tern::resolver::tool {

enum class LookupOutcome : uint8_t {
  kReply,
  kTimeout,      // no message that answers the question came in time
  kUnreachable,  // as this machine or the network reports
};

struct RawReply {
  LookupOutcome outcome = LookupOutcome::kTimeout;
  int error = 0;  // errno of kUnreachable
  std::vector<uint8_t> message;
  Transport transport = Transport::kUdp;
  std::chrono::microseconds elapsed{0};  // of the attempt that got the answer
};

// The query message. With `edns` it has an OPT. When the user wants a trace, the OPT asks for one.
std::vector<uint8_t> BuildLookupQuery(const LookupOptions& options, uint16_t id, bool edns);

// True when `message` answers the query: the ID and the question are the query's, and QR is set.
bool AnswersQuery(std::span<const uint8_t> message, const LookupOptions& options, uint16_t id);

RawReply AskServer(const LookupOptions& options);

// The reason why there is no reply, for the user.
// REQUIRES: raw.outcome != LookupOutcome::kReply.
std::string NoReplyReason(const RawReply& raw);

}  // namespace tern::resolver::tool
