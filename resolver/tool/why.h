// `tern why`: whether a name is secure, and if it is not, the first link of the chain of trust that
// is broken. ternd on this machine follows the chain anew, so nothing that it knew counts.
//
// Thread: any. Bounded by the reply's 64 KiB.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "resolver/base/command_line.h"
#include "resolver/tool/chain_of_trust.h"
#include "resolver/tool/lookup_client.h"
#include "resolver/tool/lookup_options.h"
#include "resolver/tool/lookup_reply.h"

namespace tern::resolver::tool {

// What `tern why` takes.
const Command& WhyCommand();
// `words` follow `tern why`. An error is one line for the user.
absl::StatusOr<LookupOptions> ParseWhyOptions(std::span<const std::string> words,
                                              std::string_view resolv_conf);

// REQUIRES: `reply` was read from the server's reply, and `chain` from `reply`.
std::string WhyText(const LookupOptions& options, const LookupReply& reply,
                    const ChainOfTrust& chain);

enum class WhyExit : int {
  kSecure = 0,
  kInsecure = 1,
  kUsage = 2,
  kBogus = 3,
  kIndeterminate = 4,  // or no answer
};
WhyExit ExitOf(const ChainOfTrust& chain);

}  // namespace tern::resolver::tool
