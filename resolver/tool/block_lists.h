// Asks block lists for their test entries (RFC 5782 section 5), and says in words whether they work
// for this resolver.
//
// Thread: the tool's main one. Bounded: six questions for each list.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/tool/questions.h"
#include "wire/name.h"

namespace tern::resolver::tool {

inline constexpr size_t kBlockListsMax = 32;

enum class BlockListVerdict : uint8_t {
  kWorks,
  kRefuses,   // it answers, but not the senders of this resolver's queries
  kMistaken,  // it lists everything or nothing, or its answers are not those of a list
  kSilent,    // no answer, or a failure
};
// `works`, `refuses`, `is mistaken`, `does not answer`.
std::string_view VerdictText(BlockListVerdict verdict);

struct BlockListState {
  std::string zone;
  BlockListVerdict verdict = BlockListVerdict::kSilent;
  std::vector<std::string_view> listed =
      {};                                // of `IPv4`, `IPv6`, `names`: whose test entries are right
  std::string words = {};                // what was found
  std::string advice = {};               // what to do; empty when the list works
  std::chrono::microseconds slowest{0};  // of the replies
};

std::vector<BlockListState> CheckBlockLists(std::span<const wire::Name> zones, const AskMany& ask);

// 0 when all work, 1 when one refuses or is mistaken, otherwise 3.
int ExitOf(std::span<const BlockListState> lists);

}  // namespace tern::resolver::tool
