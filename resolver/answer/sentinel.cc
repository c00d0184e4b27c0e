#include "resolver/answer/sentinel.h"

#include <algorithm>
#include <string_view>

#include "wire/dnssec_records.h"

namespace tern::resolver::answer {
namespace {

using wire::RRType;

constexpr std::string_view kIsTa = "root-key-sentinel-is-ta-";
constexpr std::string_view kNotTa = "root-key-sentinel-not-ta-";

bool StartsWith(std::string_view label, std::string_view start) {
  return label.size() > start.size() &&
         std::equal(start.begin(), start.end(), label.begin(), [](char expected, char found) {
           return expected == (found >= 'A' && found <= 'Z' ? found - 'A' + 'a' : found);
         });
}

bool HasRootKey(std::span<const TrustAnchor> anchors, uint16_t tag) {
  const auto is_ds = [tag](const std::vector<uint8_t>& rdata) {
    const auto ds = wire::ReadDs(rdata);
    return ds && ds->key_tag == tag;
  };
  const auto is_dnskey = [tag](const std::vector<uint8_t>& rdata) {
    const auto dnskey = wire::ReadDnskey(rdata);
    return dnskey && dnskey->KeyTag() == tag;
  };
  return std::any_of(anchors.begin(), anchors.end(), [&](const TrustAnchor& anchor) {
    return anchor.zone.view().IsRoot() &&
           (std::any_of(anchor.ds.begin(), anchor.ds.end(), is_ds) ||
            std::any_of(anchor.dnskeys.begin(), anchor.dnskeys.end(), is_dnskey));
  });
}

}  // namespace

// RFC 8509 sections 3.1 and 3.2.
bool FailsAsSentinel(const Request& request, std::span<const TrustAnchor> anchors) {
  if (!MayBeSentinel(request.name) || (request.flags & wire::kFlagCD) != 0 ||
      (request.type != RRType::kA && request.type != RRType::kAAAA)) {
    return false;
  }
  const std::string_view label(reinterpret_cast<const char*>(request.name.octets().data()) + 1,
                               request.name.octets()[0]);
  const bool is_ta = StartsWith(label, kIsTa);
  if (!is_ta && !StartsWith(label, kNotTa)) return false;
  // Five digits in all, so a small tag begins with zeros.
  const std::string_view digits = label.substr(is_ta ? kIsTa.size() : kNotTa.size());
  const bool all_digits =
      digits.size() == 5 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits) return false;
  uint32_t tag = 0;
  for (const char digit : digits) tag = tag * 10 + static_cast<uint32_t>(digit - '0');
  if (tag > UINT16_MAX) return false;
  return HasRootKey(anchors, static_cast<uint16_t>(tag)) != is_ta;
}

}  // namespace tern::resolver::answer
