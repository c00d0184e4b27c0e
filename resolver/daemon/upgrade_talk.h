// What two processes say to one another during an upgrade (upgrade.h): packets of a few octets.
//
// Thread: any. Bound: kTalkOctetsMax for a packet.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tern::resolver::daemon {

inline constexpr size_t kTalkOctetsMax = 4096;

inline constexpr std::string_view kError = "error ";
inline constexpr std::string_view kLeft = "left ";
inline constexpr std::string_view kCache = "cache";
inline constexpr std::string_view kNone = "none";
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kGo = "go";

// Never waits long: the other side reads. What is longer than a packet is cut.
void Say(int talk, std::string_view packet);

// Waits for a packet. Aborted: the other side has ended.
absl::StatusOr<std::string> HearPacket(int talk);

}  // namespace tern::resolver::daemon
