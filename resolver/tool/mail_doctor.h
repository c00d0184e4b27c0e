// Looks at what a mail server's host needs for its DNS, and says of each part what to change.
//
// Thread: the tool's main one. Bounded by the files' kResolvConfOctetsMax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "resolver/tool/block_lists.h"
#include "resolver/tool/questions.h"

namespace tern::resolver::tool {

inline constexpr size_t kResolvConfOctetsMax = size_t{64} << 10;

enum class FindingGrade : uint8_t {
  kGood,
  kSkipped,  // not looked at, and why
  kBad,      // something is to be changed
  kSilent,   // somebody does not answer
};
// `ok`, `skipped`, `change`, `no answer`.
std::string_view GradeText(FindingGrade grade);

struct Finding {
  std::string_view part;  // what was looked at, such as `nameserver`
  FindingGrade grade = FindingGrade::kGood;
  std::string text = {};
  std::string change = {};  // the line to change and what it should be; empty when all is well
};

// The nameserver lines: only this machine, and none of a stub that forwards.
Finding CheckNameServers(const std::string& path, std::string_view resolv_conf);
// The options `edns0` and `trust-ad`.
Finding CheckResolverOptions(const std::string& path, std::string_view resolv_conf);
// Postfix's copy for services that run in its queue directory. `copy` is nothing when Postfix has
// no queue directory here.
Finding CheckChrootCopy(const std::string& path, std::string_view resolv_conf,
                        const std::string& copy_path,
                        const std::optional<absl::StatusOr<std::string>>& copy);
// Asks for the NS records of the root.
Finding CheckResolver(const Endpoint& server, const AskMany& ask);
Finding FindingOf(const BlockListState& list);

// 0 when all is well, 3 when somebody does not answer, otherwise 1.
int ExitOf(std::span<const Finding> findings);

}  // namespace tern::resolver::tool
