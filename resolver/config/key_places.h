// Makes the rows of the table of keys (keys.h): the kind of a value, its limits, and its place in
// Settings as a chain of pointers to members.
//
// Thread: any; constants.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "resolver/config/key_spec.h"

namespace tern::resolver::config {

// The member of Settings at the end of a chain of pointers to members.
template <auto... kPath>
const auto& In(const Settings& settings) {
  return (settings.*....*kPath);
}
template <auto... kPath>
auto& In(Settings& settings) {
  return (settings.*....*kPath);
}

template <typename Value>
uint64_t ToNumber(const Value& value) {
  if constexpr (std::is_same_v<Value, Duration>) {
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(value).count());
  } else {
    return static_cast<uint64_t>(value);
  }
}

template <typename Value>
void FromNumber(uint64_t number, Value* value) {
  if constexpr (std::is_same_v<Value, Duration>) {
    *value = std::chrono::milliseconds(number);
  } else {
    *value = static_cast<Value>(number);
  }
}

template <auto... kPath>
constexpr NumberPlace kNumberAt = {
    [](const Settings& settings) { return ToNumber(In<kPath...>(settings)); },
    [](Settings& settings, uint64_t n) { FromNumber(n, &In<kPath...>(settings)); }};

template <auto... kPath>
constexpr ValueSpec Flag() {
  return {.kind = KeyKind::kFlag, .max = 1, .place = kNumberAt<kPath...>};
}
template <auto... kPath>
constexpr ValueSpec Number(uint64_t min, uint64_t max, KeyKind kind = KeyKind::kNumber) {
  return {.kind = kind, .min = min, .max = max, .place = kNumberAt<kPath...>};
}
template <auto... kPath>
constexpr ValueSpec Milliseconds(uint64_t min, uint64_t max) {
  return Number<kPath...>(min, max, KeyKind::kDuration);
}
template <auto... kPath>
constexpr ValueSpec Ttl(uint64_t min = 0, uint64_t max = kTtlMax) {
  return Number<kPath...>(min, max, KeyKind::kTtl);
}
template <auto... kPath>
constexpr ValueSpec Choice(std::span<const std::string_view> words) {
  return {.kind = KeyKind::kChoice,
          .max = words.size() - 1,
          .choices = words,
          .place = kNumberAt<kPath...>};
}
template <typename Item, auto... kPath>
constexpr ValueSpec List(KeyKind kind, uint64_t min, uint64_t max) {
  return {.kind = kind,
          .min = min,
          .max = max,
          .place = ListPlace<Item>{
              [](const Settings& settings) -> const std::vector<Item>& {
                return In<kPath...>(settings);
              },
              [](Settings& settings) -> std::vector<Item>& { return In<kPath...>(settings); }}};
}
template <auto... kPath>
constexpr ValueSpec Text(KeyKind kind) {
  return {.kind = kind,
          .place = TextPlace{
              [](const Settings& settings) -> const std::string& { return In<kPath...>(settings); },
              [](Settings& settings) -> std::string& { return In<kPath...>(settings); }}};
}
template <auto... kPath>
constexpr ValueSpec Prefixes() {
  return List<Prefix, kPath...>(KeyKind::kPrefixes, 0, kPrefixesMax);
}

// The keys of the static zone that was read last.
inline constexpr ValueSpec kZoneName = {.kind = KeyKind::kZoneName};
inline constexpr ValueSpec kZoneServers = {
    .kind = KeyKind::kEndpoints,
    .min = 1,
    .max = kStaticServersMax,
    .place = ListPlace<Endpoint>{[](const Settings& settings) -> const std::vector<Endpoint>& {
                                   return settings.static_zones.back().to;
                                 },
                                 [](Settings& settings) -> std::vector<Endpoint>& {
                                   return settings.static_zones.back().to;
                                 }}};
inline constexpr ValueSpec kZoneFirst = {
    .kind = KeyKind::kFlag,
    .max = 1,
    .place = NumberPlace{
        [](const Settings& settings) { return uint64_t{settings.static_zones.back().first}; },
        [](Settings& settings, uint64_t n) { settings.static_zones.back().first = n != 0; }}};
inline constexpr ValueSpec kZoneValidate = {
    .kind = KeyKind::kFlag,
    .max = 1,
    .place = NumberPlace{
        [](const Settings& settings) { return uint64_t{settings.static_zones.back().validate}; },
        [](Settings& settings, uint64_t n) { settings.static_zones.back().validate = n != 0; }}};

inline constexpr ValueSpec kMap = {.kind = KeyKind::kMap};
inline constexpr auto kRate = &Settings::rate_limit;
inline constexpr auto kConnections = &Settings::connections;
inline constexpr auto kCache = &Settings::cache;
inline constexpr auto kTtls = &CacheSettings::ttl;
inline constexpr auto kResolution = &Settings::resolution;
inline constexpr auto kBudget = &ResolutionSettings::budget;
inline constexpr auto kLimits = &ResolutionSettings::limits;

// A number of the block list that was read last.
template <auto kMember>
constexpr NumberPlace kOfList = {
    [](const Settings& settings) { return ToNumber(settings.mail.dnsbl.back().*kMember); },
    [](Settings& settings, uint64_t n) { FromNumber(n, &(settings.mail.dnsbl.back().*kMember)); }};

// A key that a reload does not change.
template <auto... kPath>
constexpr FixedKeyAccess kFixed = {
    [](const Settings& a, const Settings& b) { return In<kPath...>(a) == In<kPath...>(b); },
    [](const Settings& from, Settings* to) { In<kPath...>(*to) = In<kPath...>(from); }};

}  // namespace tern::resolver::config
