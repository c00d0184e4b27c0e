#include "resolver/dnssec/anchor_state_text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "resolver/base/siphash.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"
#include "wire/presentation.h"
#include "wire/text_encoding.h"

namespace tern::resolver::dnssec {
namespace {

constexpr std::string_view kTitle = "tern-trust-anchors ";
constexpr std::string_view kFirstLine = "tern-trust-anchors 1";

std::string SumOf(std::string_view text) {
  const uint64_t sum =
      SipHash(SipKey(), {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  std::array<uint8_t, 8> octets;
  for (size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<uint8_t>(sum >> (8 * i));
  return wire::ToHex(octets);
}

std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const size_t end = line.find(' ');
    words.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end + 1);
  }
}

std::optional<int64_t> ReadTime(std::string_view text) {
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return seconds;
}

std::optional<KeyState> ReadState(std::string_view text) {
  for (size_t i = 0; i < kKeyStates; ++i) {
    const auto state = static_cast<KeyState>(i);
    if (text == NameOf(state)) return state;
  }
  return std::nullopt;
}

absl::Status Expected(size_t line, std::string_view what) {
  return absl::InvalidArgumentError(Concat("line ", line, ": expected ", what));
}

absl::Status ReadZone(std::span<const std::string> words, size_t line, AnchorState* state) {
  const auto name = words.size() == 2 ? wire::ParseName(words[1])
                                      : absl::StatusOr<wire::Name>(absl::InvalidArgumentError(""));
  if (!name.ok()) return Expected(line, "`zone` and a name");
  for (const AnchorZone& other : state->zones) {
    if (other.zone.view().Equals(*name)) return Expected(line, "each zone once");
  }
  state->zones.push_back({*name, {}});
  return absl::OkStatus();
}

absl::Status ReadKey(std::span<const std::string> words, size_t line, AnchorState* state) {
  constexpr size_t kWordsBefore = 3;  // of the DNSKEY: `key`, the state, the time
  if (words.size() != kWordsBefore + 4 || state->zones.empty()) {
    return Expected(line, "a zone, then `key`, its state, a time and a DNSKEY");
  }
  const std::optional<KeyState> key_state = ReadState(words[1]);
  const std::optional<int64_t> since = ReadTime(words[2]);
  auto dnskey = wire::ParseRdata(wire::RRType::kDNSKEY, words.subspan(kWordsBefore));
  if (!key_state || !since || !dnskey.ok()) return Expected(line, "a state, a time and a DNSKEY");
  std::vector<AnchorKey>& keys = state->zones.back().keys;
  for (const AnchorKey& other : keys) {
    if (other.dnskey == *dnskey) return Expected(line, "each key once");
  }
  if (keys.size() == kAnchorKeysMax) return Expected(line, "fewer keys");
  keys.push_back({*std::move(dnskey), *key_state, *since});
  return absl::OkStatus();
}

absl::Status ReadLine(std::string_view text, size_t line, AnchorState* state) {
  const std::vector<std::string> words = Words(text);
  if (line == 2) {
    const auto time = words.size() == 2 && words[0] == "last-good" ? ReadTime(words[1])
                                                                   : std::optional<int64_t>();
    if (!time) return Expected(line, "`last-good` and a time");
    state->last_good = *time;
    return absl::OkStatus();
  }
  if (words[0] == "zone") return ReadZone(words, line, state);
  if (words[0] == "key") return ReadKey(words, line, state);
  return Expected(line, "`zone` or `key`");
}

}  // namespace

std::string WriteAnchorState(const AnchorState& state) {
  std::string text = Concat(kFirstLine, "\nlast-good ", state.last_good, "\n");
  for (const AnchorZone& zone : state.zones) {
    text += Concat("zone ", wire::ToText(zone.zone.view()), "\n");
    for (const AnchorKey& key : zone.keys) {
      text += Concat("key ", NameOf(key.state), " ", key.since, " ",
                     wire::RdataToText(wire::RRType::kDNSKEY, key.dnskey), "\n");
    }
  }
  return Concat(text, "sum ", SumOf(text), "\n");
}

bool LooksLikeAnchorState(std::string_view text) { return text.starts_with(kTitle); }

absl::StatusOr<AnchorState> ReadAnchorState(std::string_view text) {
  if (text.substr(0, text.find('\n')) != kFirstLine) {
    return Expected(1, Concat("`", kFirstLine, "`"));
  }
  const size_t sum_at = text.rfind("\nsum ");
  if (sum_at == std::string_view::npos ||
      text.substr(sum_at + 1) != Concat("sum ", SumOf(text.substr(0, sum_at + 1)), "\n")) {
    return absl::DataLossError("its sum is wrong");
  }
  text = text.substr(0, sum_at);
  AnchorState state;
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = text.find('\n');
    if (line > 1) {
      const absl::Status status = ReadLine(text.substr(0, end), line, &state);
      if (!status.ok()) return status;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return state;
}

}  // namespace tern::resolver::dnssec
