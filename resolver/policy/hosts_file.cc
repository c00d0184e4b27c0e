#include "resolver/policy/hosts_file.h"

#include "resolver/base/error_text.h"
#include "wire/concat.h"
#include "wire/parse_presentation.h"

namespace tern::resolver::policy {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

// Removes the first field from `*fields` and returns it. Empty when there is none.
std::string_view TakeField(std::string_view* fields) {
  size_t start = 0;
  while (start < fields->size() && IsBlank((*fields)[start])) ++start;
  size_t end = start;
  while (end < fields->size() && !IsBlank((*fields)[end])) ++end;
  const std::string_view field = fields->substr(start, end - start);
  fields->remove_prefix(end);
  return field;
}

}  // namespace

absl::Status HostsReader::ErrorAt(int line, std::string_view message) const {
  return absl::InvalidArgumentError(Concat(file_name_, ":", line, ": ", message));
}

absl::Status HostsReader::ReadNames(std::string_view fields, HostsLine* line) const {
  line->names.clear();
  for (std::string_view field = TakeField(&fields); !field.empty(); field = TakeField(&fields)) {
    const auto name = wire::ParseName(field);
    if (!name.ok() || name->view().IsRoot()) {
      return ErrorAt(line->line, Concat("expected a host name, found ", Quoted(field)));
    }
    line->names.push_back(*name);
  }
  if (line->names.empty()) return ErrorAt(line->line, "expected a host name behind the address");
  return absl::OkStatus();
}

absl::StatusOr<bool> HostsReader::Next(HostsLine* line) {
  while (!rest_.empty()) {
    const size_t end = rest_.find('\n');
    std::string_view fields = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
    if (static_cast<size_t>(line_) > kHostsLinesMax) {
      return ErrorAt(line_, Concat("expected at most ", kHostsLinesMax, " lines"));
    }
    fields = fields.substr(0, fields.find('#'));
    const std::string_view address = TakeField(&fields);
    if (address.empty()) continue;

    const size_t percent = address.find('%');
    const auto parsed = IpAddress::Parse(address.substr(0, percent));
    if (!parsed || (percent != std::string_view::npos && parsed->IsIpv4())) {
      return ErrorAt(line_, Concat("expected an IPv4 or IPv6 address, found ", Quoted(address)));
    }
    line->address = *parsed;
    line->line = line_;
    const absl::Status names = ReadNames(fields, line);
    if (!names.ok()) return names;
    if (percent == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace tern::resolver::policy
