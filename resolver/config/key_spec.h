// What is said of one key of the configuration: the kind of its value, the value's place in
// Settings, the default and the help. keys.h has them all.
//
// Thread: any; constants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "resolver/config/settings.h"
#include "wire/edns.h"

namespace tern::resolver::config {

inline constexpr size_t kListenMax = 64;
inline constexpr int kWorkersMax = 256;
inline constexpr size_t kPrefixesMax = 100'000;
inline constexpr size_t kStaticZonesMax = 10'000;
inline constexpr size_t kBlockListsMax = 1'000;
inline constexpr size_t kStaticServersMax = 16;  // of one zone
// It fits into an extended error.
inline constexpr size_t kReasonOctetsMax = 120;
inline constexpr size_t kIdentityOctetsMax = 64;
static_assert(kReasonOctetsMax <= wire::kExtendedErrorTextMax);

// The largest TTL, in seconds (RFC 2181 section 8).
inline constexpr uint64_t kTtlMax = 0x7fffffff;

enum class KeyKind : uint8_t {
  kMap,  // its keys have their own rows
  // Stored as one number in Settings:
  kFlag,
  kNumber,
  kAutoOrNumber,  // auto is stored as 0
  kOctets,
  kDuration,  // in milliseconds
  kTtl,       // whole seconds
  kChoice,    // a word, stored as its index in `choices`
  // Lists:
  kListen,      // endpoints without repetition
  kHttpListen,  // the same, or "" for none
  kEndpoints,
  kAddresses,
  kPrefixes,
  kNames,
  // Forms that only one or two keys have:
  kRootHints,
  kTrustAnchors,
  kHostsFile,
  kStateFile,
  kCacheFile,
  kTokenFile,
  kSocketPath,
  kEventSocket,  // texts at a TextPlace
  kEventFile,
  kIdentity,
  kAddressKey,
  kCookieSecret,
  kLocalData,
  kForwardZones,  // a list of maps; their keys are `forward[].zone` and so on
  kStubZones,
  kBlockLists,  // a list of maps too
  kZoneName,
  kListName,
  kNegativeAnchors,  // a list of names and of maps
  kExemptZone,
  kTime,
  kReason,
};

// Where the value of a key lies in Settings. For keys inside `forward[]` and `stub[]` it is in the
// last of static_zones, for keys inside `mail.dnsbl[]` in the last of mail.dnsbl.
struct NumberPlace {
  uint64_t (*get)(const Settings& settings);
  void (*set)(Settings& settings, uint64_t number);
};
template <typename Item>
struct ListPlace {
  const std::vector<Item>& (*get)(const Settings& settings);
  std::vector<Item>& (*at)(Settings& settings);
};

struct TextPlace {
  const std::string& (*get)(const Settings& settings);
  std::string& (*at)(Settings& settings);
};

// The value that a key takes, and its place in Settings.
struct ValueSpec {
  KeyKind kind;
  uint64_t min = 0;  // limits of a number, or of the length of a list
  uint64_t max = 0;
  std::span<const std::string_view> choices = {};
  std::variant<std::monostate, NumberPlace, ListPlace<Endpoint>, ListPlace<IpAddress>,
               ListPlace<Prefix>, ListPlace<wire::Name>, TextPlace>
      place = {};
};

// Compares and copies the value of a key that only a restart can change.
struct FixedKeyAccess {
  bool (*same)(const Settings& a, const Settings& b);
  void (*copy)(const Settings& from, Settings* to);
};

struct KeySpec {
  std::string_view path;  // `resolution.budget.referrals`, `forward[].zone`
  ValueSpec value;
  std::string_view default_text = {};  // the default as a file would write it; empty for maps
  // Keys of the same map. This value must not exceed the value of the one, nor fall below that of
  // the other.
  std::string_view not_above = {};
  std::string_view not_below = {};
  bool required = false;  // a map that may hold this key must hold it
  const FixedKeyAccess* fixed = nullptr;
  // The help. `word` marks text that a reader may type. The example and the schema show the summary
  // only.
  std::string_view summary = {};
  std::string_view details = {};
  std::string_view sample_item = {};  // one item of a list of maps
};

}  // namespace tern::resolver::config
