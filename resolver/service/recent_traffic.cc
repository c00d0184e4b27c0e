#include "resolver/service/recent_traffic.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "wire/message.h"

namespace tern::resolver::service {

RecentTraffic::RecentTraffic(const SipKey& key) : key_(key) {
  for (size_t i = 0; i < kLastFailuresMax; ++i) {
    last_failures_.push_back(std::make_unique<PublishedRecord>(kNotedFailureOctetsMax));
  }
}

void RecentTraffic::NoteQuestion(wire::NameView name, uint64_t name_hash, wire::RRType type,
                                 double weight, Time now) {
  wire::Name lowered(name);
  lowered.Lower();
  names_.Note(name_hash, lowered.view().octets(), weight, now);
  uint8_t octets[sizeof(uint16_t)];
  wire::StoreU16(octets, static_cast<uint16_t>(type));
  types_.Note(SipHash(key_, octets), octets, weight, now);
}

void RecentTraffic::NoteClient(const IpAddress& client, TopClients shown, double weight, Time now) {
  const Prefix prefix = ShownAs(client, shown);
  std::array<uint8_t, 1 + sizeof(IpAddress::octets)> octets;
  octets[0] = prefix.length;
  std::memcpy(octets.data() + 1, prefix.address.octets, prefix.address.size);
  const auto content = std::span(octets).first(1 + size_t{prefix.address.size});
  clients_.Note(SipHash(key_, content), content, weight, now);
}

void RecentTraffic::NoteFailure(const NotedFailure::View& failure, uint64_t name_hash,
                                uint64_t zone_hash) {
  NotedFailureRoom room;
  // The content changes with the name and the reason only, so that it is not written each time.
  NotedFailure::View of_zone = failure;
  of_zone.last = Time();
  of_zone.times = 0;
  failing_.Note(zone_hash, PackFailure(of_zone, room), 1, failure.last);
  NoteLast(failure, name_hash ^ static_cast<uint64_t>(failure.type));
}

void RecentTraffic::NoteLast(const NotedFailure::View& failure, uint64_t hash) {
  hash |= 1;  // 0 is a free place
  auto place =
      std::find_if(last_.begin(), last_.end(), [&](const Last& last) { return last.hash == hash; });
  if (place == last_.end()) {
    place = std::min_element(last_.begin(), last_.end(),
                             [](const Last& a, const Last& b) { return a.at < b.at; });
    place->hash = hash;
    place->times = 0;
  }
  place->at = failure.last;
  NotedFailure::View noted = failure;
  noted.times = ++place->times;
  NotedFailureRoom room;
  last_failures_[static_cast<size_t>(place - last_.begin())]->Write(PackFailure(noted, room));
}

void RecentTraffic::AddTo(Traffic* traffic, Time now) const {
  traffic->names.Add(names_.Read(now));
  traffic->types.Add(types_.Read(now));
  traffic->clients.Add(clients_.Read(now));
  traffic->failing.Add(failing_.Read(now));
  for (const auto& record : last_failures_) {
    const auto packed = record->Read();
    auto failure = packed ? UnpackFailure(*packed) : std::nullopt;
    if (failure) traffic->failures.push_back(*std::move(failure));
  }
  std::sort(traffic->failures.begin(), traffic->failures.end(),
            [](const NotedFailure& a, const NotedFailure& b) { return a.last > b.last; });
}

}  // namespace tern::resolver::service
