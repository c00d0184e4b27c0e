#include "resolver/policy/access.h"

#include <endian.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace tern::resolver::policy {
namespace {

// Up to this many ranges, a scan that the processor predicts is faster than a binary search.
constexpr size_t kScanRangesMax = 8;

uint32_t LoadIpv4(const uint8_t* octets) {
  uint32_t number;
  std::memcpy(&number, octets, sizeof number);
  return be32toh(number);
}

uint64_t LowBits(unsigned count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

// Sorts the ranges and joins those that overlap. Adjacent ranges stay separate: joining them would
// save one comparison, but would need care at the end of the number space.
template <typename Range>
void Merge(std::vector<Range>* ranges) {
  std::sort(ranges->begin(), ranges->end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  size_t kept = 0;
  for (const Range& range : *ranges) {
    if (kept != 0 && range.first <= (*ranges)[kept - 1].last) {
      (*ranges)[kept - 1].last = std::max((*ranges)[kept - 1].last, range.last);
    } else {
      (*ranges)[kept++] = range;
    }
  }
  ranges->resize(kept);
  ranges->shrink_to_fit();
}

template <typename Range, typename Number>
bool Holds(const std::vector<Range>& ranges, const Number& number) {
  if (ranges.size() <= kScanRangesMax) {
    for (const Range& range : ranges) {
      if (range.first <= number && number <= range.last) return true;
    }
    return false;
  }
  const auto behind =
      std::upper_bound(ranges.begin(), ranges.end(), number,
                       [](const Number& n, const Range& range) { return n < range.first; });
  return behind != ranges.begin() && number <= std::prev(behind)->last;
}

}  // namespace

AccessList::AccessList(std::span<const Prefix> prefixes) {
  for (const Prefix& prefix : prefixes) {
    if (prefix.address.IsIpv4()) {
      const auto first = LoadIpv4(prefix.address.octets);
      ipv4_.push_back({first, first | static_cast<uint32_t>(LowBits(32u - prefix.length))});
    } else if (prefix.address.IsIpv6()) {
      AddIpv6(prefix);
    }
  }
  Merge(&ipv4_);
  Merge(&ipv6_);
}

void AccessList::AddIpv6(const Prefix& prefix) {
  const Ipv6Number first = Ipv6Number::FromOctets(prefix.address.octets);
  const unsigned open = 128u - prefix.length;
  const Ipv6Number last = {first.high | LowBits(open > 64 ? open - 64 : 0),
                           first.low | LowBits(open)};
  ipv6_.push_back({first, last});
}

bool AccessList::ContainsIpv4(uint32_t address) const { return Holds(ipv4_, address); }

bool AccessList::ContainsIpv6(const uint8_t* octets) const {
  const Ipv6Number number = Ipv6Number::FromOctets(octets);
  if (number.IsIpv4Mapped() && ContainsIpv4(static_cast<uint32_t>(number.low))) return true;
  return Holds(ipv6_, number);
}

bool AccessList::Contains(const sockaddr* address) const {
  if (address->sa_family == AF_INET) {
    in_addr in;
    std::memcpy(&in, reinterpret_cast<const uint8_t*>(address) + offsetof(sockaddr_in, sin_addr),
                sizeof in);
    return ContainsIpv4(ntohl(in.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    return ContainsIpv6(reinterpret_cast<const uint8_t*>(address) +
                        offsetof(sockaddr_in6, sin6_addr));
  }
  return false;
}

bool AccessList::Contains(const IpAddress& address) const {
  if (address.IsIpv4()) return ContainsIpv4(LoadIpv4(address.octets));
  return address.IsIpv6() && ContainsIpv6(address.octets);
}

}  // namespace tern::resolver::policy
