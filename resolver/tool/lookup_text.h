// What `tern lookup` prints: lines for a reader, or one JSON object.
//
// Text that came over the network is made harmless for terminals: control characters are escaped.
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
std::string LookupJson(const LookupOptions& options, const RawReply& raw, const LookupReply& reply);

// For an outcome that is no reply.
std::string NoReplyText(const LookupOptions& options, const RawReply& raw);
std::string NoReplyJson(const LookupOptions& options, const RawReply& raw);

}  // namespace tern::resolver::tool
