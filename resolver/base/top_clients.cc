#include "resolver/base/top_clients.h"

#include <span>

#include "wire/check.h"

namespace tern::resolver {

Prefix ShownAs(const IpAddress& client, TopClients shown) {
  TERN_REQUIRE(client.size != 0 && shown != TopClients::kOff);
  Prefix prefix;
  prefix.address = client.IsIpv4Mapped()
                       ? IpAddress::FromOctets(std::span(client.octets).last(4))
                       : IpAddress::FromOctets(std::span(client.octets).first(client.size));
  const auto bits = static_cast<uint8_t>(prefix.address.size * 8);
  prefix.length = bits;
  if (shown == TopClients::kFull) return prefix;
  prefix.length = prefix.address.IsIpv4() ? kShownBitsOfIpv4 : kShownBitsOfIpv6;
  static_assert(kShownBitsOfIpv4 % 8 == 0 && kShownBitsOfIpv6 % 8 == 0);
  for (size_t i = prefix.length / 8; i < prefix.address.size; ++i) prefix.address.octets[i] = 0;
  return prefix;
}

}  // namespace tern::resolver
