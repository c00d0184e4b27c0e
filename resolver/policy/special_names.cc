#include "resolver/policy/special_names.h"

#include <array>
#include <cstddef>
#include <iterator>

namespace tern::resolver::policy {
namespace {

using enum SpecialZoneKind;

constexpr SpecialZone kZones[] = {
    {"localhost.", kLocalhost},  // RFC 6761 section 6.3
    {"invalid.", kEmpty},        // RFC 6761 section 6.4
    {"test.", kEmpty},           // RFC 6761 section 6.2
    {"onion.", kEmpty},          // RFC 7686 section 2
    {"alt.", kEmpty},            // RFC 9476 section 3
    {"local.", kEmpty},          // RFC 6762 section 22.1
    {"home.arpa.", kEmpty},      // RFC 8375 section 4
    {"resolver.arpa.", kEmpty},  // RFC 9462 section 8.2
    // RFC 6303 section 4.1: addresses of private networks (RFC 1918).
    {"10.in-addr.arpa.", kEmpty},
    {"16.172.in-addr.arpa.", kEmpty},
    {"17.172.in-addr.arpa.", kEmpty},
    {"18.172.in-addr.arpa.", kEmpty},
    {"19.172.in-addr.arpa.", kEmpty},
    {"20.172.in-addr.arpa.", kEmpty},
    {"21.172.in-addr.arpa.", kEmpty},
    {"22.172.in-addr.arpa.", kEmpty},
    {"23.172.in-addr.arpa.", kEmpty},
    {"24.172.in-addr.arpa.", kEmpty},
    {"25.172.in-addr.arpa.", kEmpty},
    {"26.172.in-addr.arpa.", kEmpty},
    {"27.172.in-addr.arpa.", kEmpty},
    {"28.172.in-addr.arpa.", kEmpty},
    {"29.172.in-addr.arpa.", kEmpty},
    {"30.172.in-addr.arpa.", kEmpty},
    {"31.172.in-addr.arpa.", kEmpty},
    {"168.192.in-addr.arpa.", kEmpty},
    // RFC 6303 section 4.2: this network, loopback, link-local, documentation, broadcast.
    {"0.in-addr.arpa.", kEmpty},
    {"127.in-addr.arpa.", kEmpty},
    {"254.169.in-addr.arpa.", kEmpty},
    {"2.0.192.in-addr.arpa.", kEmpty},
    {"100.51.198.in-addr.arpa.", kEmpty},
    {"113.0.203.in-addr.arpa.", kEmpty},
    {"255.255.255.255.in-addr.arpa.", kEmpty},
    // RFC 6303 section 4.3: the unspecified and the loopback address of IPv6.
    {"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", kEmpty},
    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", kEmpty},
    // RFC 6303 sections 4.4 to 4.6: unique local, link-local, documentation.
    {"d.f.ip6.arpa.", kEmpty},
    {"8.e.f.ip6.arpa.", kEmpty},
    {"9.e.f.ip6.arpa.", kEmpty},
    {"a.e.f.ip6.arpa.", kEmpty},
    {"b.e.f.ip6.arpa.", kEmpty},
    {"8.b.d.0.1.0.0.2.ip6.arpa.", kEmpty},
};

constexpr SpecialNode kNodes[] = {
    {"1.0.0.127.in-addr.arpa.", true},
    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", true},
    // NODATA, because there is no encrypted transport to point to (RFC 9462 section 4).
    {"_dns.resolver.arpa.", false},
};

// RFC 7793 section 2.2: 64.100.in-addr.arpa. to 127.100.in-addr.arpa., shared address space.
constexpr size_t kSharedZones = 64;
constexpr std::string_view kSharedSuffix = ".100.in-addr.arpa.";

struct AllZones {
  std::array<char, kSharedZones*(3 + kSharedSuffix.size())> text = {};
  std::array<SpecialZone, std::size(kZones) + kSharedZones> zones = {};

  AllZones() {
    size_t count = 0;
    for (const SpecialZone& zone : kZones) zones[count++] = zone;
    char* at = text.data();
    for (size_t octet = 64; octet < 64 + kSharedZones; ++octet) {
      char* const start = at;
      if (octet >= 100) *at++ = '1';
      *at++ = static_cast<char>('0' + octet / 10 % 10);
      *at++ = static_cast<char>('0' + octet % 10);
      at += kSharedSuffix.copy(at, kSharedSuffix.size());
      zones[count++] = {std::string_view(start, static_cast<size_t>(at - start)), kEmpty};
    }
  }
};

}  // namespace

std::span<const SpecialZone> SpecialZones() {
  static const AllZones all;
  return all.zones;
}

std::span<const SpecialNode> SpecialNodes() { return kNodes; }

}  // namespace tern::resolver::policy
