// What a ternd on this machine has counted of the mail path since its start.
//
// Thread: any. Bounded by the reply.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "resolver/base/endpoint.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

struct MailCounter {
  std::string name;  // such as `mail_questions`
  uint64_t value = 0;
};

// Asks over TCP. Empty when the server is no ternd on this machine, or does not tell.
std::vector<MailCounter> AskMailCounters(const Endpoint& server, std::chrono::milliseconds timeout);

// The TXT records that are a counter's name and its value. Others are passed over.
std::vector<MailCounter> ReadMailCounters(const LookupReply& reply);

// The counter in words.
std::string CounterText(const MailCounter& counter);

}  // namespace tern::resolver::tool
