// The command line of `tern lookup`.
//
// Thread: any. Bounded by the length of the command line.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/base/endpoint.h"
#include "wire/name.h"
#include "wire/types.h"

namespace tern::resolver::tool {

struct LookupOptions {
  wire::Name name;
  wire::RRType type = wire::RRType::kA;
  wire::RRClass rrclass = wire::RRClass::kIN;
  Endpoint server;
  // What the command line asks for beside `type`, each as a question of its own.
  std::vector<wire::RRType> more_types = {};
  bool tcp = false;
  bool recursion = true;
  bool signatures = false;  // DO: show what signs the answer
  bool unchecked = false;   // CD: show what does not validate, too
  bool brief = false;       // print the data only
  bool coloured = false;
  bool json = false;
  bool trace = false;
  bool replay = false;  // a trace for which nothing counts that ternd knew
  bool help = false;    // then name and type are not set
  // For all attempts together. A trace ends with the search, which takes at most 7 s by default.
  std::chrono::milliseconds timeout{8000};
};

// The first `nameserver` in a resolv.conf(5) that is a plain address, or 127.0.0.1.
Endpoint DefaultServer(std::string_view resolv_conf);

// The values of --server and of --timeout. An error is one line for the user.
absl::Status ReadServer(std::string_view value, Endpoint* server);
absl::Status ReadTimeout(std::string_view value, std::chrono::milliseconds* timeout);
// Both, where the command line has them.
absl::Status ReadServerAndTimeout(const CommandWords& read, Endpoint* server,
                                  std::chrono::milliseconds* timeout);

// The question and the options that `command` takes of those that are in LookupOptions. `words`
// follow its name. An error is one line for the user.
absl::StatusOr<LookupOptions> ReadQuestionOptions(const Command& command,
                                                  std::span<const std::string> words,
                                                  std::string_view resolv_conf);

// What `tern lookup` takes.
const Command& LookupCommand();

// `words` follow `tern lookup`. When the name is an address, the question is the PTR record of its
// reverse name. An error is one line for the user.
absl::StatusOr<LookupOptions> ParseLookupOptions(std::span<const std::string> words,
                                                 std::string_view resolv_conf);

}  // namespace tern::resolver::tool
