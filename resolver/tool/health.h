// `tern health`: asks ternd over HTTP whether it does its work. For containers and scripts.
//
// Thread: any. Waits for the timeout at the longest. Bound: kHealthOctetsMax.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/base/endpoint.h"

namespace tern::resolver::tool {

inline constexpr size_t kHealthOctetsMax = size_t{1} << 20;

struct HealthOptions {
  Endpoint server;
  std::string token_file;  // empty: no token is sent
  std::chrono::milliseconds timeout{2000};
  bool json = false;
  bool strict = false;
  bool help = false;
};

const Command& HealthCommand();
// `words` follow `tern health`. An error is one line for the user.
absl::StatusOr<HealthOptions> ParseHealthOptions(std::span<const std::string> words);

enum class HealthExit : int {
  kReady = 0,    // perhaps degraded, unless --strict was given
  kUnready = 1,  // or no answer
  kUsage = 2,
  kDegraded = 3,  // with --strict
};

struct HealthReport {
  HealthExit exit = HealthExit::kUnready;
  std::string text;  // for stdout
};

// Asks for the path /health. `token` may be empty. Empty when there is no whole answer in time.
std::string FetchHealth(const HealthOptions& options, std::string_view token);
// Reads what FetchHealth returned.
HealthReport ReadHealth(const HealthOptions& options, std::string_view response);

}  // namespace tern::resolver::tool
