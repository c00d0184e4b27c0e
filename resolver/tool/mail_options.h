// The command lines of `tern mail` and `tern doctor mail`.
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/base/endpoint.h"
#include "wire/name.h"

namespace tern::resolver::tool {

// All questions of one command together get this long.
inline constexpr std::chrono::milliseconds kMailTimeout{20000};

struct MailOptions {
  // One domain, or the zones of block lists. Without zones, those of ternd's configuration.
  std::vector<wire::Name> names;
  bool check_lists = false;
  Endpoint server;
  std::chrono::milliseconds timeout = kMailTimeout;
  bool json = false;
  bool help = false;  // then no name is set
};

struct DoctorOptions {
  std::string resolv_conf = "/etc/resolv.conf";
  std::optional<std::string> chroot_copy;  // otherwise Postfix is asked for its queue directory
  std::vector<wire::Name> lists;
  std::optional<Endpoint> server;  // otherwise the first nameserver of resolv_conf
  std::chrono::milliseconds timeout = kMailTimeout;
  bool json = false;
  bool help = false;
};

const Command& MailCommand();
const Command& DoctorCommand();

// `words` follow the command's name. An error is one line for the user.
absl::StatusOr<MailOptions> ParseMailOptions(std::span<const std::string> words,
                                             std::string_view resolv_conf);
absl::StatusOr<DoctorOptions> ParseDoctorOptions(std::span<const std::string> words);

}  // namespace tern::resolver::tool
