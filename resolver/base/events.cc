#include "resolver/base/events.h"

#include <algorithm>

#include "wire/message.h"
#include "wire/mix.h"

namespace tern::resolver {

bool QueryLogFilter::Wants(const IpAddress& client, wire::NameView name,
                           std::span<const uint8_t> reply) const {
  if (only_failures && reply.size() >= wire::kHeaderOctets) {
    const auto rcode = static_cast<wire::Rcode>(reply[3] & 0xf);
    if (rcode == wire::Rcode::kNoError || rcode == wire::Rcode::kNXDomain) return false;
  }
  const auto is_in = [&](const Prefix& prefix) { return prefix.Contains(client); };
  if (!clients.empty() && std::none_of(clients.begin(), clients.end(), is_in)) return false;
  const auto is_below = [&](const wire::Name& zone) { return name.IsSubdomainOf(zone); };
  return zones.empty() || std::any_of(zones.begin(), zones.end(), is_below);
}

bool EventWishes::IsDrawn(uint32_t sample, const Event& event, uint16_t id) const {
  if (sample <= 1) return true;
  const uint64_t lot = wire::Mix(seed ^ static_cast<uint64_t>(Micros(event.began)),
                                 uint64_t{id} << 16 | event.peer.port);
  return (lot >> 32) % sample == 0;
}

void EventPort::TellClient(Event event, uint16_t id, wire::NameView name) const {
  event.to_dnstap =
      wishes_->clients_to_dnstap && wishes_->IsDrawn(wishes_->dnstap_sample, event, id);
  event.to_log = wishes_->to_log && event.kind != Event::Kind::kClientQuery &&
                 wishes_->IsDrawn(wishes_->log_sample, event, id) &&
                 wishes_->log_filter.Wants(event.peer.address, name, event.reply);
  if (event.to_dnstap || event.to_log) (void)ring_->Put(event);
}

void EventPort::TellServer(Event event, uint16_t id) const {
  event.to_dnstap =
      wishes_->servers_to_dnstap && wishes_->IsDrawn(wishes_->dnstap_sample, event, id);
  if (event.to_dnstap) (void)ring_->Put(event);
}

}  // namespace tern::resolver
