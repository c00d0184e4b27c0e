// Reads a file in hosts(5) format. A line holds an address, then its names. `#` begins a comment.
//
// Thread: any. Bounded: kHostsOctetsMax octets, kHostsLinesMax lines.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/base/endpoint.h"
#include "wire/name.h"

namespace tern::resolver::policy {

inline constexpr size_t kHostsOctetsMax = size_t{64} << 20;
inline constexpr size_t kHostsLinesMax = 1'000'000;

struct HostsLine {
  IpAddress address;
  std::vector<wire::Name> names;  // never empty
  int line = 0;                   // from 1
};

// Reads line by line. A line whose address has a scope (`fe80::1%eth0`) is skipped, because a DNS
// answer cannot carry a scope.
class HostsReader {
 public:
  // REQUIRES: `text` outlives the reader.
  HostsReader(std::string_view text, std::string_view file_name)
      : rest_(text), file_name_(file_name) {}
  // A text that ends with the statement does not outlive the reader.
  template <std::same_as<std::string> Text>
  HostsReader(Text&&, std::string_view) = delete;

  // Reads the next line that holds an address. Returns false at the end. An error names the file,
  // the line and what was expected.
  absl::StatusOr<bool> Next(HostsLine* line);

 private:
  absl::Status ReadNames(std::string_view fields, HostsLine* line) const;
  absl::Status ErrorAt(int line, std::string_view message) const;

  std::string_view rest_;
  std::string file_name_;
  int line_ = 0;
};

}  // namespace tern::resolver::policy
