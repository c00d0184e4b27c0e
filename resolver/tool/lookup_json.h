// Writes the JSON of `tern lookup --json`, and reads the trace of a resolution, which ternd sends
// as JSON lines. mail_json.h writes the JSON of the other commands.
//
// - The written JSON is ASCII, so no control character reaches a terminal. Octets that are not
//   UTF-8 become U+FFFD.
// - The trace that it reads comes from the network and may hold anything.
//
// Thread: any. Bounded by the reply's 64 KiB and by kTraceDepthMax.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// The deepest nesting of arrays and objects in a step. The step itself counts.
inline constexpr size_t kTraceDepthMax = 16;

struct TraceStep {
  // Keys and values in their order. The value of a string is its characters; of anything else it is
  // the JSON. When a key occurs twice, the last value counts.
  std::vector<std::pair<std::string, std::string>> members;

  // The value of a key; empty when the key is missing.
  std::string_view Text(std::string_view key) const;
};

// The steps of LookupReply::trace. Lines that are not one JSON object are left out.
std::vector<TraceStep> ReadTraceSteps(std::string_view lines);

// One object on one line. REQUIRES: `reply` was read from `raw`.
std::string LookupJson(const LookupOptions& options, const RawReply& raw, const LookupReply& reply);
// The same when there is no reply.
std::string NoReplyJson(const LookupOptions& options, const RawReply& raw);

}  // namespace tern::resolver::tool
