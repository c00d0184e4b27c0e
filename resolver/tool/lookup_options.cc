#include "resolver/tool/lookup_options.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "resolver/base/amount_text.h"
#include "resolver/base/error_text.h"
#include "resolver/base/question_text.h"
#include "resolver/tool/server_word.h"
#include "wire/concat.h"
#include "wire/presentation.h"

namespace tern::resolver::tool {
namespace {

constexpr uint16_t kDnsPort = 53;
constexpr std::chrono::milliseconds kTimeoutMax = std::chrono::minutes(10);

absl::Status UsageError(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status ReadQuestion(std::span<const std::string_view> plain, LookupOptions* options) {
  if (plain.empty()) return UsageError("expected a name to look up");
  for (size_t i = 1; i < std::max<size_t>(plain.size(), 2); ++i) {
    const auto question =
        ParseQuestionText(plain[0], i < plain.size() ? std::optional(plain[i]) : std::nullopt);
    if (!question.ok()) return UsageError(std::string(question.status().message()));
    options->name = question->name;
    if (i == 1) {
      options->type = question->type;
    } else {
      options->more_types.push_back(question->type);
    }
  }
  return absl::OkStatus();
}

// Takes `@ADDRESS` out of the words. It is as dig has it.
absl::Status TakeServer(std::vector<std::string_view>* words, Endpoint* server) {
  const auto is_server = [](std::string_view word) { return word.starts_with('@'); };
  const auto at = std::find_if(words->begin(), words->end(), is_server);
  if (at == words->end()) return absl::OkStatus();
  if (const auto other = std::find_if(at + 1, words->end(), is_server); other != words->end()) {
    return UsageError(Concat("expected one server, found ", Quoted(*at), " and ", Quoted(*other)));
  }
  const absl::Status status = ReadServer(at->substr(1), server);
  words->erase(at);
  return status;
}

absl::Status ReadClass(std::string_view value, wire::RRClass* rrclass) {
  if (value == "IN" || value == "in") {
    *rrclass = wire::RRClass::kIN;
  } else if (value == "CH" || value == "ch") {
    *rrclass = wire::RRClass::kCH;
  } else {
    return UsageError(Concat("--class: expected IN or CH, found ", Quoted(value)));
  }
  return absl::OkStatus();
}

}  // namespace

Endpoint DefaultServer(std::string_view resolv_conf) {
  constexpr std::string_view kBlanks = " \t\r";
  while (!resolv_conf.empty()) {
    const size_t end = resolv_conf.find('\n');
    std::string_view line = resolv_conf.substr(0, end);
    resolv_conf.remove_prefix(end == std::string_view::npos ? resolv_conf.size() : end + 1);
    const size_t keyword_end = line.find_first_of(kBlanks);
    if (keyword_end == std::string_view::npos || line.substr(0, keyword_end) != "nameserver") {
      continue;
    }
    const size_t start = line.find_first_not_of(kBlanks, keyword_end);
    if (start == std::string_view::npos) continue;
    line = line.substr(start);
    if (const auto address = IpAddress::ParseScoped(line.substr(0, line.find_first_of(kBlanks)))) {
      return {*address, kDnsPort};
    }
  }
  return {*IpAddress::Parse("127.0.0.1"), kDnsPort};
}

absl::Status ReadServer(std::string_view value, Endpoint* server) {
  const auto read = ReadServerWord(value);
  if (!read.ok()) return UsageError(Concat("--server: ", std::string(read.status().message())));
  *server = *read;
  return absl::OkStatus();
}

absl::Status ReadTimeout(std::string_view value, std::chrono::milliseconds* timeout) {
  const auto read = ParseDuration(value);
  if (!read || read->count() == 0 || *read > kTimeoutMax) {
    return UsageError(Concat("--timeout: expected a duration such as 5s or 800ms, at most ",
                             DurationToText(kTimeoutMax), ", found ", Quoted(value)));
  }
  *timeout = *read;
  return absl::OkStatus();
}

const Command& LookupCommand() {
  static const Command command = {
      .name = "lookup",
      .meaning = "asks a question, or one for each type",
      .words = {{.name = "NAME", .meaning = "a domain name, or an address for its PTR record"},
                {.name = "TYPE",
                 .meaning = "a record type; A when it is not given",
                 .may_be_missing = true,
                 .may_repeat = true,
                 .choices = {"A", "AAAA", "ANY", "CAA", "CNAME", "DNAME", "DNSKEY", "DS", "HTTPS",
                             "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "SVCB", "TLSA", "TXT"}}},
      .options = {{.name = "--server",
                   .value = "ADDRESS[:PORT]",
                   .meaning = "the resolver to ask; without it the first nameserver of "
                              "/etc/resolv.conf"},
                  {.name = "--tcp", .meaning = "use TCP from the start"},
                  {.name = "--class",
                   .value = "CLASS",
                   .meaning = "CH asks the server about itself; "
                              "IN when it is not given"},
                  {.name = "--dnssec", .meaning = "show signatures too"},
                  {.name = "--unchecked", .meaning = "show what does not validate, too"},
                  {.name = "--no-recursion", .meaning = "only what the server knows already"},
                  {.name = "--short", .meaning = "print the data only"},
                  {.name = "--json", .meaning = "print one JSON object for each question"},
                  {.name = "--trace",
                   .meaning = "show each step by which ternd found the answer; it tells clients "
                              "on its own machine only"},
                  {.name = "--timeout",
                   .value = "DURATION",
                   .meaning = "how long to wait in all, such as 800ms; 8s when it is not given"}},
  };
  return command;
}

absl::Status ReadServerAndTimeout(const CommandWords& read, Endpoint* server,
                                  std::chrono::milliseconds* timeout) {
  if (const auto value = read.Value("--server")) {
    if (absl::Status status = ReadServer(*value, server); !status.ok()) return status;
  }
  const auto value = read.Value("--timeout");
  return value ? ReadTimeout(*value, timeout) : absl::OkStatus();
}

absl::StatusOr<LookupOptions> ParseLookupOptions(std::span<const std::string> words,
                                                 std::string_view resolv_conf) {
  return ReadQuestionOptions(LookupCommand(), words, resolv_conf);
}

absl::StatusOr<LookupOptions> ReadQuestionOptions(const Command& command,
                                                  std::span<const std::string> words,
                                                  std::string_view resolv_conf) {
  const auto read = ReadCommand(command, words);
  if (!read.ok()) return read.status();
  LookupOptions options;
  options.server = DefaultServer(resolv_conf);
  options.tcp = read->Has("--tcp");
  options.json = read->Has("--json");
  options.trace = read->Has("--trace");
  options.recursion = !read->Has("--no-recursion");
  options.signatures = read->Has("--dnssec");
  options.unchecked = read->Has("--unchecked");
  options.brief = read->Has("--short");
  options.help = read->help;
  if (options.help) return options;
  const absl::Status asking = ReadServerAndTimeout(*read, &options.server, &options.timeout);
  if (!asking.ok()) return asking;
  std::vector<std::string_view> plain = read->words;
  if (absl::Status status = TakeServer(&plain, &options.server); !status.ok()) return status;
  if (const auto value = read->Value("--class")) {
    if (absl::Status status = ReadClass(*value, &options.rrclass); !status.ok()) return status;
  }
  if (absl::Status status = ReadQuestion(plain, &options); !status.ok()) return status;
  return options;
}

}  // namespace tern::resolver::tool
