// What `tern lookup` prints for a reader; lookup_json.h has what it prints for a program.
//
// Text that came over the network is made harmless (wire/harmless_text.h).
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// `59m59s`, `1d`, `0s`.
std::string TtlToText(uint32_t seconds);

// `raw` is the reply that `reply` was read from.
std::string LookupText(const LookupOptions& options, const RawReply& raw, const LookupReply& reply);

// For an outcome that is not a reply.
std::string NoReplyText(const LookupOptions& options, const RawReply& raw);

}  // namespace tern::resolver::tool
