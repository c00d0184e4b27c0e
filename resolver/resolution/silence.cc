#include "resolver/resolution/silence.h"

#include "resolver/base/time.h"

namespace tern::resolver::resolution {
namespace {

// The silence that ended a question was noted within the question's time.
constexpr uint32_t kBeforeSeconds = 10;

bool HasSpokenAgain(const upstream::ServerState& server, cache::Instant failed_at) {
  const cache::Instant silence = StoreInstant(server.last_silence);
  const cache::Instant answer = StoreInstant(server.last_answer);
  return server.silences == 0 && server.last_answer > server.last_silence && answer >= failed_at &&
         silence + kBeforeSeconds >= failed_at;
}

}  // namespace

Silence SilenceOf(upstream::ZoneServers& servers, const upstream::ServerTable& table,
                  cache::Instant failed_at) {
  bool all = !servers.candidates().empty();
  for (const upstream::Candidate& candidate : servers.candidates()) {
    const upstream::ServerState server = table.Get(candidate.server);
    if (HasSpokenAgain(server, failed_at)) return Silence::kOver;
    all = all && server.silences > 0;
  }
  return all ? Silence::kAll : Silence::kNone;
}

}  // namespace tern::resolver::resolution
