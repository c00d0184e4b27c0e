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

// The lines of a hosts file that cannot be used. Other programs write the file, and read it with
// more patience. So such a line is passed over and does not stop the resolver.
class OddLines {
 public:
  static constexpr size_t kShownMax = 10;

  void Add(std::string_view file_name, int line, std::string_view message);
  // Texts for the operator, each with file and line: of the first lines, and at the end the number
  // of the others.
  std::vector<std::string> Texts() const;

 private:
  std::vector<std::string> shown_;
  size_t others_ = 0;
};

struct HostsLine {
  IpAddress address;
  std::vector<wire::Name> names;  // never empty
  int line = 0;                   // from 1
};

// Reads line by line. A mark of the octet order (BOM) at the start is passed over. A line whose
// address has a scope (`fe80::1%eth0`) is skipped, because a DNS answer cannot carry a scope.
class HostsReader {
 public:
  // REQUIRES: `text` and `odd_lines` outlive the reader.
  HostsReader(std::string_view text, std::string_view file_name, OddLines* odd_lines);
  // A text that ends with the statement does not outlive the reader.
  template <std::same_as<std::string> Text>
  HostsReader(Text&&, std::string_view, OddLines*) = delete;

  // Reads the next line that can be used. Returns false at the end. The only error is a file with
  // too many lines.
  absl::StatusOr<bool> Next(HostsLine* line);

 private:
  // They return false when the line cannot be used.
  bool ReadLine(std::string_view fields, HostsLine* line);
  bool ReadNames(std::string_view fields, HostsLine* line);
  bool Odd(std::string_view message);

  std::string_view rest_;
  std::string file_name_;
  OddLines* odd_lines_;
  int line_ = 0;
};

}  // namespace tern::resolver::policy
