#include "resolver/config/key_text.h"

#include <chrono>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/time_text.h"
#include "wire/check.h"
#include "wire/concat.h"

namespace tern::resolver::config {
namespace {

std::string SecondsToText(uint64_t count) {
  return DurationToText(std::chrono::seconds(static_cast<int64_t>(count)));
}

std::string MillisecondsToText(uint64_t count) {
  return DurationToText(std::chrono::milliseconds(static_cast<int64_t>(count)));
}

std::string TtlExpectation(const ValueSpec& spec) {
  const std::string min = SecondsToText(spec.min);
  if (spec.max < kTtlMax) return Concat("a duration from ", min, " to ", SecondsToText(spec.max));
  return spec.min == 0 ? "whole seconds" : Concat(min, " or more");
}

}  // namespace

std::string_view OneItem(KeyKind kind) {
  if (kind == KeyKind::kAddresses) return "an address such as 192.0.2.1 or fe80::1%eth0";
  if (kind == KeyKind::kPrefixes) {
    return "a block of addresses such as 192.0.2.0/24 or 2001:db8::/32, with zeros behind the "
           "prefix";
  }
  if (kind == KeyKind::kNames) return "a domain name";
  if (kind == KeyKind::kLocalData)
    return "a record such as router.home.arpa. 3600 IN A 192.168.1.1";
  TERN_REQUIRE(kind == KeyKind::kListen || kind == KeyKind::kHttpListen ||
               kind == KeyKind::kEndpoints);
  return "an address with a port such as 127.0.0.1:53, [::1]:53 or [fe80::1%eth0]:53";
}

std::string_view ManyItems(KeyKind kind) {
  if (kind == KeyKind::kAddresses) return "addresses";
  if (kind == KeyKind::kPrefixes) return "blocks of addresses";
  if (kind == KeyKind::kNames) return "domain names";
  if (kind == KeyKind::kLocalData) return "records";
  TERN_REQUIRE(kind == KeyKind::kListen || kind == KeyKind::kHttpListen ||
               kind == KeyKind::kEndpoints);
  return "addresses with ports";
}

std::string Expectation(const KeySpec& key) {
  const ValueSpec& spec = key.value;
  switch (spec.kind) {
    case KeyKind::kMap:
      return "a map of keys";
    case KeyKind::kFlag:
      return "true or false";
    case KeyKind::kNumber:
      return Concat("a number from ", spec.min, " to ", spec.max);
    case KeyKind::kAutoOrNumber:
      return Concat("auto or a number from ", spec.min, " to ", spec.max);
    case KeyKind::kOctets:
      return Concat("an amount of memory from ", OctetsToText(spec.min), " to ",
                    OctetsToText(spec.max));
    case KeyKind::kDuration:
      return Concat("a duration from ", MillisecondsToText(spec.min), " to ",
                    MillisecondsToText(spec.max));
    case KeyKind::kTtl:
      return TtlExpectation(spec);
    case KeyKind::kChoice:
      return WordList(spec.choices);
    case KeyKind::kListen:
    case KeyKind::kHttpListen:
    case KeyKind::kEndpoints:
    case KeyKind::kAddresses:
    case KeyKind::kPrefixes:
    case KeyKind::kNames:
    case KeyKind::kLocalData:
      return Concat("a list, each item ", OneItem(spec.kind));
    case KeyKind::kRootHints:
    case KeyKind::kTrustAnchors:
      return "builtin or the path of a file";
    case KeyKind::kHostsFile:
      return "the path of a hosts file, or \"\" for none";
    case KeyKind::kStateFile:
    case KeyKind::kCacheFile:
    case KeyKind::kTokenFile:
    case KeyKind::kSocketPath:
    case KeyKind::kEventSocket:
    case KeyKind::kEventFile:
    case KeyKind::kAddressKey:
      return "the path of a file, or \"\" for none";
    case KeyKind::kIdentity:
      return Concat("a text of at most ", kIdentityOctetsMax, " printable ASCII characters");
    case KeyKind::kCookieSecret:
      return "32 hexadecimal digits, or \"\" to draw a secret";
    case KeyKind::kForwardZones:
    case KeyKind::kStubZones:
      return "a list of zones, each with the keys zone and to";
    case KeyKind::kBlockLists:
      return "a list of block lists, each with the key zone";
    case KeyKind::kNegativeAnchors:
      return "a list, each item a domain name or a map with the key zone";
    case KeyKind::kTime:
      return std::string(kTimeExpected);
    case KeyKind::kReason:
      return Concat("a text of at most ", kReasonOctetsMax, " printable ASCII characters");
    case KeyKind::kExemptZone:
    case KeyKind::kZoneName:
    case KeyKind::kListName:
      return "a domain name";
  }
  return "";
}

}  // namespace tern::resolver::config
