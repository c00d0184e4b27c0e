#include "resolver/service/noted_failure.h"

#include <algorithm>
#include <cstring>

namespace tern::resolver::service {
namespace {

struct Head {
  int64_t last = 0;
  uint64_t times = 0;
  uint16_t type = 0;
  uint16_t rcode = 0;
  uint16_t error = 0;
  uint8_t name_octets = 0;
  uint8_t zone_octets = 0;
};
static_assert(sizeof(Head) <= 32);

}  // namespace

std::span<const uint8_t> PackFailure(const NotedFailure::View& failure, NotedFailureRoom& room) {
  const Head head = {.last = Micros(failure.last),
                     .times = failure.times,
                     .type = static_cast<uint16_t>(failure.type),
                     .rcode = static_cast<uint16_t>(failure.rcode),
                     .error = static_cast<uint16_t>(failure.error),
                     .name_octets = static_cast<uint8_t>(failure.name.size()),
                     .zone_octets = static_cast<uint8_t>(failure.zone.size())};
  std::memcpy(room.data(), &head, sizeof head);
  uint8_t* at = room.data() + sizeof head;
  for (const wire::NameView name : {failure.name, failure.zone}) {
    wire::Name lowered(name);
    lowered.Lower();
    at = std::copy_n(lowered.data(), lowered.size(), at);
  }
  at = std::copy_n(failure.text.begin(), std::min(failure.text.size(), kNotedTextMax), at);
  return {room.data(), static_cast<size_t>(at - room.data())};
}

std::optional<NotedFailure> UnpackFailure(std::string_view packed) {
  Head head;
  if (packed.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, packed.data(), sizeof head);
  packed.remove_prefix(sizeof head);
  const auto octets = std::span(reinterpret_cast<const uint8_t*>(packed.data()), packed.size());
  if (octets.size() < size_t{head.name_octets} + head.zone_octets) return std::nullopt;
  const auto name = wire::NameView::FromWire(octets.first(head.name_octets));
  const auto zone = wire::NameView::FromWire(octets.subspan(head.name_octets, head.zone_octets));
  if (!name || !zone) return std::nullopt;
  NotedFailure failure;
  failure.name = *name;
  failure.zone = *zone;
  failure.type = static_cast<wire::RRType>(head.type);
  failure.rcode = static_cast<wire::Rcode>(head.rcode);
  failure.error = static_cast<wire::ExtendedError>(head.error);
  failure.text = packed.substr(size_t{head.name_octets} + head.zone_octets);
  failure.last = Time(Duration(head.last));
  failure.times = head.times;
  return failure;
}

}  // namespace tern::resolver::service
