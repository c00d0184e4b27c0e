// What `tern lookup` prints for people. lookup_json.h has what it prints for programs.
//
// Control characters in text from the network are escaped, so they cannot harm a terminal.
//
// Thread: any. Bounded by the reply's 64 KiB.
#pragma once

#include <cstdint>
#include <string>

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// `59m59s`, `1d`, `0s`.
std::string TtlToText(uint32_t seconds);

// REQUIRES: `reply` was read from `raw`.
std::string LookupText(const LookupOptions& options, const RawReply& raw, const LookupReply& reply);

// The same when there is no reply.
std::string NoReplyText(const LookupOptions& options, const RawReply& raw);

}  // namespace tern::resolver::tool
