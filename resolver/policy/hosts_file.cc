#include "resolver/policy/hosts_file.h"

#include "resolver/base/domain_text.h"
#include "resolver/base/error_text.h"
#include "wire/concat.h"

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

void OddLines::Add(std::string_view file_name, int line, std::string_view message) {
  if (shown_.size() == kShownMax) {
    ++others_;
  } else {
    shown_.push_back(Concat(file_name, ":", line, ": ", message, "; the line is passed over"));
  }
}

std::vector<std::string> OddLines::Texts() const {
  std::vector<std::string> texts = shown_;
  if (others_ != 0) texts.push_back(Concat("and ", others_, " lines more"));
  return texts;
}

HostsReader::HostsReader(std::string_view text, std::string_view file_name, OddLines* odd_lines)
    : rest_(text), file_name_(file_name), odd_lines_(odd_lines) {
  constexpr std::string_view kOctetOrderMark = "\xef\xbb\xbf";
  if (rest_.starts_with(kOctetOrderMark)) rest_.remove_prefix(kOctetOrderMark.size());
}

bool HostsReader::Odd(std::string_view message) {
  odd_lines_->Add(file_name_, line_, message);
  return false;
}

bool HostsReader::ReadNames(std::string_view fields, HostsLine* line) {
  line->names.clear();
  for (std::string_view field = TakeField(&fields); !field.empty(); field = TakeField(&fields)) {
    if (field.starts_with("*.")) {
      return Odd(
          Concat("expected a host name without *, because a hosts file has no wildcards, found ",
                 Quoted(field)));
    }
    const auto name = ParseDomainText(field);
    if (!name.ok() || name->view().IsRoot()) {
      return Odd(Concat("expected a host name, found ", Quoted(field)));
    }
    line->names.push_back(*name);
  }
  return !line->names.empty() || Odd("expected a host name behind the address");
}

bool HostsReader::ReadLine(std::string_view fields, HostsLine* line) {
  fields = fields.substr(0, fields.find('#'));
  const std::string_view address = TakeField(&fields);
  if (address.empty()) return false;
  const size_t percent = address.find('%');
  const bool has_scope = percent != std::string_view::npos;
  const auto parsed = IpAddress::Parse(address.substr(0, percent));
  if (!parsed || (has_scope && parsed->IsIpv4())) {
    return Odd(Concat("expected an IPv4 or IPv6 address, found ", Quoted(address)));
  }
  line->address = *parsed;
  line->line = line_;
  return ReadNames(fields, line) && !has_scope;
}

absl::StatusOr<bool> HostsReader::Next(HostsLine* line) {
  while (!rest_.empty()) {
    const size_t end = rest_.find('\n');
    const std::string_view fields = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
    if (static_cast<size_t>(line_) > kHostsLinesMax) {
      return absl::InvalidArgumentError(
          Concat(file_name_, ":", line_, ": expected at most ", kHostsLinesMax, " lines"));
    }
    if (ReadLine(fields, line)) return true;
  }
  return false;
}

}  // namespace tern::resolver::policy
