// Reads configuration files of Unbound as unbound.conf(5) describes them: clauses (`server:`) with
// options (`port: 53`), and files that they include.
//
// Thread: any; it blocks on the file system. Bound: kUnboundFilesMax files of kUnboundOctetsMax.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tern::resolver::tool {

inline constexpr size_t kUnboundFilesMax = 256;
inline constexpr size_t kUnboundOctetsMax = 4 << 20;  // of one file
inline constexpr size_t kUnboundIncludesDeep = 8;

struct UnboundClause {
  std::string name;   // `server`, `forward-zone`; empty before the first one
  size_t number = 0;  // options of one clause have the same; 0 before the first one
};

struct UnboundOption {
  UnboundClause clause;
  std::string name;                 // without its colon
  std::vector<std::string> values;  // without quotes
  std::string file;
  size_t line = 0;
};

// The options of a text. `file` is only told. Options `include` are there like others. An error
// names the file and the line.
absl::StatusOr<std::vector<UnboundOption>> ReadUnboundText(std::string_view text,
                                                           const std::string& file);

// The options of a file and of all that it includes, in their order. What a file includes by
// `include` belongs to the clause around it, until it begins one of its own.
absl::StatusOr<std::vector<UnboundOption>> ReadUnboundFile(const std::string& path);

}  // namespace tern::resolver::tool
