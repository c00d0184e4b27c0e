// The table of the configuration's keys. It says for each key what it takes, where its value lies
// in Settings, its default and its help. The loader reads a file by this table. The example file,
// the part KEYS of tern.yaml(5) and the JSON schema are printed from it (documents.h).
//
// Thread: any; constants.
//
// Invariants, which keys_test.cc checks:
// - A map stands before the keys inside it, and these stand together.
// - A default, read as text of a file, is the value that DefaultSettings() has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "resolver/config/settings.h"

namespace tern::resolver::config {

inline constexpr size_t kListenMax = 64;
inline constexpr int kWorkersMax = 256;
inline constexpr size_t kPrefixesMax = 100'000;
inline constexpr size_t kStaticZonesMax = 10'000;
inline constexpr size_t kStaticServersMax = 16;  // of one zone

// The largest TTL, in seconds (RFC 2181 section 8).
inline constexpr uint64_t kTtlMax = 0x7fffffff;

enum class KeyKind : uint8_t {
  kMap,  // its keys have rows of their own
  // One number in Settings:
  kFlag,
  kNumber,
  kAutoOrNumber,  // auto is 0
  kOctets,
  kDuration,  // counted in milliseconds here
  kTtl,       // whole seconds
  kChoice,    // a word; the number is its place in `choices`
  // Lists:
  kListen,  // endpoints, each once
  kEndpoints,
  kAddresses,
  kPrefixes,
  kNames,
  // Forms that one key or two have:
  kRootHints,
  kTrustAnchors,
  kHostsFile,
  kCookieSecret,
  kForwardZones,  // a list of maps; their keys are `forward[].zone` and so on
  kStubZones,
  kZoneName,
};

// Where the value of a key lies. Keys inside `forward[]` and `stub[]` mean the last of
// static_zones.
struct NumberPlace {
  uint64_t (*get)(const Settings& settings);
  void (*set)(Settings& settings, uint64_t number);
};
template <typename Item>
using ListPlace = std::vector<Item>& (*)(Settings& settings);

// What a key takes, and where it goes.
struct Takes {
  KeyKind kind;
  uint64_t min = 0;  // of a number, or of how many items a list has
  uint64_t max = 0;
  std::span<const std::string_view> choices = {};
  std::variant<std::monostate, NumberPlace, ListPlace<Endpoint>, ListPlace<IpAddress>,
               ListPlace<Prefix>, ListPlace<wire::Name>>
      place = {};
};

// Of a key that only a new start can change.
struct FixedPlace {
  bool (*same)(const Settings& a, const Settings& b);
  void (*copy)(const Settings& from, Settings* to);
};

struct KeySpec {
  std::string_view path;  // `resolution.budget.referrals`, `forward[].zone`
  Takes takes;
  std::string_view initial = {};    // the default as the file writes it; empty for maps
  std::string_view not_above = {};  // a key of the same map whose value must not be less
  bool required = false;            // of the map that holds it
  const FixedPlace* fixed = nullptr;
  // Help. `word` marks what a reader may type. The example and the schema have the summary only.
  std::string_view summary = {};
  std::string_view details = {};
  std::string_view sample = {};  // of a list of maps: one item
};

// In the order of the documents and of error messages.
std::span<const KeySpec> Keys();

// The last word of the path.
std::string_view NameOf(const KeySpec& key);
// The keys directly inside a map: of "" the outermost, of `forward[]` those of each item.
std::vector<const KeySpec*> KeysInside(std::string_view map);
// Null when there is none.
const KeySpec* FindKey(std::string_view path);

// Keys that a reload cannot change, by their paths, when their values differ.
std::vector<std::string_view> FixedKeysThatDiffer(const Settings& before, const Settings& after);
// Gives these keys the values of `current`.
void KeepFixedKeys(const Settings& current, Settings* next);

}  // namespace tern::resolver::config
