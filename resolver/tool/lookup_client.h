// Asks one server one question, as a stub resolver does: over UDP with EDNS and repetitions. TCP is
// used when the answer does not fit into a datagram, or when the caller wants it.
//
// Thread: the tool's only one. It blocks, and at the longest until the timeout. Bounded: one
// message of 64 KiB.
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
  kTimeout,      // no message came that answers the question
  kUnreachable,  // this machine or the network says so
};

struct RawReply {
  LookupOutcome outcome = LookupOutcome::kTimeout;
  int error = 0;  // errno of kUnreachable
  std::vector<uint8_t> message;
  Transport transport = Transport::kUdp;
  std::chrono::microseconds elapsed{0};  // of the attempt that was answered
};

// The whole query message. With `edns` it has an OPT, which asks for a trace when the user does.
std::vector<uint8_t> BuildLookupQuery(const LookupOptions& options, uint16_t id, bool edns);

// Whether `message` answers the query: it has the id, QR and the question as it was asked.
bool AnswersQuery(std::span<const uint8_t> message, const LookupOptions& options, uint16_t id);

RawReply AskServer(const LookupOptions& options);

// Why there is no reply, for the user. REQUIRES: raw.outcome != LookupOutcome::kReply.
std::string NoReplyReason(const RawReply& raw);

}  // namespace tern::resolver::tool
