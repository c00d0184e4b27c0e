#include "resolver/tool/told.h"

#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"

namespace tern::resolver::tool {

std::optional<LookupReply> AskTold(wire::NameView name, const Endpoint& server,
                                   std::chrono::milliseconds timeout) {
  if (!server.address.IsLoopback()) return std::nullopt;
  LookupOptions options;
  options.name = name;
  options.type = wire::RRType::kTXT;
  options.rrclass = wire::RRClass::kCH;
  options.server = server;
  options.tcp = true;
  options.timeout = timeout;
  const RawReply raw = AskServer(options);
  if (raw.outcome != LookupOutcome::kReply) return std::nullopt;
  LookupReply reply = ReadLookupReply(raw.message);
  if (reply.malformed || reply.rcode != wire::Rcode::kNoError) return std::nullopt;
  return reply;
}

}  // namespace tern::resolver::tool
