// The JSON of `tern lookup`: what `--json` prints, and the account of a resolution that ternd sends
// as JSON lines. No other unit of the tool knows JSON.
//
// What is written is ASCII: no control character reaches a terminal. Octets that are not UTF-8
// become U+FFFD. What is read came over the network and may hold anything.
//
// Thread: any. Bounded by the reply's 64 KiB and kTraceDepthMax.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// Arrays and objects inside each other, the step itself included.
inline constexpr int kTraceDepthMax = 16;

struct TraceStep {
  // In their order. The text of a string is its characters, of any other value its JSON. When a
  // name comes twice, its last value stands.
  std::vector<std::pair<std::string, std::string>> members;

  // Empty when there is no such member.
  std::string_view Text(std::string_view key) const;
};

// The steps of LookupReply::trace. A line that is not one JSON object is left out.
std::vector<TraceStep> ReadTraceSteps(std::string_view lines);

// One object on one line. `raw` is the reply that `reply` was read from.
std::string LookupJson(const LookupOptions& options, const RawReply& raw, const LookupReply& reply);
// For an outcome that is not a reply.
std::string NoReplyJson(const LookupOptions& options, const RawReply& raw);

}  // namespace tern::resolver::tool
